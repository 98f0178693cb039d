"""Runs that are killed, workers that die: nothing answered is lost, nobody else is blamed."""

import json
import signal
import subprocess
import sys
import time

SLOW = """\
import time
import pytest
from audiotest.types import Needs, Reply

class Slow:
    name, identity, needs, batch_size = "slow", "slow/1", Needs(audio=False), 1
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        with open("asked.txt", "a") as log:
            for r in requests:
                log.write(f"{r.condition} {r.case}\\n")
        time.sleep(0.05)
        return [Reply("A") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Slow()
"""

DEADLY = """\
import os
import pytest
from audiotest.types import Needs, Reply

class Deadly:
    name, identity, needs, batch_size = "deadly", "", Needs(audio=False), 16
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        if any("deadly" in r.case for r in requests):
            os.kill(os.getpid(), 9)
        return [Reply(f"({'ABCD'[r.choices.index('a kettle')]})") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Deadly()
"""


def test_a_run_killed_half_way_asks_nothing_twice(project):
    tester = project(ids=[f"case-{i:03}" for i in range(40)], policy="gates")
    (tester.path / "conftest.py").write_text(SLOW)
    asked = tester.path / "asked.txt"
    running = tester.popen(
        [sys.executable, "-m", "pytest", "suites", "--results", "out", "-p", "no:cacheprovider"],
        stdin=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (asked.exists() and len(asked.read_text().splitlines()) > 20):
        assert time.monotonic() < deadline, "the run did not start"
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    before = asked.read_text().splitlines()
    assert len(before) < 120
    out = tester.runpytest_subprocess("suites", "--results", "out")
    after = asked.read_text().splitlines()[len(before) :]
    # The one that was being asked when the signal came may be asked again, no other.
    assert len(set(after) & set(before)) <= 1
    asked_for = {f"{c} case-{i:03}" for c in ("original", "text_only", "shuffled") for i in range(40)}
    # To a model that does not listen, `text_only` is the same request as `original`, and may be known from that.
    assert {line.split()[0] for line in asked_for - {*before, *after}} <= {"text_only"}
    out.stdout.fnmatch_lines(["*replies came from the cache*"])
    assert len((tester.path / "out" / "trials.jsonl").read_text().splitlines()) == 120


def test_a_trial_that_kills_its_worker_is_the_only_one_blamed_and_has_a_record(project, records):
    tester = project(ids=[f"case-{i:03}" for i in range(30)] + ["deadly"], policy="gates")
    (tester.path / "conftest.py").write_text(DEADLY)
    out = tester.runpytest_subprocess("suites", "-n", "2", "-k", "original", "--results", "out", timeout=120)
    found = out.parseoutcomes()
    assert found["passed"] == 30
    assert found["failed"] == 1
    out.stdout.fnmatch_lines(["*worker*crashed while running*original::deadly*"])
    rows = {row["case"]: row for row in records(tester.path / "out")}
    assert len(rows) == 31
    assert (rows["deadly"]["outcome"], rows["deadly"]["reply"]) == ("error", None)
    assert "crashed while running" in rows["deadly"]["reason"]
    condition = json.loads((tester.path / "out/summary.json").read_text())["suites"]["kitchen"]["conditions"][
        "original"
    ]
    assert (condition["trials"], condition["outcomes"]) == (31, {"passed": 30, "error": 1})


IN_SLOTS = """
import os, pytest
from contextlib import suppress
from itertools import islice
from audiotest.types import Needs, Reply

class InSlots:
    name, identity, needs, batch_size = "in slots", "in slots/1", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def stream(self, requests):
        flying = list(islice(requests, 8))
        while flying:
            for r in reversed(flying[len(flying) // 2:]):
                with open("asked.txt", "a") as file:
                    file.write(f"{r.case}\\n")
                yield r, Reply(f"({'ABCD'[r.choices.index('a kettle')]})")
            del flying[len(flying) // 2:]
            with suppress(FileExistsError), open("died", "x") as file:  # whoever comes here first
                file.write("".join(f"{r.case}\\n" for r in flying))
                file.flush()
                os.kill(os.getpid(), 9)
            flying += islice(requests, 8 - len(flying))

@pytest.fixture(scope="session")
def model():
    return InSlots()
"""


def test_a_worker_that_dies_with_half_its_slots_answered_loses_no_reply_and_nobody_is_blamed(project, records):
    tester = project(ids=[f"case-{i:03}" for i in range(40)], policy="gates")
    (tester.path / "conftest.py").write_text(IN_SLOTS)
    out = tester.runpytest_subprocess("suites", "-n", "2", "-k", "original", "--results", "out", timeout=120)
    out.assert_outcomes(passed=41)
    asked = (tester.path / "asked.txt").read_text().split()
    lost = (tester.path / "died").read_text().split()
    assert lost
    assert sorted(set(asked)) == [f"case-{i:03}" for i in range(40)]
    assert len(asked) - len(set(asked)) <= 1, "what had been answered is not asked again, but for what was on its way"
    rows = records(tester.path / "out")
    assert {row["case"]: row["outcome"] for row in rows} == dict.fromkeys(asked, "passed")


def test_a_worker_that_dies_with_nobody_to_follow_it_is_told(project):
    tester = project(ids=[f"case-{i:03}" for i in range(30)] + ["deadly"], policy="gates")
    (tester.path / "conftest.py").write_text(DEADLY)
    out = tester.runpytest_subprocess("suites", "-n", "2", "--max-worker-restart=0", timeout=120)
    assert out.ret == 1
    assert out.parseoutcomes()["failed"] == 1
    out.stdout.fnmatch_lines(["*worker*crashed while running*", "*not judged*"])


def test_a_short_run_is_shared_by_all_workers(project):
    tester = project(ids=[f"case-{i:03}" for i in range(48)], policy="gates")
    (tester.path / "conftest.py").write_text(SLOW.replace('{r.condition}', "{os.environ['PYTEST_XDIST_WORKER']}")
                                             .replace("import time", "import os\nimport time"))  # fmt: skip
    tester.runpytest_subprocess("suites", "-n", "3", "-k", "original", "--batch-size", "4").assert_outcomes(passed=49)
    asked = [line.split()[0] for line in (tester.path / "asked.txt").read_text().splitlines()]
    assert len(asked) == 48
    assert min(asked.count(worker) for worker in ("gw0", "gw1", "gw2")) >= 8


def test_a_run_goes_on_where_no_reply_can_be_kept(project, monkeypatch):
    tester = project(policy="gates")
    (tester.path / "file").write_text("no folder")
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tester.path / "file"))
    (tester.path / "conftest.py").write_text(SLOW)
    out = tester.runpytest_subprocess("suites")
    assert "errors" not in out.parseoutcomes()
    out.stdout.fnmatch_lines(["*no replies can be kept in*name another place with --reply-cache FILE*"])


def test_a_cache_that_the_user_names_has_to_be_one(project):
    tester = project(policy="gates")
    (tester.path / "notes.txt").write_text("Dear diary")
    out = tester.runpytest_subprocess("suites", "--reply-cache", "notes.txt")
    assert out.ret == 4
    out.stderr.fnmatch_lines(["*notes.txt is no cache of replies*"])


def test_interrupting_keeps_what_there_is(project):
    tester = project(ids=[f"case-{i:03}" for i in range(60)], policy="gates")
    (tester.path / "conftest.py").write_text(SLOW)
    asked = tester.path / "asked.txt"
    running = tester.popen(
        [sys.executable, "-m", "pytest", "suites", "--results", "out", "--batch-size", "1"], stdin=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not (asked.exists() and len(asked.read_text().splitlines()) > 90):
        assert time.monotonic() < deadline, "the run did not start"
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 2
    assert (tester.path / "out" / "summary.json").exists()
    assert (tester.path / "out" / "trials.jsonl").read_text().splitlines()
