"""The order in which trials run, and the options of pytest that go by it."""

import numpy as np
import pytest
import soundfile

BREAKS = """\
import os
import pytest
from audiotest.types import Needs, Reply

class Breaking:
    name, identity, needs, batch_size = "breaking", "", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        if os.environ.get("BREAK") in [f"{r.condition}/{r.case}" for r in requests]:
            raise RuntimeError("out of cheese")
        return [Reply(f"({'ABCD'[r.choices.index('a kettle')]})") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Breaking()
"""


def test_stepwise_leaves_out_what_has_passed_and_nothing_else(project, monkeypatch, records):
    tester = project()
    (tester.path / "conftest.py").write_text(BREAKS)
    monkeypatch.setenv("BREAK", "text_only/two")
    out = tester.runpytest_inprocess("suites", "--sw", "--results", "first")
    out.assert_outcomes(passed=4, errors=1)
    monkeypatch.delenv("BREAK")
    out = tester.runpytest_inprocess("suites", "--sw", "--results", "second")
    assert out.ret == 0
    right = [
        {r["nodeid"] for r in records(tester.path / name) if r["outcome"] in ("passed", "recorded")}
        for name in ("first", "second")
    ]
    assert not right[0] & right[1]
    assert len(right[0] | right[1]) == 12


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_what_failed_runs_first_however_short_its_sound(project, suite_text, monkeypatch, workers):
    ids = [f"c{i}" for i in range(66)]  # three blocks
    synthesised = "{synth: {tone: {hz: 440, seconds: 0.1}}}"
    text = suite_text(ids).replace(synthesised, "{file: a.wav, end: 0.1}", 22)
    tester = project(text=text.replace(synthesised, "{file: a.wav, end: 0.5}"))
    soundfile.write(tester.path / "suites" / "a.wav", np.zeros(4000), 8000)
    (tester.path / "conftest.py").write_text(BREAKS)
    monkeypatch.setenv("BREAK", "original/c21")

    def ran(*arguments):
        out = tester.runpytest_inprocess("suites", "-v", "--batch-size", "1", *arguments, *workers)
        return [word.rpartition("::")[2] for line in out.outlines for word in line.split()
                if "::original::" in word and ("%]" in line or "[gw0]" in line)]  # fmt: skip

    assert ran()[-1] == "c21"  # the longest first
    assert ran("--ff")[0] == "c21"
