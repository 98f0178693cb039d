"""``audiotest compare``: whether one run is better than another, by how much, and where."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiotest import inert
from audiotest.commands._runs import open_run
from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.analyse.compare import Difference, Flipped

_CSV = ("first run", "second run", "suite", "condition", "tag", "n", "first", "second", "difference", "low", "high",
        "worse", "better", "p")  # fmt: skip
_RATIOS = ("model", "reference", "faculty", "ratio", "low", "high", "differs", "reason")
_FIGURES = ("suite", "figure", "n", "first", "second", "difference", "95% CI", "p", "")
_HEADS = ("suite", "condition", "tag", "n", "first", "second", "difference", "95% CI", "worse", "better", "p")


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, type=click.Path())
@click.option("--common", is_flag=True, help="Compare what both runs have; without it, other trials are refused.")
@click.option("--tags/--no-tags", default=True, show_default=True, help="Show differences by tag as well.")
@click.option(
    "--items", "most", type=click.IntRange(min=0), default=20, show_default=True, help="How many flipped items to list."
)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "csv"]), default="text", show_default=True)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path),
              help="Write one HTML file instead: every flipped item, both of its replies, its sound.")  # fmt: skip
@click.option("--audio-mb", type=click.FloatRange(min=0), default=20, show_default=True,
              help="With --html: how much sound to embed for each run.")  # fmt: skip
@click.option("--linked-mb", type=click.FloatRange(min=0), default=500, show_default=True,
              help="With --html: how much more to write into a folder beside it.")  # fmt: skip
@click.option("--lang", "language", default="en", show_default=True, metavar="en|ko|zh",
              help="With --html: the language of the page's texts.")  # fmt: skip
def command(
    runs: tuple[str, ...],
    common: bool,
    tags: bool,
    most: int,
    form: str,
    html: Path | None,
    language: str,
    audio_mb: float,
    linked_mb: float,
) -> None:
    """Compare runs: results folders, git:REF:PATH or FILE.zip; the first is the reference.

    \b
      audiotest compare old/ new/
      audiotest compare a/ b/ c/ --format markdown      a leaderboard and each against the first
      audiotest compare old/ new/ --html changed.html
      audiotest compare git:main:base new/              the folder `base` in a commit
      audiotest compare a.json b.json                   two audiograms of `audiotest hear`: the ratios of thresholds

    Differences are paired by trial; intervals and p-values take clips as the units (an exact sign-flip test, McNemar's
    where each question has a clip of its own), corrected by Holm's method over the values of a tag. Exits with 1 if the
    runs cannot be compared.
    """
    from audiotest.analyse.compare import NotComparable
    from audiotest.report.pairs import compared
    from audiotest.runs import RunError

    if len(runs) < 2:
        raise click.UsageError("give at least two runs")
    audiograms = [run for run in runs if Path(run).is_file() and Path(run).suffix == ".json"]
    if len(audiograms) == len(runs):
        if html is not None:
            raise click.UsageError("--html is of runs; of an audiogram it is `audiotest hear --from a.json --html`")
        _audiograms(runs, form)
        return
    if audiograms:
        raise click.UsageError(f"{audiograms[0]} is a file of `audiotest hear`; compare it with another audiogram")
    try:
        leaders, pairs = compared(
            [(run, open_run(run, prompts=html is not None)) for run in runs], common=common, tags=tags
        )
    except (RunError, NotComparable) as error:
        raise click.ClickException(str(error)) from None
    if html is not None:
        from audiotest.report.html.comparing import write

        names = [pairs[0].first, *(p.second for p in pairs)]
        try:
            say(write(names, leaders, pairs, html, embed=audio_mb, link=linked_mb, language=language))
        except OSError as error:
            raise click.ClickException(str(error)) from None
        return
    if form == "csv":
        rows = (_csv_row(*names, d) for pair, names in zip(pairs, _named(runs), strict=True) for d in pair.differences)
        say(_as_csv(rows))
        return
    from audiotest.report.html.comparing import figure_cells

    if leaders:
        say(_table(leaders[0], leaders[1:], form))
    for pair in pairs:
        say(f"{pair.first} -> {pair.second}\n")
        say(_table(_HEADS, map(_row, pair.differences), form))
        if pair.figures:
            say(_table(_FIGURES, map(figure_cells, pair.figures), form))
        for line in _no_gains(pair.differences):
            say(line)
        for line in _items(pair.flipped, most):
            say(line)


def _named(runs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The folders of each pair: the first run and one that is held against it."""
    return ((runs[0], run) for run in runs[1:])


