"""What runs in a Ray actor, without Ray."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import soundfile

from audiotest.declare.suite import load
from audiotest.declare.trial import trials
from audiotest.predict.engine import Answer, place
from audiotest.predict.ray_engine import Answerer
from audiotest.types import Needs, Reply


class Model:
    name, identity, needs, batch_size = "model", "", Needs(sample_rate=8000, channels=1), 4

    def __init__(self):
        self.begun, self.go, self.prepared = threading.Event(), threading.Event(), threading.Event()
        self.running = 0

    def load(self):
        pass

    def close(self):
        pass

    def prepare(self, requests):
        if requests[0].case == "c4":
            self.prepared.set()

    def answer(self, requests):
        self.running += 1
        assert self.running == 1, "one block at a time"
        if requests[0].case == "c0":
            self.begun.set()
            assert self.go.wait(20)
        if requests[0].case == "c2":  # the last batch of its block
            assert self.prepared.wait(20)
        self.running -= 1
        return [Reply(r.case) for r in requests]


def test_the_block_that_waits_is_made_ready_while_another_is_answered(tmp_path):
    lines = ["suite: s", "conditions: [original]", "cases:"]
    for i in range(8):
        soundfile.write(tmp_path / f"{i}.wav", np.full(1600 - 100 * i, 0.1, np.float32), 8000)  # longest first
        lines.append(f"  - {{id: c{i}, question: Q?, choices: [x, y], answer: x, audio: {i}.wav}}")
    (tmp_path / "s.yaml").write_text("\n".join(lines))
    everything = [place(trial) for trial in trials(load(tmp_path / "s.yaml"))]
    model = Model()
    answerer = Answerer(model, seed=0, batch_size=2)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: list(answerer.answer(msgspec.json.encode(everything[:4]))))
        assert model.begun.wait(20)
        second = pool.submit(lambda: list(answerer.answer(msgspec.json.encode(everything[4:]))))
        time.sleep(0.2)  # until it waits
        model.go.set()
    answers = [msgspec.json.decode(answer, type=Answer) for one in (first, second) for answer in one.result()]
    assert [(answer.number, answer.reply.text) for answer in answers] == [(i % 4, f"c{i}") for i in range(8)]
