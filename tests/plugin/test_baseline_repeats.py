"""``--baseline-repeats N``: what changed against the baseline is asked again before it counts."""

import json
import xml.etree.ElementTree as ElementTree

import msgspec
import pytest

import audiotest
from audiotest.baseline import Baseline, further_answers, regressed, unsteady
from audiotest.declare.repeating import further
from audiotest.report.pull_request import comment
from audiotest.session import Session, Settings
from audiotest.types import Case, Record, TrialKey

WRONG = {
    # case: which of its answers are wrong, from the first on
    "steady": (),
    "fell": (0, 1, 2, 3),  # wrong for good
    "flaky": (0, 2),  # right in 2 of 3 further answers
    "rose": (),
    "luck": (1, 3),  # right at first, wrong in 2 of 3 further answers
}
MODEL = """
import pytest
from audiotest.types import Needs, Reply
WRONG = {wrong}

class Scripted:
    name, identity, needs, batch_size = "scripted", "", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [self.one(r) for r in requests]
    def one(self, r):
        case, _, number = r.case.partition("~")
        answer = "a flute" if int(number or 1) - 1 in WRONG[case] else "a kettle"
        return Reply(f"({{'ABCD'[r.choices.index(answer)]}}) {{answer}}")

@pytest.fixture(scope="session")
def model():
    return Scripted()
"""


