"""Runs that an earlier version wrote are read; those of a later one are refused with a word on what to do."""

import json

import pytest
from click.testing import CliRunner

from audiotest.cli import main
from audiotest.runs import RunError, read_records, read_summary

# As the first version wrote them: no labels, seeds, orders, hashes, kinds; verdicts without counted or details.
LINES = [
    {"suite": "old", "case": f"c{i}", "condition": condition, "nodeid": f"old.yaml::{condition}::c{i}",
     "expectation": "correct", "outcome": "passed" if right else "failed", "question": "What?", "choices": ["x", "y"],
     "answer": "x", "answer_index": 0, "tags": {"skill": ["pitch"]}, "reply": {"text": "x" if right else "y"},
     "verdicts": {"choice": {"correct": right, "choice": 0 if right else 1}}}
    for condition in ("original", "text_only") for i, right in enumerate([True, False, condition == "original"])
]  # fmt: skip
SUMMARY = {"schema_version": 1, "model": "older", "suites": {
    "old": {"trials": 6, "conditions": {"original": {"trials": 3, "outcomes": {"passed": 2, "failed": 1}, "metrics": {
        "accuracy": {"value": 0.667, "low": 0.2, "high": 0.9, "n": 3}}, "tags": {}}}, "gates": []}}}  # fmt: skip


@pytest.fixture
def older(tmp_path):
    folder = tmp_path / "older"
    folder.mkdir()
    (folder / "trials.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    (folder / "summary.json").write_text(json.dumps(SUMMARY))
    return folder


def run(*arguments):
    found = CliRunner().invoke(main, [str(a) for a in arguments])
    assert found.exit_code == 0, found.output
    return found.output


def test_every_command_reads_an_older_run(older, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(read_records(older)) == 6
    assert "66.7%" in run("report", older)
    assert "6 trials" in run("report", older, "--html", tmp_path / "page.html")
    assert "difference" in run("compare", older, older)
    assert "6 are new" in run("baseline", "update", tmp_path / "base", older)


def test_an_unknown_field_of_a_later_line_is_passed_over(older):
    with (older / "trials.jsonl").open("a") as file:
        file.write(json.dumps({**LINES[0], "case": "later", "loudness": 3}) + "\n")
    assert read_records(older)[-1].case == "later"


@pytest.mark.parametrize("version", [2, "next"])
def test_a_later_version_is_refused(older, version):
    (older / "summary.json").write_text(json.dumps({**SUMMARY, "schema_version": version}))
    with pytest.raises(RunError, match="reads up to 1; update it"):
        read_summary(older)
