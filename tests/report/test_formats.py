"""Tables of several runs: what stands in them, what is bold and why, and that LaTeX takes them."""

import csv
import io
import json
import shutil
import subprocess

import latex_reader
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from runs_at_hand import record, run, sweep, trials

from audiotest.registry import REPORTS, UnknownName
from audiotest.report.formats.latex import escaped
from audiotest.report.tables import by_tag, overview, tags_of
from audiotest.runs import RunError

SKILLS = {True: ("pitch",), False: ("timbre_1",)}


def graded(model, right, *, without=10, n=40):
    """A run whose answers under ``original`` are right up to ``right``, without sound up to ``without``."""
    rows = [record("s_1", i, c, i < up, tags={"skill": SKILLS[i < n / 2]})
            for c, up in (("original", right), ("text_only", without)) for i in range(n)]  # fmt: skip
    return run(rows, model)


GOOD, FAIR, POOR = graded("good & co", 38), graded("fair_2", 36), graded("poor%", 12, without=30)


def cells(table):
    return {
        (c.run, c.condition, c.metric, c.value): c for group in table.groups for row in group for c in row.cells if c
    }


def text(form, *tables):
    return REPORTS.get(form).tabulates(tables)


def test_bold_is_what_is_better_than_all_others_by_more_than_chance():
    two = cells(overview([GOOD, POOR]))
    assert two["good & co", "original", "accuracy", ""].best  # 26 of 40 pairs differ, all one way
    assert two["good & co", "original", "listening_gap", ""].best
    assert not two["poor%", "text_only", "accuracy", ""].best  # more right answers without sound are no gain
    three = cells(overview([GOOD, FAIR, POOR]))
    assert not any(cell.best for cell in three.values())  # 38 and 36 of 40 do not differ by more than chance


def test_holm_corrects_over_the_other_runs():
    """6 pairs differ, all one way: p = 0.031 against one run, 0.0625 against two of them."""
    best, other = graded("a", 20), graded("b", 14)
    assert cells(overview([best, other]))["a", "original", "accuracy", ""].best
    both = cells(overview([best, other, replace_model(other, "c")]))
    assert not both["a", "original", "accuracy", ""].best


def replace_model(one, model):
    return type(one)(one.records, replace(one.summary, model=model))


def test_runs_that_did_not_ask_the_same_have_nothing_in_bold_and_a_note():
    other = run([replace(r, hashes={"prompt": "another"}) for r in POOR.records], "other")
    table = overview([GOOD, other])
    assert not any(cell.best for cell in cells(table).values())
    assert table.notes == ("s_1: other (first) and good & co (second) are not compared: the two runs were given "
                           "different prompts in 80 trials",)  # fmt: skip
    assert "different prompts" in text("latex", table)


def test_runs_are_compared_on_the_suites_that_both_have():
    more = run([*GOOD.records, *trials("t", "original", 30)], "more")
    table = overview([more, POOR])
    best = [cell for group in table.groups for row in group for cell in row.cells if cell and cell.best]
    assert [(c.run, c.suite, c.metric) for c in best] == [("more", "s_1", "accuracy"), ("more", "s_1", "listening_gap")]
    assert [row.heads for row in table.groups[1]] == [("t (n = 40)", "more")]
    assert table.notes == ()


def test_tables_by_tag_have_the_figures_of_the_summary():
    assert tags_of([GOOD]) == ["skill"]
    [table] = by_tag([GOOD, POOR], "skill")
    own = cells(table)
    for name, one in (("good & co", GOOD), ("poor%", POOR)):
        for value, figures in one.summary.suites["s_1"].conditions["original"].tags["skill"].items():
            assert own[name, "original", "accuracy", value].estimate == figures.metrics["accuracy"]
    assert own["good & co", "original", "accuracy", "timbre_1"].best  # 18 of 20 against 0
    assert [row.heads for group in table.groups for row in group] == [
        ("pitch (n = 20)", "good & co"), ("pitch (n = 20)", "poor%"),
        ("timbre_1 (n = 20)", "good & co"), ("timbre_1 (n = 20)", "poor%"),
    ]  # fmt: skip
    with pytest.raises(RunError, match="by the tag 'skil'; tags are skill"):
        by_tag([GOOD], "skil")


def test_suites_can_be_columns():
    both = run([*GOOD.records, *trials("t", "original", 30)], "m")
    table = overview([both, both], columns="suites")
    assert table.columns == ("s_1 (n = 40)", "t (n = 40)")
    assert [[cell.estimate.value for cell in row.cells] for row in table.groups[0]] == [[38 / 40, 30 / 40]] * 2
    assert [row.heads for row in table.groups[0]] == [("m (1)",), ("m (2)",)]
    under = overview([both], columns="suites", condition="text_only")
    assert under.caption.endswith("Condition: text_only.")
    assert [cell and cell.estimate.value for cell in under.groups[0][0].cells] == [10 / 40, None]


