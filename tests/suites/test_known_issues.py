"""``known_issues``: items that people found to be wrong are asked, shown and counted, and are in no figure."""

import json

import jsonschema
import msgspec
import pytest

import audiotest
from audiotest.analyse.compare import compare
from audiotest.grade.rescoring import rescore
from audiotest.report.headline import as_text, headline
from audiotest.resources import folder
from audiotest.types import Needs, Reply

SUITE = """\
suite: s
policy: {policy}
conditions: [original: correct, text_only: recorded]
gates: [{{metric: accuracy, min: 0.9}}]
cases:
{cases}
known_issues:
  - {{case: c0, issue: wrong label, note: "it is a train"}}
  - {{case: c1, issue: ambiguous}}
  - {{case: c2, issue: good catch}}
"""


class Model:
    """Wrong on the first two cases, right on all others."""

    name, identity, needs, batch_size = "m", "", Needs(audio=False), 8

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        return [Reply("no" if r.case in ("c0", "c1") else "yes") for r in requests]


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tone = "audio: {{synth: {{tone: {{hz: {}, seconds: 0.1}}}}}}"
    cases = "\n".join(
        f"  - {{id: c{i}, question: Is it {i}?, choices: [yes, no], answer: yes, {tone.format(200 + i)}}}"
        for i in range(10)
    )

    def write(policy="cases"):
        (tmp_path / "s.yaml").write_text(SUITE.format(policy=policy, cases=cases))
        return "s.yaml"

    return write


@pytest.mark.parametrize("policy", ["cases", "gates"])
def test_they_are_asked_and_counted_and_in_no_figure(path, policy, tmp_path):
    run = audiotest.run(path(policy), Model(), results=tmp_path / "out", cache=False)
    suite = run.summary.suites["s"]
    row = suite.conditions["original"]
    assert (row.trials, row.metrics["accuracy"].n, row.metrics["accuracy"].value) == (10, 8, 1.0)
    assert (row.metrics["chance"].n, row.metrics["listening_gap"].n) == (8, 8)
    assert suite.profile.shares["guessable"].n == 8
    assert suite.known_issues == 2
    assert suite.gates[0].passed is True
    wrong = [r for r in run.records if r.known_issue and r.condition == "original"]
    assert [(r.case, r.known_issue, r.outcome) for r in wrong] == [
        ("c0", "wrong label", "missed"),
        ("c1", "ambiguous", "missed"),
    ]
    assert wrong[0].reason.endswith("(known issue: wrong label)")
    assert "2 items are left out for a known issue." in as_text(headline(run))
    schema = json.loads((folder("schemas") / "run.schema.json").read_text())
    jsonschema.validate(json.loads((tmp_path / "out" / "summary.json").read_text()), schema)
    again = rescore(run.records, ["choice"])
    assert [r.outcome for r in again] == [r.outcome for r in run.records]
    assert audiotest.Run.from_records(again).summary.suites["s"].conditions["original"].metrics["accuracy"].n == 8


def test_they_are_in_no_comparison_and_no_regression(path, tmp_path):
    run = audiotest.run(path(), Model(), results=tmp_path / "out", cache=False)
    assert all(d.difference.n == 8 for d in compare(run.records, run.records))
    text = (tmp_path / "out" / "trials.jsonl").read_text().replace('"outcome":"missed"', '"outcome":"passed"')
    (tmp_path / "out" / "trials.jsonl").write_text(text)  # they were right before
    later = audiotest.run(path(), Model(), baseline=tmp_path / "out", cache=False)
    assert later.summary.suites["s"].baseline.regressed == 0
    assert not later.failures or all(r.outcome == "missed" for r in later.failures)


def test_a_case_that_is_no_more_is_a_warning_with_its_place(path, tmp_path):
    (tmp_path / path()).write_text((tmp_path / "s.yaml").read_text().replace("{case: c1,", "{case: c77,"))
    suite = audiotest.load_suite("s.yaml")
    [warning] = suite.warnings
    assert (warning.line, "unknown case 'c77'" in str(warning)) == (18, True)
    assert [case.id for case in suite.cases if case.known_issue] == ["c0"]
    (tmp_path / "s.yaml").write_text((tmp_path / "s.yaml").read_text().replace("issue: wrong label", "issue: odd"))
    with pytest.raises(audiotest.AudiotestError, match="wrong label"):
        audiotest.load_suite("s.yaml")


def test_a_suite_that_is_saved_keeps_them(path, tmp_path):
    suite = audiotest.load_suite(path())
    saved = audiotest.load_suite(suite.save(tmp_path / "saved.yaml"))
    assert [case.known_issue for case in saved.cases] == [case.known_issue for case in suite.cases]
    assert msgspec.structs.replace(saved.cases[0], file="", line=0) == msgspec.structs.replace(
        suite.cases[0], file="", line=0
    )
