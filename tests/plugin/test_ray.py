"""--engine ray, with a real Ray of two processes on this machine: same replies, nothing lost when one is killed.

One cluster serves all tests, as `--ray-address` takes it; test_model_down.py has a run that starts a Ray of its own."""

import json
import os
import subprocess
from collections import Counter

import pytest

pytest.importorskip("ray")
pytestmark = pytest.mark.usefixtures("own_interpreter")  # Ray knows its processes by who started them

SUITE = """\
suite: s
conditions: [{original: recorded}, {text_only: recorded}, {"noise(snr_db=10)": recorded}]
cases:
"""
MODEL = """\
import os, signal
from pathlib import Path
HERE = Path(__file__).parent
from audiotest.types import Needs, Reply
from audiotest.models.protocol import Unsupported

class Model:
    name, identity, needs, batch_size = "ours", "ours 1", Needs(sample_rate=8000, channels=1), 4
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        for r in requests:
            if "once" in r.case and not (HERE / "killed").exists():
                (HERE / "killed").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            if "always" in r.case:
                os.kill(os.getpid(), signal.SIGKILL)
            if "bad" in r.case:
                raise RuntimeError("out of cheese")
        with open(HERE / "pids.txt", "a") as file:
            file.write("".join(f"{os.getpid()} {r.case} {r.condition}\\n" for r in requests))
        return [Unsupported("too long") if "long" in r.case else
                Reply(f"{r.case} {r.condition} {sum(float(abs(a.samples).sum()) for a in r.audio):.3f}") for r in requests]

def open_model(argument, options):
    return Model()
"""


OPEN = {"RAY_AUTH_MODE": "disabled"}  # the token lies in the home, and a test has one of its own
CLUSTER = """\
import sys, ray
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
print(ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def ray(interpreter):
    """Options of a run on a cluster with two cores."""
    holder = subprocess.Popen(
        [interpreter, "-c", CLUSTER], env={**os.environ, **OPEN}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    address = holder.stdout.readline().strip()
    assert address
    yield ("--engine", "ray", "--ray-actors", "2", "--ray-address", address)
    holder.stdin.close()
    holder.wait()


@pytest.fixture
def ours(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    (pytester.path / "our_model.py").write_text(MODEL)
    info = pytester.path / "our_model-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-model\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[audiotest.models]\nours = our_model:open_model\n")
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    for name, value in OPEN.items():
        monkeypatch.setenv(name, value)

    def run(*more, ids=()):
        cases = "".join(
            f"  - {{id: {id_}, question: Q of {id_}?, choices: [x, y], answer: x, audio: {{synth: {{tone: {{hz: {440 + i}, seconds: 0.1}}}}}}}}\n"
            for i, id_ in enumerate(ids)
        )
        (pytester.path / "s.yaml").write_text(SUITE + cases)
        result = pytester.runpytest_subprocess("s.yaml", "--model", "ours", "--results", "out", *more)
        lines = (pytester.path / "out" / "trials.jsonl").read_text().splitlines()
        return result, {(r["case"], r["condition"]): r for r in map(json.loads, lines)}

    run.path = pytester.path
    return run


def test_the_same_replies_from_two_processes_that_share_all_and_from_the_cache_after(ours, ray):
    ids = [f"c{i}" for i in range(80)] + ["bad", "long"]
    _, here = ours("--reply-cache", "off", ids=ids)
    (ours.path / "pids.txt").unlink()
    _, there = ours(*ray, ids=ids)
    assert {k: (r["reply"] or {}).get("text") for k, r in there.items()} == {
        k: (r["reply"] or {}).get("text") for k, r in here.items()
    }
    assert {k: r["outcome"] for k, r in there.items()} == {k: r["outcome"] for k, r in here.items()}
    assert "out of cheese" in there["bad", "original"]["reason"]
    assert there["long", "original"]["reason"] == "too long"
    asked = (ours.path / "pids.txt").read_text().splitlines()
    assert len({line.split()[0] for line in asked}) == 2
    assert len(asked) == len(set(asked))
    # What is left of a run, too, is shared by all actors, however little it is: two blocks each of 3, 6, 6 and 6 trials
    # before any is answered, and the other 6 and 3 to whoever is free first.
    (ours.path / "pids.txt").unlink()
    _, again = ours(*ray, ids=[*ids[:80], *(f"more{i}" for i in range(10))])
    assert sum(r["cached"] for r in again.values()) == 240
    asked = (ours.path / "pids.txt").read_text().splitlines()
    shares = sorted(Counter(line.split()[0] for line in asked).values())
    assert shares in ([9, 21], [12, 18], [15, 15]), shares
    assert len(asked) == len(set(asked)) == 30


def test_a_killed_process_loses_nothing_and_only_what_kills_twice_is_an_error(ours, ray):
    ids = [f"c{i}" for i in range(30)] + ["once", "always"]
    _, records = ours(*ray, ids=ids)
    wrong = {case for (case, _), r in records.items() if r["outcome"] == "error"}
    assert wrong == {"always"}
    assert "took down the model's process twice" in records["always", "original"]["reason"]
    assert records["once", "original"]["reply"]["text"].startswith("once original")


def test_ray_and_xdist_do_not_mix(ours, ray, forked):
    (ours.path / "s.yaml").write_text("suite: s\ncases: [{id: a, question: Q?, choices: [x, y], answer: x}]\n")
    done = subprocess.run([forked / "python", "-m", "pytest", "s.yaml", "-n", "2", *ray], cwd=ours.path, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert "leave -n away" in done.stderr
