"""What a worker's model will be asked next is made ready while it works."""

import numpy as np
import soundfile

MODEL = """\
import threading
import pytest
from audiotest.types import Needs, Reply

class Model:
    name, identity, needs, batch_size = "model", "", Needs(sample_rate=8000, channels=1), 4

    def __init__(self):
        self.ready = threading.Condition()
        self.made = []

    def load(self): pass
    def close(self): pass

    def prepare(self, requests):
        with self.ready:
            self.made.append(requests[0].case)
            self.ready.notify_all()

    def answer(self, requests):
        with self.ready:
            ahead = self.ready.wait_for(lambda: len(self.made) > 0 and self.made[-1] != requests[0].case, 2.0)
        with open("ahead.txt", "a") as file:
            file.write(f"{ahead:d}\\n")
        return [Reply("x") for _ in requests]

@pytest.fixture(scope="session")
def model():
    return Model()
"""


def test_with_workers_too(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    lines = ["suite: s", "policy: gates", "conditions: [original]", "cases:"]
    for i in range(64):
        soundfile.write(pytester.path / f"{i}.wav", np.full(800, i / 100, np.float32), 8000)
        lines.append(f"  - {{id: c{i}, question: Q?, choices: [x, y], answer: x, audio: {i}.wav}}")
    (pytester.path / "s.yaml").write_text("\n".join(lines))
    pytester.makeconftest(MODEL)
    pytester.runpytest_inprocess("s.yaml", "-n", "2", "--batch-size", "4").assert_outcomes(passed=64)
    ahead = (pytester.path / "ahead.txt").read_text().split()
    assert len(ahead) == 16
    assert ahead.count("1") >= 6  # the last of them wait for whoever is free
