"""The adapter ``process`` with real processes on the real bridge: crashes, hangs, stray prints, bad lines."""

import ast
import os
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from audiotest.cli import main
from audiotest.models.loading import ModelError, open_model
from audiotest.models.protocol import Unavailable, Unsupported
from audiotest.types import Generation, Reply, Request, Waveform

BRIDGES = Path(__file__).parents[2] / "bridges"
SCRIPT = """\
import os, sys, time, wave, struct
sys.path.insert(0, {bridges!r})
from audiotest_bridge import Unsupported, serve

def start(options):
    print("stray words of the model")
    os.write(1, b"and from below\\n")
    with open("starts.txt", "a") as file:
        file.write("start\\n")
    return options

def answer(options, request):
    with open("asked.txt", "a") as file:
        file.write(request["case"] + "\\n")
    case = request["case"]
    if case == "crash-once" and not os.path.exists("crashed"):
        open("crashed", "w").close()
        os._exit(3)
    if case == "crash":
        print("about to die", file=sys.stderr, flush=True)
        os.kill(os.getpid(), 9)
    if case == "hang":
        time.sleep(60)
    if case == "bad":
        raise ValueError("cannot do that")
    if case == "long":
        raise Unsupported("too long for me")
    size = [os.path.getsize(a) if os.path.exists(a) else len(a) for a in request["audio"]]
    return "%s %s %s %s" % (case, request["prompt"], size, options.get("flavour"))
{batch}
serve(start, answer{more}, name="scripted")
"""


@pytest.fixture
def opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = []

    def open_(batch="", more="", **options):
        (tmp_path / "model.py").write_text(SCRIPT.format(bridges=str(BRIDGES), batch=batch, more=more))
        options = {"timeout": 20, "start_timeout": 20, **options}
        model = open_model(f"process:{sys.executable} model.py", {k: str(v) for k, v in options.items()})
        model.load()
        made.append(model)
        return model

    yield open_
    for model in made:
        model.close()


def request(case, clips=1):
    clip = Waveform(np.zeros((800, 1), np.float32), 16000)
    return Request(suite="s", case=case, condition="original", prompt="Q?", question="Q?", audio=(clip,) * clips,
                   generation=Generation(max_new_tokens=5))  # fmt: skip


def told(replies):
    return [r.text if isinstance(r, Reply) else f"{type(r).__name__}: {r}" for r in replies]


def test_replies_come_whatever_the_model_prints(opened):
    model = opened(flavour="mint")
    replies = told(model.answer([request("a"), request("b", clips=2), request("c", clips=0)]))
    assert replies == ["a Q? [3258] mint", "b Q? [3258, 3258] mint", "c Q? [] mint"] or replies[2] == "c Q? [] mint"
    assert [r.split()[0] for r in replies] == ["a", "b", "c"]


def test_sound_can_go_as_base64(opened):
    (reply,) = told(opened(audio="base64").answer([request("a")]))
    assert int(reply.split("[")[1].split("]")[0]) > 4000


def test_one_bad_request_costs_only_itself(opened):
    a, bad, long, b = opened().answer([request("a"), request("bad"), request("long"), request("b")])
    assert isinstance(a, Reply)
    assert isinstance(b, Reply)
    assert "ValueError: cannot do that" in str(bad)
    assert isinstance(long, Unsupported)


def test_a_crash_loses_no_answer_and_only_what_crashes_twice_is_an_error(opened, tmp_path):
    model = opened()
    replies = model.answer([request(c) for c in ("a", "crash-once", "b", "crash", "c")])
    assert [isinstance(r, Reply) for r in replies] == [True, True, True, False, True]
    assert "once more, and alone, the process was killed by signal 9" in str(replies[3])
    assert "about to die" in str(replies[3])
    asked = (tmp_path / "asked.txt").read_text().split()
    assert asked.count("a") == asked.count("b") == asked.count("c") == 1
    assert asked.count("crash") == 2
    assert isinstance(model.answer([request("d")])[0], Reply)


