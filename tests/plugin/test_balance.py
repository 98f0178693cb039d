"""Workers share the sound, not only the number of trials; and all of them make the same blocks."""

from collections import Counter

import numpy as np
import pytest
import soundfile

MODEL = """\
import os
import pytest
from audiotest.types import Needs, Reply

class Model:
    name, identity, needs, batch_size = "model", "", Needs(sample_rate=8000, channels=1), 32

    def load(self): pass
    def close(self): pass

    def answer(self, requests):
        with open("asked.txt", "a") as file:
            for r in requests:
                print(os.getpid(), r.case, r.condition, file=file)
        return [Reply("x") for _ in requests]

@pytest.fixture(scope="session")
def model():
    return Model()
"""


@pytest.fixture
def asked(pytester, monkeypatch):
    """40 cases of which the first 10 have long clips; gives what each process was asked."""
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    lines = ["suite: s", "policy: gates", "conditions: [original, shuffled]", "cases:"]
    for i in range(40):
        soundfile.write(pytester.path / f"{i}.wav", np.full(80_000 if i < 10 else 800, i / 100, np.float32), 8000)
        lines.append(f"  - {{id: c{i}, question: Q?, choices: [x, y], answer: x, audio: {i}.wav}}")
    (pytester.path / "s.yaml").write_text("\n".join(lines))
    pytester.makeconftest(MODEL)

    def run(*options):
        pytester.runpytest_inprocess("s.yaml", *options).assert_outcomes(passed=80)
        rows = [line.split() for line in (pytester.path / "asked.txt").read_text().splitlines()]
        assert set(Counter((case, condition) for _, case, condition in rows).values()) == {1}, "none is asked twice"
        return rows

    return run


def long_ones(rows):
    return Counter(pid for pid, case, _ in rows if int(case[1:]) < 10)


def test_long_clips_go_to_both_workers(asked):
    assert sorted(long_ones(asked("-n", "2")).values()) == [10, 10]


def test_a_single_process_makes_whole_batches_of_them(asked):
    assert list(long_ones(asked()).values()) == [20]
