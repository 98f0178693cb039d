"""Streams made of batches: what is given to a model together, and whose time is whose."""

import time

import pytest

from audiotest.models.loading import open_model
from audiotest.models.streaming import stream_of
from audiotest.types import Needs, Reply, Request


def request(case):
    return Request(suite="s", case=case, condition="original", prompt="Q?", question="Q?")


class Model:
    name, identity, needs, batch_size = "model", "", Needs(audio=False), 4

    def __init__(self, seconds=0.0, own=None):
        self.seconds, self.own, self.batches = seconds, own, []

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        self.batches.append([r.case for r in requests])
        time.sleep(self.seconds)
        return [Reply("x", seconds=self.own) for _ in requests]


def slowly(names, pause):
    for name in names:
        time.sleep(pause)
        yield request(name)


def test_a_batch_that_takes_long_to_fill_is_asked_as_it_is(monkeypatch):
    monkeypatch.setattr("audiotest.models._ahead.GATHER_S", 0.05)
    slow, quick = Model(), Model()
    assert len(list(stream_of(slow)(slowly("abcdef", 0.04)))) == 6
    assert slow.batches == [["a", "b"], ["c", "d"], ["e", "f"]]
    assert len(list(stream_of(quick)(slowly("abcdef", 0.0)))) == 6
    assert quick.batches == [["a", "b", "c", "d"], ["e", "f"]]


def test_a_replys_seconds_are_its_share_of_the_batch_and_the_rest_it_waited():
    replies = [reply for _, reply in stream_of(Model(0.08))(slowly("abcd", 0.02))]
    assert [reply.seconds for reply in replies] == [pytest.approx(0.02, abs=0.015)] * 4
    whole = [reply.seconds + reply.waited for reply in replies]
    assert whole[0] == pytest.approx(0.14, abs=0.05)  # three others had to come first
    assert whole == sorted(whole, reverse=True)
    assert whole[3] == pytest.approx(0.08, abs=0.03)


def test_what_a_model_says_of_its_own_time_stands():
    replies = [reply for _, reply in stream_of(Model(0.05, own=0.01))(iter([request("a")]))]
    assert replies[0].seconds == 0.01
    assert replies[0].waited == pytest.approx(0.04, abs=0.03)


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
    import sys

    model = open_model(f"process:{sys.executable} {tmp_path / 'program.py'}", {"batch_size": "6"})
    model.load()
    try:
        replies = [reply for _, reply in stream_of(model)(iter([request(name) for name in "abcdef"]))]
    finally:
        model.close()
    assert sum(reply.seconds for reply in replies) == pytest.approx(0.3, abs=0.1)
    assert max(reply.seconds for reply in replies) < 0.15
    assert replies[-1].seconds + replies[-1].waited >= 0.25
