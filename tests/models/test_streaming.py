"""Streams made of batches: what is given to a model together, and whose time is whose."""

import sys
import time

import pytest

from audiotest.models.loading import open_model
from audiotest.models.streaming import stream_of
from audiotest.types import Needs, Reply, Request


def request(case):
    return Request(suite="s", case=case, condition="original", prompt="Q?", question="Q?")


class Clock:
    """A clock that only the test moves."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now

    def pass_(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in ("_ahead", "streaming"):
        monkeypatch.setattr(f"audiotest.models.{module}.time", clock)
    return clock


class Model:
    name, identity, needs, batch_size = "model", "", Needs(audio=False), 4

    def __init__(self, clock, seconds=0.0, own=None):
        self.clock, self.seconds, self.own, self.batches = clock, seconds, own, []

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        self.batches.append([r.case for r in requests])
        self.clock.pass_(self.seconds)
        return [Reply("x", seconds=self.own) for _ in requests]


def slowly(names, pause, clock):
    for name in names:
        clock.pass_(pause)
        yield request(name)


def test_a_batch_that_takes_long_to_fill_is_asked_as_it_is(clock):
    slow, quick = Model(clock), Model(clock)
    assert len(list(stream_of(slow)(slowly("abcdef", 8.0, clock)))) == 6
    assert slow.batches == [["a", "b"], ["c", "d"], ["e", "f"]]
    assert len(list(stream_of(quick)(slowly("abcdef", 0.0, clock)))) == 6
    assert quick.batches == [["a", "b", "c", "d"], ["e", "f"]]


def test_a_replys_seconds_are_its_share_of_the_batch_and_the_rest_it_waited(clock):
    replies = [reply for _, reply in stream_of(Model(clock, 8.0))(slowly("abcd", 2.0, clock))]
    assert [reply.seconds for reply in replies] == [2.0] * 4
    whole = [reply.seconds + reply.waited for reply in replies]
    assert whole == [14.0, 12.0, 10.0, 8.0], "those that came first waited for the others"


def test_what_a_model_says_of_its_own_time_stands(clock):
    replies = [reply for _, reply in stream_of(Model(clock, 5.0, own=1.0))(iter([request("a")]))]
    assert (replies[0].seconds, replies[0].waited) == (1.0, 4.0)


PROGRAM = """\
import json, sys, time
sys.stdin.readline()
print(json.dumps({"audiotest": 1, "name": "m", "batches": BATCHES}), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    for one in message.get("requests", ()):
        time.sleep(0.05)
        if not BATCHES: print(json.dumps({"batch": message["batch"], "index": one["index"], "text": "x"}), flush=True)
    if BATCHES:
        for one in message.get("requests", ()):
            print(json.dumps({"batch": message["batch"], "index": one["index"], "text": "x"}), flush=True)
"""


@pytest.mark.parametrize("batches", [True, False])
def test_a_program_that_has_several_requests_at_once_takes_no_longer_for_each(tmp_path, batches):
    (tmp_path / "program.py").write_text(PROGRAM.replace("BATCHES", str(batches)))
    model = open_model(f"process:{sys.executable} {tmp_path / 'program.py'}", {"batch_size": "6"})
    model.load()
    started = time.perf_counter()
    try:
        replies = [reply for _, reply in stream_of(model)(iter([request(name) for name in "abcdef"]))]
        passed = time.perf_counter() - started
    finally:
        model.close()
    # The program sleeps 0.05 s for each; what is read late was not answered late.
    assert 0.29 <= sum(reply.seconds for reply in replies) <= passed
    assert 0.29 <= replies[-1].seconds + replies[-1].waited <= passed
