"""Labels of several people: agreement from a table, without a run."""

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from audiotest.analyse.agreement import alpha
from audiotest.cli import main

SUITE = "suite: s\ncases:\n" + "".join(
    f"  - {{id: c{i}, question: What rings?, choices: [a bell, a phone], answer: {'a bell' if i % 2 else 'a phone'}}}\n"
    for i in range(10)
)


def agreement(tmp_path, text, *more, name="labels.csv"):
    (tmp_path / name).write_text(text)
    return CliRunner().invoke(main, ["label-agreement", str(tmp_path / name), *map(str, more)])


def wide(*rows):
    return "\n".join(["id,ann,bob,cy", *rows])


def test_alpha_is_that_of_its_authors_example():
    """Krippendorff (2011), example C: four observers, twelve units, some without a label: 0.743."""
    by_observer = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    units = zip(*(row.split() for row in by_observer), strict=True)
    assert alpha([[label for label in unit if label != "."] for unit in units]) == pytest.approx(0.743, abs=0.0005)


def test_both_layouts_of_a_table_give_the_same(tmp_path):
    rows = [
        (f"c{i}", "right" if i % 3 else "wrong", "Right " if i % 4 else "wrong", "" if i == 2 else "right")
        for i in range(10)
    ]
    one = agreement(tmp_path, wide(*(",".join(row) for row in rows)), "--format", "json")
    long = ["id,rater,label"]
    for case, *labels in rows:
        long += [f"{case},{name},{label}" for name, label in zip(("ann", "bob", "cy"), labels, strict=True) if label]
    other = agreement(tmp_path, "\n".join(long), "--format", "json", name="long.csv")
    assert one.exit_code == other.exit_code == 0, one.output + other.output
    figures = json.loads(one.output)
    assert figures == json.loads(other.output)
    assert figures["people"] == {"ann": 10, "bob": 10, "cy": 9}
    assert figures["alpha"]["low"] < figures["alpha"]["value"] < figures["alpha"]["high"]
    pair = next(row for row in figures["pairs"] if (row["one"], row["other"]) == ("ann", "bob"))
    a = [row[1] for row in rows]
    b = [row[2].strip().lower() for row in rows]
    observed = sum(x == y for x, y in zip(a, b, strict=True)) / 10
    chance = sum(a.count(label) * b.count(label) for label in ("right", "wrong")) / 100
    assert pair["measures"]["kappa"]["value"] == pytest.approx((observed - chance) / (1 - chance))


def test_labels_are_held_against_the_suite_and_cases_to_look_at_are_named(tmp_path):
    (tmp_path / "s.yaml").write_text(SUITE)
    right = ["a bell" if i % 2 else "a phone" for i in range(10)]
    rows = [f"c{i},{label},{label},{label}" for i, label in enumerate(right)]
    rows[4] = "c4,a bell,a bell,a phone"
    result = agreement(tmp_path, wide(*rows, "ghost,a,b,c"), "--suite", tmp_path / "s.yaml")
    assert result.exit_code == 0, result.output
    assert "the label of most and the suite's answer: n = 10; kappa 0.80 (95% CI " in result.output
    assert f"labelled differently:\n  c4: a bell 2, a phone 1  {tmp_path}/s.yaml:7\n" in result.output
    assert f"most say otherwise than the suite:\n  c4: a bell, not a phone  {tmp_path}/s.yaml:7\n" in result.output
    assert "ghost" in result.output.splitlines()[-1]


def test_segments_of_one_recording_are_one_clip(tmp_path):
    suite = SUITE.replace("question: What rings?", "question: What rings?, audio: {file: a.wav, start: 0, end: 1}")
    for i in range(10):
        suite = suite.replace("start: 0, end: 1}", f"start: {i}.5, end: {i}.75}}", 1)
    (tmp_path / "s.yaml").write_text(suite)
    soundfile.write(tmp_path / "a.wav", np.zeros(80_000, np.float32), 8000)
    rows = wide(*(f"c{i},a bell,{'a bell' if i % 3 else 'a phone'},a phone" for i in range(10)))
    alone = json.loads(agreement(tmp_path, rows, "--format", "json").output)
    held = json.loads(agreement(tmp_path, rows, "--format", "json", "--suite", tmp_path / "s.yaml").output)
    assert alone["alpha"]["low"] is not None
    assert (held["alpha"]["value"], held["alpha"]["low"]) == (alone["alpha"]["value"], None)


def test_numbers_are_ids_people_and_labels_zero_included(tmp_path):
    rows = [{"id": case, "rater": rater, "label": case * rater % 2} for case in range(6) for rater in (0, 1)]
    result = agreement(tmp_path, "\n".join(map(json.dumps, rows)), "--format", "json", name="labels.jsonl")
    assert result.exit_code == 0, result.output
    shown = json.loads(result.output)
    assert shown["people"] == {"0": 6, "1": 6}
    assert shown["labels"]["0"] == {"0": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case_id,ann,bob\na,x,y\n", "labels.csv:2: there is no `id`; the columns are case_id, ann, bob"),
        ("id,rater\na,x\n", "there is no `label`"),
        ("id,ann\na,x\n", "give id, rater and label, or id and a column for each person"),
        ("id,rater,label\na,ann,x\na,ann,y\n", "labels.csv:3: ann has labelled a before; keep one of the two"),
        ("id,ann,bob\na,,\n", "has no label"),
    ],
)
def test_a_table_that_is_none_of_labels_is_refused_with_what_to_give(tmp_path, text, message):
    result = agreement(tmp_path, text)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output


def test_too_few_and_equal_labels_have_no_figure_and_say_so(tmp_path):
    few = agreement(tmp_path, wide("a,x,x,x", "b,y,x,x"))
    assert "all: 2 cases labelled by two people or more; a figure takes 5" in few.output
    same = agreement(tmp_path, wide(*(f"c{i},x,x,x" for i in range(6))))
    assert "every label is the same" in same.output