def test_another_metric_and_one_that_there_is_not():
    swept = sweep("s", "m", {-10: 10, 0: 22, 10: 36})
    table = overview([swept], metric="threshold_snr")
    figure = swept.summary.suites["s"].conditions["original"].metrics["threshold_snr"]
    assert f"{figure.value:.1f} ({figure.low:.1f} to " in text("markdown", table)
    assert "per cent" not in table.caption
    with pytest.raises(UnknownName, match="did you mean 'accuracy'"):
        overview([swept], metric="acuracy")
    with pytest.raises(RunError, match="no suite of the run has the metric chair"):
        overview([swept], metric="chair")


def test_a_cell_of_fewer_questions_is_noted():
    short = run([r for r in GOOD.records if r.case != "c3" or r.condition == "original"], "m")
    table = overview([short])
    assert "n = 40 questions" in table.caption
    assert table.notes[0] == "m, s_1, accuracy under text_only: n = 39"


def test_latex_has_booktabs_intervals_in_small_type_bold_and_n():
    table = overview([GOOD, POOR])
    page = text("latex", table)
    heads, first, second = latex_reader.rows(page)
    assert heads == ["suite", "model", "original", r"text\_only", "listening gap"]
    assert first[:2] == [r"s\_1 (n = 40)", r"good \& co"]
    accuracy = GOOD.summary.suites["s_1"].conditions["original"].metrics["accuracy"]
    interval = f"{100 * accuracy.low:.1f} to {100 * accuracy.high:.1f}"
    assert first[2] == rf"\textbf{{95.0}} {{\scriptsize ({interval})}}"
    assert second[:2] == ["", r"poor\%"]
    assert second[4].startswith(r"$-$45.0 {\scriptsize ($-$")
    assert "n = 40 questions" in page
    assert [page.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 1, 1]


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_name_stands_in_latex_as_it_is(name):
    latex_reader.check(escaped(name))
    shown = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    assert latex_reader.unescaped(escaped(name)) == shown


ODD = 'a\\b{c}&d%e$f#g_h~i^j<k>l|m"n[o]p*'


def test_odd_names_in_every_format():
    odd = run([record(ODD, i, "original", i < 3, tags={ODD: (ODD,)}) for i in range(4)], ODD)
    tables = [overview([odd, odd]), *by_tag([odd, odd], ODD)]
    page = text("latex", *tables)
    assert latex_reader.unescaped(latex_reader.rows(page)[1][0]) == f"{ODD} (n = 4)"
    assert next(csv.DictReader(io.StringIO(text("csv", *tables))))["suite"] == ODD
    assert json.loads(text("json", *tables))[0]["cells"][0]["suite"] == ODD
    markdown = text("markdown", *tables)
    assert all(line.replace("\\|", "").count("|") == 4 for line in markdown.splitlines() if line.startswith("| a"))


@pytest.mark.skipif(not (shutil.which("pdflatex") or shutil.which("tectonic")), reason="needs pdflatex or tectonic")
def test_latex_compiles(tmp_path):
    odd = run([record(ODD, i, "original", i < 3) for i in range(4)], ODD)
    body = text("latex", overview([GOOD, FAIR, POOR]), *by_tag([GOOD, POOR], "skill"), overview([odd]))
    page = f"\\documentclass{{article}}\n\\usepackage{{booktabs}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (tmp_path / "t.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error"] if shutil.which("pdflatex") else ["tectonic"]
    done = subprocess.run([*command, "t.tex"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "t.pdf").is_file()


def test_csv_and_json_hold_every_cell_as_figures():
    table = overview([GOOD, POOR])
    rows = list(csv.DictReader(io.StringIO(text("csv", table))))
    listed = [cell for entry in json.loads(text("json", table)) for cell in entry["cells"]]
    for row, entry, cell in zip(rows, listed, cells(table).values(), strict=True):
        assert (row["run"], row["condition"], row["metric"]) == (cell.run, cell.condition, cell.metric)
        assert float(row["value"]) == cell.estimate.value == entry["estimate"]["value"]
        assert float(row["low"]) == cell.estimate.low
        assert (int(row["n"]), row["best"] == "1", entry["best"]) == (cell.estimate.n, cell.best, cell.best)


def test_markdown_and_text_mark_the_best():
    table = overview([GOOD, POOR])
    assert "| **95.0** (" in text("markdown", table)
    assert "95.0* (" in text("text", table)
    assert "*: better than every other model" in text("text", table)


@pytest.mark.parametrize(("ending", "holds"), [("tex", r"\begin{tabular}"), ("txt", "95.0"), ("csv", "listening_gap")])
def test_a_run_reports_by_the_ending(ending, holds, tmp_path):
    assert "1 suite" in GOOD.report(tmp_path / f"x/report.{ending}") or ending == "csv"
    assert holds in (tmp_path / "x" / f"report.{ending}").read_text()
