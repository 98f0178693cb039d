"""What the page of a run is given: notes before the figures, right and wrong apart from the outcome, rules, parts."""

import json
import re

import pytest

from audiotest.report.html.render import page
from audiotest.runs import Run
from audiotest.types import Record, Reply, Verdict


def record(i, reply, verdict, condition="original", outcome="passed"):
    return Record("mmar", f"c{i}", condition, f"mmar.yaml::{condition}::c{i}", "recorded", outcome, "?",
                  choices=("a", "b"), tags={"modality": ("music",)}, reply=reply,
                  verdicts={"mmar": verdict, "choice": verdict})  # fmt: skip


def data_of(records):
    text = page(Run.from_records(records))
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL).group(1))


def test_cut_replies_are_noted_and_right_and_wrong_stand_beside_the_outcome():
    right = Verdict(True, 0, details={"rule": "concluded"}, evidence="answer is A")
    records = [
        record(0, Reply("The answer is A. It", finish="length"), right),
        record(1, Reply("", finish="length"), Verdict(False, status="none"), outcome="recorded"),
    ]
    data = data_of(records)
    assert data["notes"]["en"][0].startswith("none of 2 replies is whole: 1 truncated at max_new_tokens, 1 empty")
    assert {len(notes) for notes in data["notes"].values()} == {4}
    assert all(
        re.search(r"[\u3400-\u9fff\uac00-\ud7af]", note) for name in ("ko", "zh") for note in data["notes"][name]
    )
    assert any(note.startswith("1 reply of these had concluded before the cut") for note in data["notes"]["en"])
    trials = data["trials"]
    assert (trials["outcome"], trials["correct"]) == (["passed", "recorded"], [True, False])
    assert trials["basis"] == ["rule: concluded, from “answer is A”", ""]


@pytest.mark.parametrize("choice", [2, 11, -1, -(2**63)])
def test_a_verdict_that_read_an_option_which_was_not_shown_read_none(tmp_path, choice):
    rows = [record(i, Reply("A"), Verdict(i == 0, 1 - i)) for i in range(2)]
    Run.from_records(rows).save(tmp_path)
    lines = (tmp_path / "trials.jsonl").read_text()
    assert '"choice":1' in lines
    (tmp_path / "trials.jsonl").write_text(lines.replace('"choice":1', f'"choice":{choice}'))
    loaded = Run.load(tmp_path)
    assert [{one.choice for one in r.verdicts.values()} for r in loaded.records] == [{None}, {0}]
    assert data_of(loaded.records)["trials"]["correct"] == [True, False]


def test_rows_of_a_published_table_say_of_how_many_they_are():
    rows = data_of([record(0, Reply("A"), Verdict(True, 0))])["published"][0]["rows"]
    assert [(r["ours"], r["whole"], r["count"]) for r in rows[:3]] == [
        (True, True, "1"),
        (True, True, "1"),
        (False, True, ""),
    ]
