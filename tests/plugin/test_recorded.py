"""The expectation ``recorded``: a reply that is only noted is neither right nor wrong as an outcome."""

import json

from audiotest.runs import read_records


def test_a_wrong_reply_that_is_only_recorded_passes_as_a_test_and_is_not_called_passed(project, records):
    tester = project(ids=("one", "wrong1"))
    out = tester.runpytest_inprocess("suites/kitchen.yaml::text_only", "-v", "--results", "out")
    assert out.ret == 0
    assert out.parseoutcomes()["passed"] == 2
    out.stdout.fnmatch_lines(["*::text_only::wrong1 RECORDED*"])
    rows = {row["case"]: row for row in records(tester.path / "out")}
    assert {case: row["outcome"] for case, row in rows.items()} == {"one": "recorded", "wrong1": "recorded"}
    assert {case: row["verdicts"]["choice"]["correct"] for case, row in rows.items()} == {"one": True, "wrong1": False}
    summary = json.loads((tester.path / "out" / "summary.json").read_text())
    condition = summary["suites"]["kitchen"]["conditions"]["text_only"]
    assert (condition["outcomes"], condition["metrics"]["accuracy"]["value"]) == ({"recorded": 2}, 0.5)


def test_a_line_of_an_earlier_run_that_called_it_passed_is_read_as_recorded(tmp_path):
    line = {"suite": "s", "case": "a", "nodeid": "s.yaml::text_only::a", "outcome": "passed", "question": "?",
            "condition": "text_only", "expectation": "recorded"}  # fmt: skip
    lines = [
        line,
        {**line, "condition": "original", "expectation": "correct"},
        {**line, "case": "b", "outcome": "error"},
    ]
    (tmp_path / "trials.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    assert [record.outcome for record in read_records(tmp_path)] == ["recorded", "passed", "error"]
