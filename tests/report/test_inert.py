"""What stands in suites, replies and run records is text where it is printed, and nothing else."""

import csv
import re

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from audiotest import inert
from audiotest.analyse.summary import Provenance, SuiteSummary, summarise
from audiotest.cli import main
from audiotest.report.html.players import sound_key
from audiotest.report.markdown import lines
from audiotest.runs import Run, write_run
from audiotest.types import GateResult, Record, Reply, Verdict

ACTING = "\x1b[31mred\x1b]8;;http://evil\x1b\\link\x07\x00\x9b2J\u202eback\r"
COMMANDS = "fine\n::set-output name=x::y\n  ::error::broken\n##vso[task.complete]\nsee ##[error]x\n##teamcity[x]"
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CI_COMMAND = re.compile(r"^\s*::|##(?:vso)?\[|^\s*##teamcity\[", re.MULTILINE)


@given(st.text() | st.text(alphabet="\x1b[]:#\n vso\x07a\u202e\r\t"))
def test_no_text_acts_on_a_terminal_or_on_a_ci_runner(given):
    for shown in (inert.text(given), inert.line(given)):
        assert not CONTROLS.search(shown)
        assert not CI_COMMAND.search(shown)
    assert "\n" not in inert.line(given)
    assert not re.search(r"(?<!&)#|[<>|`*_\[\]\\@!:]|\n|(?i:www\.)", inert.markdown(given))


@pytest.mark.parametrize(
    ("given", "shown"),
    [("text_only", "text_only"), ("noise(snr_db=10)", "noise(snr_db=10)"), ("65.0 (55.3 to 73.6)", "65.0 (55.3 to 73.6)"),
     ("a|b <c> [d](e) *f* __g__", r"a\|b &lt;c&gt; \[d\](e) \*f\* \_\_g\_\_"), ("http://www.x.y\n# z", r"http:\/\/www\.x.y \# z")],
)  # fmt: skip
def test_names_in_markdown_can_be_read_as_they_stand(given, shown):
    assert inert.markdown_name(given) == shown


@pytest.mark.parametrize("given", ["(A) a kettle", "a: b::c, #1 [x]", "می‌خواهم", "👩‍🚒 on\ntwo lines\tand a tab", ""])
def test_ordinary_text_stays_as_it_is(given):
    assert inert.text(given) == given


@pytest.mark.parametrize(
    ("given", "cell"),
    [("=1+1", "'=1+1"), ("+x", "'+x"), ("-x", "'-x"), ("@x", "'@x"), ("\tx", "'\tx"), (" =x", "' =x"), ("\uff1dx", "'\uff1dx"),
     ("-0.25", "-0.25"), ("+3", "+3"), ("-inf", "-inf"), (-2, -2), (None, None), ("a=b", "a=b")],
)  # fmt: skip
def test_formulas_in_cells_are_text_and_numbers_stay_numbers(given, cell):
    assert inert.csv_cell(given) == cell


def hostile(name, correct, asks=f"{ACTING}{COMMANDS}\n=cmd|' /C calc'!A0"):
    return Record(
        f"=suite{ACTING}", f"@case{ACTING}\n::error::{name}", "original", f"s.yaml::original::{name}{ACTING}\n::error::x",
        "correct", "passed" if correct else "failed", asks, choices=(f"a{ACTING}", "b"), order=(0, 1), answer="b",
        answer_index=1, tags={f"k{ACTING}": ("=v",)}, reply=Reply(f"{ACTING}{COMMANDS}"),
        verdicts={"choice": Verdict(correct, choice=0)}, reason=f"because\n::error::{ACTING}<img>[x](javascript:y)",
        hashes={"sound": "../../x"},
    )  # fmt: skip


@pytest.fixture
def runs(tmp_path):
    for name, correct in (("old", True), ("new", False)):
        records = [hostile(str(i), correct) for i in range(8)]
        gate = GateResult(
            metric="accuracy", name="`x` <b>|", passed=False, reason=f"<script>[a](b) {ACTING}\n::error::"
        )
        summary = summarise(
            records, {records[0].suite: [gate]}, Provenance(model=f"[m](http://x) {ACTING}\n::error::x")
        )
        write_run(tmp_path / name, records, summary)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    ["report new", "report new --table differing", "compare old new", "compare old new new", "compare old new --format markdown",
     "compare old new --format csv", "items old new --csv items.csv", "rescore new --scorer choice --into again",
     "baseline update old new", "report new --html page.html", "compare old new --html both.html"],
)  # fmt: skip
def test_no_command_lets_a_hostile_run_act_on_the_terminal(runs, monkeypatch, command):
    monkeypatch.chdir(runs)
    out = CliRunner().invoke(main, command.split())
    assert out.exit_code == ("rescore" in command), out.output  # which has no suite here
    assert not CONTROLS.search(out.output)
    assert not CI_COMMAND.search(out.output)
    assert not list(runs.parent.rglob("x-*"))


def test_formulas_of_a_hostile_run_are_text_in_every_csv(runs, monkeypatch):
    monkeypatch.chdir(runs)
    CliRunner().invoke(main, ["items", "old", "new", "--csv", "items.csv"])
    Run.load("new").report("figures.csv")
    (runs / "compared.csv").write_text(CliRunner().invoke(main, ["compare", "old", "new", "--format", "csv"]).output)
    for name in ("items.csv", "figures.csv", "compared.csv"):
        cells = [cell for row in csv.reader((runs / name).read_text().splitlines()) for cell in row]
        assert any(cell.startswith("'=suite") for cell in cells)
        assert not [cell for cell in cells if cell.startswith(tuple("=+@\t")) or re.match(r"-[^\d]", cell)]


def test_the_summary_page_of_a_job_holds_no_markup_of_others(runs):
    page = "\n".join(lines(Run.load(runs / "new")))
    assert "<script>" not in page
    assert "<img>" not in page
    assert not re.search(r"(?<!\\)\]\(", page)
    assert "<code>&#96;x&#96;" in page
    assert not CONTROLS.search(page)


def test_a_record_names_no_file_outside_the_pages_folder():
    names = ["../../x", "/etc/x", "a" * 100, "ABC", "a\x00", "..", "con", "0123abcd"]
    keys = [sound_key(Record("s", "c", "o", "n", "e", "passed", "q", hashes={"sound": name})) for name in names]
    assert all(re.fullmatch("[0-9A-Za-z_-]{1,64}", key) for key in keys)
    assert keys[-1] == "0123abcd"
    assert len(set(keys)) == len(names)


def test_a_figure_of_a_suite_called_as_markup_is_called_is_shown(runs):
    from audiotest.report.terminal import tables

    run = Run.load(runs / "new")
    run.summary.suites = {"[/red] [bold]": next(iter(run.summary.suites.values())), "[b": SuiteSummary()}
    assert "[/red] [bold]" in "".join(tables(run, 1))
