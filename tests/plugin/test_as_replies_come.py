"""What is there is seen: lines of trials.jsonl, and lines in a log, while a block of slow trials is at work."""

import io
import json

import numpy as np
import pytest
import soundfile

from audiotest.report.progress import Bar, Lines, Pace

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


# One batch that takes until there have been two heartbeats.
HELD = """\
import time
from pathlib import Path
import pytest
from audiotest.types import Needs, Reply

def beats():
    return len(Path("beats.txt").read_text().splitlines()) if Path("beats.txt").exists() else 0

class Held:
    name, identity, needs, batch_size = "held", "", Needs(audio=False), 16
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        for _ in range(200):
            if beats() > 1:
                break
            time.sleep(0.05)
        return [Reply("x") for _ in requests]

@pytest.fixture(scope="session")
def model():
    return Held()
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_model_that_answers_nothing_for_a_while_is_seen_to_be_at_work(slow, monkeypatch, workers):
    tick = Lines.tick

    def noted(lines):
        tick(lines)
        with (slow.path / "beats.txt").open("a") as file:
            file.write("x\n")

    monkeypatch.setattr(Lines, "tick", noted)
    monkeypatch.setattr("audiotest.report.live._TICK_S", 0.05)
    slow.makeconftest(HELD)
    out = slow.runpytest_inprocess("s.yaml", "-v", "-o", "audiotest_progress=0.01", "-k", "original", *workers)
    out.assert_outcomes(passed=16)
    out.stdout.re_match_lines([r"^0 of 16 trials, after [\d:]+$"])
    assert sum("PASSED" in line for line in out.outlines) == 16  # pytest's own lines stay whole


def test_lines_reach_the_log_while_pytest_captures_what_a_test_prints(slow):
    """In a process of its own: pytest's capture takes the descriptor of standard output for as long as a test runs."""
    slow.makeconftest(HELD.replace("if beats() > 1:", "if _ > 30:") + "\n\n")
    out = slow.runpytest_subprocess("s.yaml", "-v", "-o", "audiotest_progress=0.01", "-k", "original")
    out.assert_outcomes(passed=16)
    lines = out.outlines
    first = next(i for i, line in enumerate(lines) if line.startswith("0 of 16 trials, after "))
    assert first < next(i for i, line in enumerate(lines) if "PASSED" in line)
    assert not any("Captured stdout" in line for line in lines)


def test_a_run_leaves_no_descriptor_open(slow):
    """As in a notebook or a program that calls pytest again and again."""
    slow.makeconftest("")
    slow.makepyfile(
        runs="""
        import os, pytest

        def opened():
            pytest.main(["s.yaml", "--model", "first"])
            return len(os.listdir("/dev/fd"))

        print("open:", *(opened() for _ in range(3)))
        """
    )
    out = slow.runpython("runs.py")
    counts = next(line for line in out.outlines if line.startswith("open: ")).split()[1:]
    assert len(counts) == 3
    assert len(set(counts)) == 1


def test_a_heartbeat_says_since_when_and_what_is_done_meanwhile():
    pace = Pace(every=60)
    pace.start()
    assert pace.beat(9) == ""  # not time yet
    assert pace.step(9) == ""
    pace.reported -= 100
    pace.last -= 92
    assert pace.beat(9).startswith("1 of 9 trials, ")
    pace.reported -= 100
    assert ", the last 01:32 ago, loading whisper" in pace.beat(9, "loading whisper")
    assert pace.beat(9) == ""  # and not again at once


def test_no_heartbeat_while_no_trial_is_under_way():
    written: list[str] = []
    lines = Lines(Pace(every=0.000001), lambda: 5, written.append)
    lines.tick()
    assert written == []
    lines.started()
    with lines.loading("m"):
        lines.tick()
    lines.finished()
    lines.tick()
    assert written == ["0 of 5 trials, after 00:00, loading m"]


def test_nobody_who_wants_no_lines_gets_a_heartbeat():
    lines = Lines(Pace(every=0), lambda: 5, pytest.fail)
    lines.started()
    lines.tick()


def test_a_bar_is_drawn_during_the_first_batch():
    bar = Bar(io.StringIO())
    assert not bar.tick()
    bar(0, 10)
    bar.started -= 3
    assert bar.tick()
    assert bar.bar.tasks[0].completed == 0
    bar(10, 10)
    assert not bar.tick()