def test_a_hang_is_ended_and_the_others_are_answered(opened):
    replies = opened(timeout=1.5).answer([request("a"), request("hang"), request("b")])
    assert [isinstance(r, Reply) for r in replies] == [True, False, True]
    assert "nothing came for 1.5 s" in str(replies[1])


def test_batches_are_answered_at_once_and_a_failing_one_one_by_one(opened):
    batch = textwrap.dedent("""\
        def answer_batch(options, requests):
            if any(r["case"] == "bad" for r in requests):
                raise ValueError("all of you")
            return ["batch of %d" % len(requests) for r in requests]
    """)
    model = opened(batch=batch, more=", answer_batch")
    assert told(model.answer([request("a"), request("b")])) == ["batch of 2", "batch of 2"]
    a, bad = model.answer([request("a"), request("bad")])
    assert a.text.startswith("a Q?")
    assert "cannot do that" in str(bad)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-program-here", "cannot be started"),
        (f"{sys.executable} -c \"import sys; sys.exit('no weights')\"", "no weights"),
        (f"{sys.executable} -c \"print('hello')\"", "no JSON"),
        (f"{sys.executable} -c \"print('{{}}')\"", "version None"),
    ],
)
def test_a_process_that_does_not_start_says_why(command, said):
    model = open_model(f"process:{command}", {"start_timeout": "20"})
    with pytest.raises(Unavailable, match=said):
        model.load()


def test_doctor_says_which_program_and_which_script_are_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    absent = CliRunner().invoke(main, ["doctor", "--model", "process:no-such-program-here bridges/none.py"])
    assert absent.exit_code == 1
    assert "no-such-program-here: not a program here\n  bridges/none.py: no such file\n" in absent.output
    Path("model.py").write_text("raise SystemExit('it is not started')")
    assert open_model(f"process:{sys.executable} model.py").missing() == []


@pytest.mark.usefixtures("own_interpreter")
@pytest.mark.parametrize("first", ["", "print('hello', flush=True)", "print('{}', flush=True)"])
def test_a_process_that_does_not_start_is_not_left_behind(tmp_path, first):
    script = tmp_path / "model.py"
    script.write_text(
        f"import os, time\nopen({str(tmp_path / 'id')!r}, 'w').write(str(os.getpid()))\n{first}\ntime.sleep(60)"
    )
    model = open_model(f"process:{sys.executable} {script}", {"start_timeout": "2"})
    with pytest.raises(Unavailable):
        model.load()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "id").read_text()), 0)


def test_a_script_that_was_changed_is_another_model(tmp_path):
    script = tmp_path / "model.py"
    script.write_text("old")
    old, same = (open_model(f"process:{sys.executable} {script}").identity for _ in range(2))
    script.write_text("old")
    os.utime(script, (1, 1))  # as in a fresh checkout
    assert open_model(f"process:{sys.executable} {script}").identity == old
    script.write_text("new")
    assert old == same != open_model(f"process:{sys.executable} {script}").identity


def test_the_bridge_is_python_3_8_and_needs_nothing():
    source = (BRIDGES / "audiotest_bridge.py").read_text()
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    assert imported <= {"json", "os", "sys", "traceback"}
    for path in BRIDGES.glob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 8))


def test_options_that_cannot_be():
    with pytest.raises(ModelError, match="needs a command"):
        open_model("process")
    with pytest.raises(ModelError, match="path or base64"):
        open_model("process:x", {"audio": "pigeon"})
    with pytest.raises(ModelError, match="kind float"):
        open_model("process:x", {"timeout": "soon"})
    with pytest.raises(ModelError, match="`batch_size` is at least 1"):
        open_model("process:x", {"batch_size": "0"})


def test_details_that_are_no_object_cost_their_own_request(opened):
    batch = """
def answer(options, request):
    return {"text": "x", "details": "loud" if request["case"] == "odd" else {"level": 3}}
"""
    odd, even = opened(batch).answer([request("odd"), request("even")])
    assert "`details` is an object" in str(odd)
    assert even.details == {"level": 3}