def _audiograms(files: Sequence[str], form: str) -> None:
    """Each audiogram against the first: how much larger or smaller its thresholds are."""
    from audiotest.errors import AudiotestError
    from audiotest.hearing.comparison import compare
    from audiotest.hearing.results import load
    from audiotest.report.hearing import table

    try:
        reference, *others = [load(Path(file)) for file in files]
    except (AudiotestError, OSError) as error:
        raise click.ClickException(str(error)) from None
    if form == "csv":
        pairs = [(other.model, reference.model, one) for other in others for one in compare(other, reference)]
        say(_as_csv([(*models, r.name, r.ratio, r.low, r.high, r.differs, r.says) for *models, r in pairs], _RATIOS))
        return
    for other in others:
        rows = compare(other, reference)
        if form == "markdown" and rows:
            say(f"Threshold of {other.model} over that of {reference.model}\n")
            say(_table(table.RATIO_HEADS, map(table.ratio_row, rows), form))
        else:
            say(table.ratios(rows, other.model, reference.model))


def _no_gains(differences: Sequence[Difference]) -> Iterator[str]:
    """Rises that are no gains: right answers for which nothing was heard."""
    rises = [d.condition for d in differences if not d.gain and not d.tag and d.better > d.worse]
    if rises:
        yield f"no gain, since nothing can be heard there: more right answers under {', '.join(dict.fromkeys(rises))}\n"


def _row(d: Difference) -> tuple[str, ...]:
    interval = "-"
    if d.difference.low is not None and d.difference.high is not None:
        interval = f"{100 * d.difference.low:+.1f} to {100 * d.difference.high:+.1f}"
    return (d.suite, d.condition, d.tag, str(d.difference.n), f"{100 * d.first:.1f}", f"{100 * d.second:.1f}",
            f"{100 * (d.difference.value or 0):+.1f}", interval, str(d.worse), str(d.better), f"{d.p:.3g}")  # fmt: skip


def _csv_row(first: str, second: str, d: Difference) -> tuple[str, ...]:
    """Figures as such, for programs: shares in [0, 1], an interval in two columns, nothing where there is none."""
    figures = (d.first, d.second, d.difference.value, d.difference.low, d.difference.high)
    written = ("" if figure is None else f"{figure:.6g}" for figure in figures)
    return (first, second, d.suite, d.condition, d.tag, str(d.difference.n), *written, str(d.worse), str(d.better),
            f"{d.p:.6g}")  # fmt: skip


def _items(flips: Sequence[Flipped], most: int) -> Iterator[str]:
    better = sum(one.better for one in flips)
    yield f"{counted(len(flips), 'item')} flipped: {len(flips) - better} worse, {better} better"
    for one in flips[:most]:
        reply_text = inert.line(one.record.reply.text if one.record.reply else "")[:80]
        yield f"  {'better' if one.better else 'WORSE '} {inert.line(one.record.nodeid)}  {reply_text}"
    if len(flips) > most:
        yield f"  and {len(flips) - most} more (--items {len(flips)} shows all)"
    yield ""


def _as_csv(rows: Iterable[Sequence[object]], heads: Sequence[str] = _CSV) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([heads, *(map(inert.csv_cell, row) for row in rows)])
    return out.getvalue().rstrip("\n")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], form: str) -> str:
    if form == "markdown":
        cells = [list(map(inert.markdown_name, row)) for row in rows]
        lines = [f"| {' | '.join(map(inert.markdown_name, heads))} |", "| " + " | ".join("---" for _ in heads) + " |"]
        return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in cells)]) + "\n"
    table = [list(map(inert.line, row)) for row in (heads, *rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(heads))]
    return (
        "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in table)
        + "\n"
    )
