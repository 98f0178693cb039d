"""audiotest repeats: runs with several seeds as repeats of the same trials."""

import json

import pytest
from click.testing import CliRunner

from audiotest.analyse.repeats import by_condition
from audiotest.cli import main
from audiotest.runs import RunWriter
from audiotest.types import Record, Reply, Verdict

CHOICES = ("x", "y", "z")


def record(case, chosen, condition="original"):
    """A trial whose right choice is 0; None: the model broke."""
    verdicts = {} if chosen is None else {"choice": Verdict(chosen == 0, chosen, score=float(chosen == 0))}
    return Record("s", f"c{case}", condition, f"s.yaml::{condition}::c{case}", "correct", "passed", "?", choices=CHOICES,
                  order=(0, 1, 2), clip=f"clip{case}", reply=Reply(""), verdicts=verdicts)  # fmt: skip


def saved(folder, repeats, seeds=None):
    paths = []
    for i, records in enumerate(repeats):
        RunWriter(folder / str(i)).finish(records, {"model": "m", "suites": {}, "seed": (seeds or range(9))[i]})
        paths.append(str(folder / str(i)))
    return paths


def run(*arguments):
    return CliRunner().invoke(main, ["repeats", *map(str, arguments)])


#: by case what each of three repeats chose: right always, twice, never (but of one mind), never and of none
CHOSEN = [(0, 0, 0), (0, 0, 1), (1, 1, 1), (1, 2, None)]
REPEATS = [[record(case, row[i]) for case, row in enumerate(CHOSEN)] for i in range(3)]


def test_the_figures_of_three_repeats(tmp_path):
    out = run(*saved(tmp_path, REPEATS), "--format", "json")
    assert out.exit_code == 0, out.output
    [row] = json.loads(out.output)
    assert (row["suite"], row["condition"], row["trials"], row["repeats"], row["incomplete"]) == (
        "s",
        "original",
        4,
        3,
        1,
    )
    assert row["accuracy"]["value"] == pytest.approx((1 + 2 / 3) / 4)
    assert row["accuracy"]["n"] == 4
    assert row["pass_at"]["3"]["value"] == pytest.approx(2 / 3)  # over the three trials with three verdicts
    assert row["majority"]["value"] == pytest.approx(2 / 4)
    assert row["consistency"]["value"] == pytest.approx((1 + 1 / 3 + 1 + 0) / 4)


def test_conditions_stand_apart_and_seeds_that_are_alike_are_reported(tmp_path):
    repeats = [[*rows, record(9, 1, "text_only")] for rows in REPEATS]
    assert list(by_condition(repeats)) == [("s", "original"), ("s", "text_only")]
    paths = saved(tmp_path, repeats, [1, 1, 2])
    text = run(*paths).output
    assert text.startswith("some of the runs have the same seed")
    lines = [line.split() for line in text.splitlines() if line.startswith("s ")]
    assert [line[:2] for line in lines] == [["s", "original"], ["s", "text_only"]]
    assert "41.7" in lines[0]
    assert "same seed" not in run(*saved(tmp_path, repeats)).output


def test_one_run_is_no_repeat(tmp_path):
    assert "at least two runs" in run(*saved(tmp_path, REPEATS[:1])).output
