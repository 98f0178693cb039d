"""audiotest plot, report over several runs, and cite: what they write, and what they say about wrong arguments."""

import csv
import io
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from runs_at_hand import record, run, saved, sweep

from audiotest.analyse.summary import Provenance, summarise
from audiotest.cli import main
from audiotest.registry import METRICS, SCORERS
from audiotest.report.citations import bibtex, cited
from audiotest.types import GateResult, Verdict

sys.path.pop(0)


def call(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return [saved(folder / name, sweep("s", name, rights))
            for name, rights in (("one", {-10: 10, 0: 22, 10: 36}), ("two", {-10: 9, 0: 12, 10: 20}))]  # fmt: skip


@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_plot_writes_the_file(folders, tmp_path, ending):
    pytest.importorskip("matplotlib")
    target = tmp_path / "new" / f"curve.{ending}"
    out = call("plot", *folders, "--kind", "snr", "--suite", "s", "-o", target)
    assert out.exit_code == 0, out.output
    assert out.output.startswith(f"{target}: ")
    assert target.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "snrr", "-o", "a.svg"], "unknown plot 'snrr': did you mean 'snr'?"),
        (["--kind", "snr", "-o", "a.doc"], "no format of a figure has the ending 'doc'"),
        (["--kind", "snr", "-o", "a.svg", "--suite", "x"], "no run has the suite 'x'; there is s"),
        (["--kind", "snr", "-o", "a.svg", "--tag", "x"], "--tag is an option of --kind tags, not of snr"),
        (["--kind", "tags", "-o", "a.svg"], "no case has a tag"),
    ],
)
def test_plot_says_what_is_wrong(folders, tmp_path, monkeypatch, arguments, said):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    out = call("plot", folders[0], *arguments)
    assert out.exit_code != 0
    assert said in out.output
    assert not any(tmp_path.iterdir())


def test_report_writes_tables_of_several_runs(folders, tmp_path):
    out = call("report", *folders, "--format", "latex")
    assert out.exit_code == 0, out.output
    assert out.output.count(r"\begin{tabular}") == 1
    assert [line.split(" & ")[1] for line in out.output.splitlines() if line.count(" & ") == 7][1:] == ["one", "two"]
    written = call("report", *folders, "--format", "csv", "-o", tmp_path / "t.csv")
    assert written.output == f"{tmp_path / 't.csv'}: written\n"
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["run"] for row in rows} == {"one", "two"}
    assert [float(r["value"]) for r in rows if r["condition"] == "noise(snr_db=0)"] == [22 / 40, 12 / 40]
    columns = call("report", *folders, "--columns", "suites", "--condition", "noise(snr_db=0)", "--format", "csv")
    assert len(list(csv.DictReader(io.StringIO(columns.output)))) == 2


def test_report_of_one_run_begins_with_the_verdict(folders):
    for form in ([], ["--format", "markdown"]):
        out = call("report", folders[0], *form)
        assert out.output.startswith("### audiotest: one on s\n")
        assert "- The model listens: listening gap" in out.output
    several = call("report", *folders)
    assert several.output.startswith("Accuracy in per cent with 95% CI; n = 40 questions. *: better")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "latx"], "unknown format of tables 'latx': did you mean 'latex'?"),
        (["--table", "official", "--format", "latex"], "--table official is written as text or markdown, not as latex"),
        (["--tag", "skill"], "--tag is an option of --table tags, not of overview"),
        (["--table", "tags"], "no case of the run has a tag"),
        (["--suite", "x"], "has no trials of the suite x"),
        (["--html", "x.html"], "--html is a page of one run"),
        (["--metric", "accurcy", "--format", "csv"], "unknown metric 'accurcy': did you mean 'accuracy' or"),
    ],
)
def test_report_says_what_is_wrong(folders, arguments, said):
    out = call("report", *folders, *arguments)
    assert out.exit_code != 0
    assert said in out.output


