"""GPUs are handed to workers one by one, freed when a worker dies, and pinned before a model is opened."""

import json

import pytest

from audiotest.devices import Slots, gpu_memory, gpu_models, gpus, pin


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("0,1", ["0", "1"]),
        ("3, 5", ["3", "5"]),
        ("", []),
        ("-1", []),
        ("2,-1,3", ["2"]),
        ("GPU-8f3a,1", ["GPU-8f3a", "1"]),
    ],
)
def test_the_callers_own_choice_comes_first(given, found, tmp_path):
    (tmp_path / "0000:01:00.0").mkdir()
    assert gpus({"CUDA_VISIBLE_DEVICES": given}, tmp_path) == found


def test_the_driver_says_how_many_there_are(tmp_path):
    for i in range(3):
        (tmp_path / f"0000:0{i}:00.0").mkdir()
    assert gpus({}, tmp_path) == ["0", "1", "2"]
    assert gpus({}, tmp_path / "none") == []


def test_a_replacement_gets_the_gpu_of_the_one_that_died():
    slots = Slots(["3", "5"])
    assert [slots.take(f"gw{i}") for i in range(4)] == ["3", "5", "3", "5"]
    slots.free("gw1")
    assert slots.take("gw4") == "5"
    assert Slots([]).take("gw0") is None


def test_pinning():
    environment = {"CUDA_VISIBLE_DEVICES": "3,5"}
    pin(None, environment)
    assert environment == {"CUDA_VISIBLE_DEVICES": "3,5"}
    pin("5", environment)
    assert environment == {"CUDA_VISIBLE_DEVICES": "5"}


CONFTEST = """\
import os, pytest
SEEN = os.environ.get("CUDA_VISIBLE_DEVICES")
from audiotest.types import Needs, Reply

class Told:
    name, identity, needs, batch_size = "told", "", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [Reply(os.environ["CUDA_VISIBLE_DEVICES"] + " " + os.environ.get("PYTEST_XDIST_WORKER", "")) for r in requests]

@pytest.fixture(scope="session")
def model():
    return Told()
"""


def test_every_worker_sees_its_own(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    cases = "".join(f"  - {{id: c{i}, question: Q{i}?, choices: [x, y], answer: x}}\n" for i in range(200))
    (pytester.path / "s.yaml").write_text(f"suite: s\nconditions: [original: recorded]\ncases:\n{cases}")
    (pytester.path / "conftest.py").write_text(CONFTEST)
    result = pytester.runpytest_subprocess("s.yaml", "-n", "auto", "--results", "out")
    result.assert_outcomes(passed=200)
    result.stdout.fnmatch_lines(["*2 workers*"])
    lines = (pytester.path / "out" / "trials.jsonl").read_text().splitlines()
    said = {json.loads(line)["reply"]["text"] for line in lines}
    assert said == {"3 gw0", "5 gw1"}


def test_the_driver_names_the_machines_gpus(tmp_path):
    for i in range(2):
        (tmp_path / f"0000:{i}").mkdir()
        (tmp_path / f"0000:{i}" / "information").write_text("Model: \t\t NVIDIA H200\nIRQ:   \t\t 42\n")
    assert gpu_models(tmp_path) == ["NVIDIA H200", "NVIDIA H200"]
    assert gpu_models(tmp_path / "none") == []


def test_memory_is_of_the_gpus_that_may_be_used(tmp_path, monkeypatch):
    driver, program = tmp_path / "gpus", tmp_path / "nvidia-smi"
    for name in ("0000:01:00.0", "0000:02:00.0"):
        (driver / name).mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert gpu_memory(driver) == []  # no such program
    program.write_text("#!/bin/sh\necho '0, GPU-aa, 39387, 81559'\necho '1, GPU-bb, 7, 81559'\n")
    program.chmod(0o755)
    assert gpu_memory(driver) == [(39387, 81559), (7, 81559)]
    for visible, memory in (("1", [(7, 81559)]), ("GPU-aa", [(39387, 81559)]), ("-1", [])):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert gpu_memory(driver) == memory
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    program.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    assert gpu_memory(driver) == []
    assert gpu_memory(tmp_path / "none") == []
