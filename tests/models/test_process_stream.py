"""The stream of the adapter ``process``: what the process is given when, what its death costs, and how it is stopped."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from audiotest.models.loading import open_model
from audiotest.models.protocol import Unavailable
from audiotest.types import Reply, Request, Waveform

BRIDGES = Path(__file__).parents[2] / "bridges"
HEAD = """\
import json, os, signal, sys, time
sys.path.insert(0, {bridges!r})
from audiotest_bridge import serve
seen = lambda word: open("log.txt", "a").write(word + "\\n")
def start(options):
    seen("start")
    if os.path.exists("spent"): sys.exit("no weights left")
"""
ONE_BY_ONE = """
def answer(model, request):
    case = request["case"]
    seen(case)
    if case.startswith("slow"): time.sleep(60)
    if case.startswith("dies"): os._exit(3)
    if case.startswith("last"):
        open("spent", "w").close(); os._exit(3)
    return case + " " + str([os.path.getsize(path) for path in request["audio"]])
serve(start, answer)
"""
BATCHES = """
def answer_batch(model, requests):
    seen("batch of %d" % len(requests))
    return [request["case"] for request in requests]
serve(start, answer_batch=answer_batch)
"""
ODD = """
serve_line = sys.stdin.readline(); print(json.dumps({"audiotest": 1}), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    for request in message.get("requests", ()):
        if request["case"] == "odd":
            print({odd}, flush=True)
        print(json.dumps({"batch": message["batch"], "index": request["index"], "text": request["case"]}), flush=True)
"""


@pytest.fixture
def opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    models = []

    def open_(script=ONE_BY_ONE, **options):
        (tmp_path / "model.py").write_text(HEAD.format(bridges=str(BRIDGES)) + script)
        options = {"timeout": 20, "start_timeout": 20, **options}
        model = open_model(f"process:{sys.executable} model.py", {k: str(v) for k, v in options.items()})
        model.load()
        models.append(model)
        return model

    yield open_
    for model in models:
        model.close()


def request(case, clips=1):
    clip = Waveform(np.zeros((800, 1), np.float32), 16000)
    return Request(suite="s", case=case, condition="original", prompt="Q?", question="Q?", audio=(clip,) * clips)


def log():
    path = Path("log.txt")
    return path.read_text().split("\n")[:-1] if path.exists() else []


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def threads():
    return [t for t in threading.enumerate() if t.name == "audiotest-process"]


def test_what_is_answered_does_not_wait_for_the_next_request(opened):
    came = threading.Event()

    def requests():
        for case in "abc":
            came.clear()
            yield request(case)
            assert came.wait(20)

    for script in (ONE_BY_ONE, BATCHES):
        cases = []
        for one, reply in opened(script).stream(requests()):
            assert reply.text.split()[0] == one.case
            cases.append(one.case)
            came.set()
        assert cases == list("abc")


def test_a_process_that_answers_in_batches_gets_whole_ones(opened, monkeypatch):
    monkeypatch.setattr("audiotest.models._process.streaming._GATHER_S", 1.0)  # on a machine that is busy, too
    outcomes = list(opened(BATCHES, batch_size=8).stream(request(f"c{i}") for i in range(20)))
    assert [one.case for one, _ in outcomes] == [reply.text for _, reply in outcomes]
    assert log()[1:] == ["batch of 8", "batch of 8", "batch of 4"]


def test_no_more_is_pulled_than_the_process_may_have_and_its_files_go(opened):
    pulled, most = 0, 0

    def requests():
        nonlocal pulled
        for i in range(20):
            pulled += 1
            yield request(f"c{i}", clips=2)

    model = opened(batch_size=3)
    for yielded, (one, reply) in enumerate(model.stream(requests())):
        assert reply.text.startswith(f"{one.case} [")
        most = max(most, pulled - yielded)
    assert pulled == 20
    assert most <= 4  # the place of one that is being handed over is free already
    assert list(Path(model._folder.name).iterdir()) == []


def test_a_death_keeps_what_was_answered_and_only_the_culprit_is_an_error(opened):
    asked = [request(case) for case in ("a", "b", "dies", "c", "d", "dies again", "e")]
    outcomes = {one.case: outcome for one, outcome in opened(batch_size=4).stream(iter(asked))}
    assert [case for case, outcome in outcomes.items() if not isinstance(outcome, Reply)] == ["dies", "dies again"]
    assert str(outcomes["dies"]) == str(outcomes["dies again"])
    assert "ended with status 3" in str(outcomes["dies"])
    assert {case: log().count(case) for case in outcomes} == {
        "a": 1, "b": 1, "dies": 2, "c": 1, "d": 1, "dies again": 2, "e": 1}  # fmt: skip


def test_a_process_that_does_not_come_up_again_ends_the_stream_and_what_it_had_answered_is_kept(opened):
    stream, cases = opened().stream(request(case) for case in ("a", "b", "last", "c")), []
    with pytest.raises(Unavailable, match="no weights left"):
        cases.extend(one.case for one, _ in stream)
    assert cases == ["a", "b"]


def test_in_a_list_what_was_answered_before_the_process_was_gone_for_good_is_kept_too(opened):
    a, last, c = opened(batch_size=1).answer([request("a"), request("last"), request("c")])
    assert a.text.startswith("a ")
    assert isinstance(last, Unavailable)
    assert isinstance(c, Unavailable)


def test_a_process_that_died_between_two_streams_is_started_again(opened):
    model = opened()
    assert model.answer([request("a")])[0].text.startswith("a ")
    model._child._process.kill()
    model._child._process.wait()
    assert [r.text.split()[0] for r in model.answer([request("b"), request("c")])] == ["b", "c"]
    assert log() == ["start", "a", "start", "b", "c"]


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ('\'{"batch": 99, "index": 0, "text": "x"}\'', "not asked"),
        ("'{\"index\": [1]}'", "not asked"),
        ("'loading...'", "no JSON"),
        ("'[' * 100000 + ']' * 100000", "no JSON"),
        ("'[1]'", "expected an object"),
    ],
)
def test_a_line_that_is_no_reply_costs_the_request_that_was_next(opened, odd, message):
    replies = opened(ODD.replace("{odd}", odd)).answer([request("a"), request("odd"), request("b")])
    assert [r.text if isinstance(r, Reply) else "error" for r in replies] == ["a", "error", "b"]
    assert message in str(replies[1])


def test_a_stream_that_is_closed_ends_a_process_at_work_and_the_next_one_starts_it_again(opened):
    model = opened(batch_size=3)
    stream = model.stream(request(case) for case in ("a", "slow b", "c"))
    assert next(stream)[0].case == "a"
    child = model._child._process
    stream.close()
    assert child.poll() is not None
    assert not threads()
    assert model.answer([request("d")])[0].text.startswith("d ")
    assert log().count("start") == 2


def test_a_stream_that_is_closed_leaves_an_idle_process_running(opened):
    model = opened()

    def requests():
        yield request("a")
        threading.Event().wait(30)

    stream = model.stream(requests())
    next(stream)
    stream.close()
    assert not threads()
    assert list(model.stream(iter([]))) == []
    assert model.answer([request("b")])[0].text.startswith("b ")
    assert log() == ["start", "a", "b"]


def test_ctrl_c_ends_it_while_the_process_is_at_work(opened):
    model = opened()

    def press():
        wait_for(lambda: "slow b" in log())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        model.answer([request("a"), request("slow b")])
    assert not threads()


def test_ctrl_c_ends_it_while_the_process_is_starting_again(opened, tmp_path):
    model = opened()
    model._child._process.kill()
    model._child._process.wait()  # until then it may still answer
    (tmp_path / "model.py").write_text("import time\nopen('coming', 'w').close()\ntime.sleep(60)")

    def press():
        wait_for(Path("coming").exists)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        model.answer([request("a")])
    assert not threads()
    assert model._child is None


def test_what_the_requests_raise_is_raised_where_the_stream_is_read(opened):
    def requests():
        yield request("a")
        raise ZeroDivisionError("in the engine")

    with pytest.raises(ZeroDivisionError, match="in the engine"):
        list(opened().stream(requests()))


def test_sound_in_base64_larger_than_a_pipe_does_not_hold_replies_up(opened):
    script = ONE_BY_ONE.replace("os.path.getsize(path)", "len(path)")
    clip = Waveform(np.zeros((200_000, 1), np.float32), 16000)
    asked = [
        Request(suite="s", case=f"c{i}", condition="o", prompt="Q?", question="Q?", audio=(clip,)) for i in range(6)
    ]
    replies = opened(script, audio="base64").answer(asked)
    assert [reply.text.split()[0] for reply in replies] == [f"c{i}" for i in range(6)]