@pytest.fixture
def before(project):
    """A project whose baseline had `rose` and `luck` wrong and the others right, and whose model now is scripted."""
    tester = project(ids=tuple(WRONG))
    for name, wrong in (("before", {"rose": range(9), "luck": range(9)}), ("now", WRONG)):
        script = {case: tuple(wrong.get(case, ())) for case in WRONG}
        (tester.path / "conftest.py").write_text(MODEL.format(wrong=script))
        if name == "before":
            tester.runpytest_inprocess("suites/kitchen.yaml::original", "--results", "before")
    return tester


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_most_of_the_further_answers_decide_what_counts(before, workers, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(before.path / "page.md"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    options = ("--baseline", "before", "--baseline-fail=item", "--results", "after", "--junitxml", "junit.xml")
    once = before.runpytest_inprocess("suites/kitchen.yaml::original", *options, *workers).parseoutcomes()
    assert (once["failed"], once["xpassed"]) == (2, 2)
    (before.path / "page.md").unlink(missing_ok=True)
    out = before.runpytest_inprocess("suites/kitchen.yaml::original", *options, "--baseline-repeats", "3", *workers)
    counts = out.parseoutcomes()
    assert (counts["failed"], counts["xpassed"], counts["missed"]) == (1, 1, 2)  # luck, and the gate that failed before
    out.stdout.fnmatch_lines(["*FAILED suites/kitchen.yaml::original::fell*"])
    out.stdout.fnmatch_lines(["*1 regressed, 1 improved, 1 known miss*2 changed in their first answer only*"])
    records = {record.case: record for record in audiotest.Run.load(before.path / "after").records}
    assert {case: record.outcome for case, record in records.items()} == {
        "steady": "passed", "fell": "failed", "flaky": "passed", "rose": "passed", "luck": "missed"}  # fmt: skip
    assert {case: further_answers(record) for case, record in records.items()} == {
        "steady": "", "fell": "wrong in 3 of 3 further answers", "flaky": "wrong in 1 of 3 further answers",
        "rose": "right in 3 of 3 further answers", "luck": "right in 1 of 3 further answers"}  # fmt: skip
    assert regressed(records["fell"])
    assert [case for case, record in records.items() if unsteady(record)] == ["flaky", "luck"]
    assert records["flaky"].verdicts["choice"].correct is False  # figures are of the first answers
    suite = json.loads((before.path / "after/summary.json").read_text())["suites"]["kitchen"]
    assert suite["conditions"]["original"]["metrics"]["accuracy"]["value"] == 0.6  # fell and flaky were wrong at first
    assert (suite["baseline"]["regressed"], suite["baseline"]["improved"], suite["baseline"]["unsteady"]) == (1, 1, 2)
    tests = {one.get("name"): one for one in ElementTree.parse(before.path / "junit.xml").iter("testcase")}
    asked_again = {
        name: [p.get("value") for p in one.iter("property") if p.get("name") == "asked_again"]
        for name, one in tests.items()
    }
    assert asked_again["flaky"] == ["wrong in 1 of 3 further answers"]
    assert asked_again["steady"] == []
    page = (before.path / "page.md").read_text()
    assert "2 trials changed in the first answer only, and count as unchanged" in page
    assert "1 trial regressed" in page
    text = "\n".join(comment(audiotest.Run.load(before.path / "after")))
    assert "1 regressed, 1 improved, 2 in their first answer only" in text


def test_a_number_that_is_none_is_a_usage_error(project):
    out = project().runpytest_inprocess("suites", "--baseline-repeats", "0")
    assert out.ret == 4
    out.stderr.fnmatch_lines(["*--baseline-repeats takes a whole number above 0*"])


def record(outcome, reason=""):
    return Record("s", "a", "original", "s.yaml::original::a", "correct", outcome, "?", reason=reason)


def test_a_tie_and_answers_without_a_verdict_leave_it_as_it_was():
    was_right = Baseline(trials={TrialKey("s", "a", "original"): True})
    wrong, right, broke = record("failed", "chose b"), record("passed"), record("error")
    assert was_right.flipped(wrong)
    assert not was_right.flipped(right)
    assert not was_right.flipped(broke)
    tie = was_right.settled(wrong, [wrong, right])
    assert (tie.outcome, unsteady(tie)) == ("passed", True)
    none = was_right.settled(wrong, [broke, broke])
    assert none.outcome == "passed"
    assert none.reason.startswith("chose b; wrong in 0 of 0 further answers, 2 of 2 without a verdict")
    most = was_right.against(was_right.settled(wrong, [wrong, wrong, right]), "cases")
    assert most.outcome == "failed"
    assert most.reason == "chose b; wrong in 2 of 3 further answers (right in the baseline)"


def test_further_repeats_are_of_no_other_repeat():
    case = Case(id="a", question="?")
    second = msgspec.structs.replace(case, id="a~2", repeat=2)
    assert [one.id for one in further(case, 1, 3)] == ["a~2", "a~3", "a~4"]
    assert [one.id for one in further(case, 2, 3)] == ["a~3", "a~4", "a~5"]
    assert [one.id for one in further(second, 2, 3)] == ["a~6", "a~7", "a~8"]


def test_asking_again_in_the_middle_of_a_stream_costs_no_other_trial_its_reply(tmp_path, monkeypatch):
    """A model that answers in batches, with requests made ahead: those are under way while one is asked alone."""
    monkeypatch.chdir(tmp_path)

    class Model:
        name, identity, batch_size = "m", "", 4
        needs = audiotest.Needs(sample_rate=8000, channels=1)

        def __init__(self, wrong):
            self.wrong = wrong

        def load(self): ...
        def close(self): ...
        def answer(self, requests):
            return [audiotest.Reply("y" if r.case in self.wrong else "x") for r in requests]

    sound = {"synth": {"tone": {"hz": 440, "seconds": 0.1}}}
    cases = [
        audiotest.Case(id=f"c{i:02}", question=f"Q{i}?", audio=sound, choices=["x", "y"], answer="x") for i in range(40)
    ]
    path = tmp_path / "s.yaml"
    audiotest.Suite(name="s", cases=cases).save(path)
    audiotest.run(path, Model(set()), results="before")
    session = Session(
        Settings(baseline="before", baseline_repeats=3), model=Model({f"c{i:02}" for i in range(0, 40, 3)})
    )
    session.suites.get(path, "s.yaml")
    run = session.run()
    assert {r.outcome for r in run.records if r.case not in session.open_model().wrong} == {"passed"}
    assert sum(map(unsteady, run.records)) == 14
    assert len(run.records) == 40
    assert not [r.reason for r in run.records if r.outcome == "error"]
