"""Trials that a plugin stops or has run again."""

import re

import pytest

RERUN = """\
import pytest
from _pytest.runner import runtestprotocol
from audiotest.types import Needs, Reply

class Moody:
    name, identity, needs, batch_size = "moody", "", Needs(audio=False), 8
    times = 0
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        if any(r.case == "two" and r.condition == "original" for r in requests):
            self.times += 1  # with the others, by itself, and then because it is run again
            if self.times < 4:
                raise RuntimeError("out of cheese")
        return [Reply(f"({'ABCD'[r.choices.index('a kettle')]})") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Moody()

def pytest_runtest_protocol(item, nextitem):  # as pytest-rerunfailures does
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for last in (False, False, True):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        last = last or not any(report.failed for report in reports)
        for report in reports:
            if report.failed and not last:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
        if last:
            break
        item._initrequest()
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_model_that_broke_is_asked_again_and_told_of_once(project, records, workers):
    tester = project()
    (tester.path / "conftest.py").write_text(RERUN)
    out = tester.runpytest_inprocess("suites", "--results", "out", "--junitxml=out.xml", *workers)
    out.assert_outcomes(passed=13)
    assert {r["outcome"] for r in records(tester.path / "out")} == {"passed", "recorded"}
    assert len(records(tester.path / "out")) == 12
    assert all(r["prompt"] for r in records(tester.path / "out"))
    cases = re.findall(r"<testcase.*?</testcase>", (tester.path / "out.xml").read_text(), re.DOTALL)
    assert all(case.count('name="condition"') == 1 for case in cases if "gates" not in case)


def test_a_test_whose_time_is_up_takes_few_along(project):
    tester = project(ids=("one", "two", "slow", "four"), policy="gates")
    conftest = tester.path / "conftest.py"
    # What pytest-timeout does, in the middle of a batch.
    stop = "if 'slow' in r.case: pytest.fail('Timeout')\n        wanted = "
    conftest.write_text(conftest.read_text().replace("wanted = ", stop))
    out = tester.runpytest_inprocess("suites")
    out.assert_outcomes(errors=5, passed=7, skipped=1)
    # Of each of the two batches the one that waited for it, and the slow ones themselves.
    for told in ("original::one", "original::slow", "shuffled::slow", "text_only::one", "text_only::slow"):
        out.stdout.fnmatch_lines([f"ERROR suites/kitchen.yaml::{told} - Failed: Timeout"])
