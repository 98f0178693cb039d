"""What is there is seen: lines of trials.jsonl, and lines in a log, while a block of slow trials is at work."""

import json

import numpy as np
import pytest
import soundfile

# A model in batches of four that notes before each batch how many lines of the record there are.
MODEL = """\
import time
from pathlib import Path
import pytest
from audiotest.types import Needs, Reply

class Slow:
    name, identity, needs, batch_size = "slow", "", Needs(sample_rate=8000, channels=1), 4
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        lines = Path("out/trials.jsonl").read_text().count("\\n")
        with open("seen.txt", "a") as file:
            file.write(f"{lines} {[r.condition for r in requests]} {[len(r.audio) for r in requests]}\\n")
        time.sleep(0.02)
        return [Reply("x") for _ in requests]

@pytest.fixture(scope="session")
def model():
    return Slow()
"""


@pytest.fixture
def slow(pytester, monkeypatch):
    """Sixteen clips of several lengths under two conditions: one block."""
    lines = ["suite: s", "policy: gates", "conditions: [original, text_only]", "cases:"]
    for i in range(16):
        soundfile.write(pytester.path / f"{i}.wav", np.full(800 * (1 + 7 * i % 5), i / 100, np.float32), 8000)
        lines.append(f"  - {{id: c{i}, question: Q?, choices: [x, y], answer: x, audio: {i}.wav}}")
    (pytester.path / "s.yaml").write_text("\n".join(lines))
    pytester.makeconftest(MODEL)
    return pytester


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_trial_is_on_record_before_the_next_batch_of_its_block_is_asked(slow, workers):
    slow.runpytest_inprocess("s.yaml", "--results", "out", *workers).assert_outcomes(passed=32)
    rows = [line.split(" ", 1) for line in (slow.path / "seen.txt").read_text().splitlines()]
    assert len(rows) == 8
    # One process: all that was answered. With workers the controller writes what has come to it.
    written = [int(lines) for lines, _ in rows]
    if not workers:
        assert written == list(range(0, 32, 4))
    else:
        assert written[-1] >= 8
    # Still the longest together, and those without sound by themselves.
    assert ["text_only" in conditions and "original" in conditions for _, conditions in rows] == [False] * 8
    records = [json.loads(line) for line in (slow.path / "out" / "trials.jsonl").read_text().splitlines()]
    assert [r["case"] for r in records] == [f"c{i}" for i in range(16)] * 2  # in the end in the suite's order


def test_a_log_says_how_many_replies_there_are_while_one_is_waited_for(slow):
    out = slow.runpytest_inprocess("s.yaml", "-v", "--results", "out", "-o", "audiotest_progress=0.001")
    out.assert_outcomes(passed=32)
    out.stdout.re_match_lines([r"^\d+ of 32 replies, [\d.]+/(s|min).*", r"^\d+ of 32 trials, .*"])
    # pytest's own lines stay whole.
    assert sum("RECORDED" in line or "PASSED" in line for line in out.outlines) == 32
    quiet = slow.runpytest_inprocess("s.yaml", "-q", "--results", "out", "-o", "audiotest_progress=0.001")
    quiet.stdout.no_re_match_line(r".* of 32 replies.*")
