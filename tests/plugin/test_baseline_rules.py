"""``--baseline-fail``: what makes a run fail that is held against an earlier one."""

import json

import pytest

from audiotest.analyse.gates import judge
from audiotest.analyse.trials import Trials
from audiotest.baseline import Baseline, FailRule, fail_rule, gate_of
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load
from audiotest.types import Gate, Record, TrialKey, Verdict

IDS = tuple(f"c{i:02d}" for i in range(12))


def record(case, right, clip="", suite="s"):
    return Record(suite, case, "original", f"s.yaml::original::{case}", "correct", "passed" if right else "missed", "?",
                  clip=clip or case, verdicts={"choice": Verdict(right)})  # fmt: skip


def against(before, now, rule="significant", clips=None, suites=("s",)):
    clips = clips or [str(i) for i in range(len(now))]
    rows = {name: ("gates", [record(f"c{i}", right, clips[i], name) for i, right in enumerate(now)]) for name in suites}
    trials = {TrialKey(name, f"c{i}", "original"): right for name in suites for i, right in enumerate(before)}
    return Baseline(trials, rule=fail_rule(rule)).judge(rows)


def test_one_worse_and_two_better_is_no_failure():
    found = against([True, False, False, *[True] * 17], [False, True, True, *[True] * 17])["s"]
    assert (found.regressed, found.improved, found.n, found.p, found.passed) == (1, 2, 20, 1.0, True)
    result = gate_of(found)
    assert (result.name, result.passed, result.value, result.n) == ("baseline-significant", True, 0.05, 20)


def test_six_of_six_worse_fails_and_six_of_one_clip_does_not():
    worse = against([True] * 12, [False] * 6 + [True] * 6)["s"]
    assert (worse.p, worse.passed) == (2 / 2**6, False)
    one_clip = against([True] * 12, [False] * 6 + [True] * 6, clips=["a"] * 6 + list("bcdefg"))["s"]
    assert (one_clip.p, one_clip.passed) == (1.0, True)


def test_too_few_clips_are_not_judged_and_several_suites_share_the_level():
    few = against([True] * 5, [False] * 5)["s"]
    assert few.passed is None
    assert "5 clips are too few" in few.reason
    two = against([True] * 12, [False] * 6 + [True] * 6, suites=("a", "b"))
    assert [(found.p, found.passed) for found in two.values()] == [(2 / 2**5, True)] * 2


@pytest.mark.parametrize(("rule", "passed"), [("drop:10%", True), ("drop:9", False), ("item", False)])
def test_a_fall_is_measured_in_points_and_any_item_fails_under_item(rule, passed):
    found = against([True] * 20, [False] * 2 + [True] * 18, rule)["s"]
    assert found.passed is passed
    assert (gate_of(found) is None) == (rule == "item")


@pytest.mark.parametrize("text", ["", "drop", "drop:x", "drop:-1%", "drop:100%", "significant:5", "never"])
def test_what_is_no_rule_is_refused_with_what_it_may_be(text):
    with pytest.raises(ValueError, match="drop:5%"):
        fail_rule(text)
    assert fail_rule("drop:5%") == fail_rule("drop:5") == FailRule("drop", 0.05)


def test_a_gate_versus_the_baseline_takes_the_paired_difference():
    before = Trials([record(f"c{i}", i < 80) for i in range(100)])
    now = Trials([record(f"c{i}", i < 70) for i in range(100)])
    gates = [
        Gate("accuracy", min=-0.05, versus="baseline"),
        Gate("accuracy", min=-0.2, versus="baseline", bound="lower"),
    ]
    point, lower = judge(gates, now, expected={"original": 100}, baseline=before)
    assert (point.passed, point.n) == (False, 100)
    assert point.value == pytest.approx(-0.1)
    assert lower.passed is True
    assert -0.2 < lower.low < -0.1 < lower.high < 0
    assert judge(gates, now, expected={"original": 100})[0].passed is None


def test_a_suite_declares_gates_versus_the_baseline(tmp_path):
    text = """\
suite: s
conditions: [{original: correct}, {text_only: recorded}]
gates:
  - {metric: accuracy, versus: baseline, min: -0.05, bound: lower}
  - {metric: listening_gap, versus: baseline, min: -1.5}
cases: [{id: a, audio: {synth: {tone: {hz: 440, seconds: 0.1}}}, question: '?', choices: [x, y], answer: x}]
"""
    (tmp_path / "s.yaml").write_text(text)
    suite = load(tmp_path / "s.yaml")
    assert [(gate.versus, gate.min) for gate in suite.gates] == [("baseline", -0.05), ("baseline", -1.5)]
    assert suite.warnings == ()
    (tmp_path / "s.yaml").write_text(text.replace("-0.05", "1.5"))
    with pytest.raises(SuiteError, match="the change of `accuracy` is at most 1"):
        load(tmp_path / "s.yaml")


def _worse(tester, *cases):
    conftest = (tester.path / "conftest.py").read_text()
    (tester.path / "conftest.py").write_text(conftest.replace('"wrong" in r.case', f"r.case in {cases!r}"))


def test_benchmarks_go_red_only_for_more_than_chance_and_say_so_everywhere(project, monkeypatch):
    tester = project(ids=IDS, policy="gates")
    tester.runpytest_inprocess("suites", "--results", "before")
    page = tester.path / "page.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    _worse(tester, "c01")
    out = tester.runpytest_subprocess("suites/kitchen.yaml::original", "--baseline", "before", "--results", "one")
    assert out.ret == 0
    found = json.loads((tester.path / "one/summary.json").read_text())["suites"]["kitchen"]["baseline"]
    assert (found["rule"], found["regressed"], found["improved"], found["n"], found["p"], found["passed"]) == (
        "significant", 1, 0, 12, 1.0, None if _clips_of(tester) < 6 else True,
    )  # fmt: skip
    assert "against the baseline" in page.read_text()
    out = tester.runpytest_subprocess("suites/kitchen.yaml::original", "--baseline", "before",
                                      "--baseline-fail=drop:5%", "--junitxml", "junit.xml")  # fmt: skip
    assert out.ret == 1
    out.stdout.fnmatch_lines(
        ["*kitchen (--baseline-fail=drop:5%): 1 regressed, 0 improved of 12 trials (-8.3 percentage points)*"]
    )
    out.stdout.fnmatch_lines(["FAILED suites/kitchen.yaml::gates::baseline-drop-5*"])
    assert 'name="baseline-drop-5"' in (tester.path / "junit.xml").read_text()


def _clips_of(tester):
    rows = [json.loads(line) for line in (tester.path / "before/trials.jsonl").read_text().splitlines()]
    return len({row["clip"] for row in rows})