def test_cite_names_what_is_used_and_what_is_unknown(folders, tmp_path):
    one = call("cite", folders[0])
    assert one.exit_code == 0, one.output
    keys = [line.partition("{")[2].rstrip(",") for line in one.output.splitlines() if line.startswith("@")]
    assert len(keys) == len(set(keys))
    assert {"audiotest", "wilson1927", "tango1998", "wichmann2001psychometric"} <= set(keys)
    assert "holm1979" not in keys
    assert one.output.endswith("% No reference is known for the suite s.\n")
    two = call("cite", *folders, "-o", tmp_path / "new" / "a.bib")
    assert "no reference is known for the suite s\n" in two.output
    assert "@article{holm1979," in (tmp_path / "new" / "a.bib").read_text()


def test_cite_knows_suites_scorers_and_the_metrics_of_gates():
    gate = GateResult(metric="robust_accuracy", name="g")
    verdicts = {"mmar": Verdict(True), "rouge_l": Verdict(True), "ours@home": Verdict(True)}
    judged = [replace(record("mmar", i, "original", True), verdicts=verdicts) for i in range(2)]
    one = run(judged)
    one.summary = summarise(judged, {"mmar": [gate]}, Provenance(model="m"))
    lines = "\n".join(bibtex(cited([one]))).splitlines()
    used = {key: comment for comment, key in pairwise(lines) if key.startswith("@")}
    assert used["@misc{ma2025mmar,"] == "% used by suite mmar, scorer mmar"
    assert used["@inproceedings{lin2004rouge,"] == "% used by scorer rouge_l"
    assert used["@misc{liu2023mmbench,"] == "% used by metric robust_accuracy"
    assert lines[-1] == "% No reference is known for the scorer ours(at)home."


def test_a_member_brings_its_own_entry(monkeypatch):
    monkeypatch.setitem(METRICS._members, "accuracy", METRICS.get("accuracy").__class__(
        **{**vars(METRICS.get("accuracy")), "citation": "@misc{mine, title = {Mine}}"}))  # fmt: skip
    entries = [entry for entry, _ in cited([run([record("s", 0, "original", True)])]).entries]
    assert "@misc{mine, title = {Mine}}" in entries


def test_every_work_is_used_and_every_use_is_a_work():
    from audiotest.report.citations import _data

    data = _data()
    used = {work for names in data.used_by.values() for works in names.values() for work in works}
    assert used == set(data.works)
    for kind, room in (("scorers", SCORERS), ("metrics", METRICS)):
        gone = [name for name in data.used_by[kind] if "*" not in name and name not in (*room.names(), "expect")]
        assert gone == []


def test_report_shows_what_there_is_of_a_run_that_has_not_ended(tmp_path):
    from audiotest.run_folder import Plan, RunWriter

    writer = RunWriter(tmp_path / "going")
    writer.expect(Plan(40, "m", 1.0))
    for i in range(8):
        writer.add(record("s", i, "original", i < 6))
    out = call("report", tmp_path / "going", "--html", tmp_path / "r.html")
    assert out.exit_code == 0, out.output
    assert "8 trials" in out.output
    assert (
        "The run was stopped: the run is still going on: 40 trials were planned"
        in call("report", tmp_path / "going").output
    )
    writer.close()
    refused = call("compare", tmp_path / "going", tmp_path / "going")
    assert refused.exit_code == 1
    assert "has no summary.json: it goes on, or was stopped before its end" in refused.output


def test_plot_draws_the_audiogram_in_a_file(folders, tmp_path):
    pytest.importorskip("matplotlib")
    heard = CliRunner().invoke(
        main, ["hear", "--only", "duration", "--budget", "40", "--json", str(tmp_path / "a.json")]
    )
    assert heard.exit_code == 0, heard.output
    assert call("plot", tmp_path / "a.json", "--kind", "audiogram", "-o", tmp_path / "a.svg").exit_code == 0
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")
    for option in (("--tag", "skill"), ("--suite", "s")):
        refused = call("plot", tmp_path / "a.json", "--kind", "audiogram", "-o", tmp_path / "b.svg", *option)
        assert (refused.exit_code, option[0] in refused.output) == (2, True)
    wrong = call("plot", folders[0], "--kind", "audiogram", "-o", tmp_path / "b.svg")
    assert "draws one file of `audiotest hear --json FILE`" in wrong.output
    assert not (tmp_path / "b.svg").exists()
