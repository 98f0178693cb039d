"""``audiotest report``: a run's figures, once it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiotest import inert
from audiotest.commands._runs import open_part

if TYPE_CHECKING:
    from audiotest.report.tables import Columns
    from audiotest.runs import Run
    from audiotest.types import Record


@click.command("report")
@click.argument("runs", nargs=-1, required=True, type=click.Path())
@click.option(
    "--table",
    type=click.Choice(["overview", "tags", "official", "differing"]),
    default="overview",
    show_default=True,
    help="overview: the figures of whole suites; of one run with gates and failures. tags: accuracy by the values of "
    "tags. official: each benchmark's own table, this run beside the published rows. differing: the replies that the "
    "official scorer and the parser `choice` judge differently.",
)
@click.option("--tag", help="With --table tags: only this tag.")
@click.option("--metric", default="accuracy", show_default=True, help="The metric of an overview or of --table tags.")
@click.option("--columns", type=click.Choice(["conditions", "suites"]), default="conditions", show_default=True,
              help="The columns of an overview; with suites it is of the one condition of --condition.")  # fmt: skip
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the whole run as one HTML file: figures, items, replies, players.")  # fmt: skip
@click.option("--audio-mb", type=click.FloatRange(min=0), default=20, show_default=True,
              help="With --html: how much sound to embed, that of wrong answers first.")  # fmt: skip
@click.option("--linked-mb", type=click.FloatRange(min=0), default=500, show_default=True,
              help="With --html: how much more to write into a folder beside it.")  # fmt: skip
@click.option("--title", default="", help="With --html: what heads the page, instead of the model and its suites.")
@click.option("--lang", "language", default="en", show_default=True, metavar="en|ko|zh",
              help="With --html: the language of the page's texts; the page can show the others too.")  # fmt: skip
@click.option("--suite", help="Only this suite.")
@click.option("--condition", default="original", show_default=True, help="The condition whose replies are shown.")
@click.option("--format", "form", default="text", show_default=True,
              metavar="text|markdown|latex|csv|json|pr|html|parquet",
              help="latex: tables with booktabs; csv: a row a figure; pr: a comment on a pull request; "
              "parquet: a row a trial.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the tables into this file.")  # fmt: skip
def command(
    runs: tuple[str, ...],
    table: str,
    tag: str | None,
    metric: str,
    columns: Columns,
    html: Path | None,
    audio_mb: float,
    linked_mb: float,
    title: str,
    language: str,
    suite: str | None,
    condition: str,
    form: str,
    output: Path | None,
) -> None:
    """Show the figures of one or several RUNS: folders that `pytest --results` wrote, git:REF:PATH or FILE.zip.

    \b
      audiotest report results/ --html report.html
      audiotest report first/ second/ --format latex
      audiotest report first/ second/ --table tags --tag skill --format csv -o skills.csv
      audiotest report results/ --table official
      audiotest report results/ --table differing --suite mmar
    """
    from audiotest.errors import AudiotestError

    try:
        loaded = [open_part(run).of_suite(suite) for run in runs]
        for path, one in zip(runs, loaded, strict=True):
            if not one.records:
                raise click.ClickException(f"{path} has no trials" + (f" of the suite {suite}" if suite else ""))
        lines: Iterable[str]
        if html is not None:
            lines = [_page(loaded, html, audio_mb, linked_mb, title, language)]
        elif form in _whole_files():
            click.echo(_file(loaded, form, output))
            return
        elif table in ("official", "differing"):
            lines = _replies(loaded, table, condition, form)
        else:
            lines = _tables(loaded, table, tag, form, metric=metric, columns=columns, condition=condition)
        _write(lines, output)
    except BrokenPipeError:  # `| head` has seen enough: click ends quietly
        raise
    except (AudiotestError, OSError, ImportError) as error:
        raise click.ClickException(str(error)) from None


def _whole_files() -> list[str]:
    """The formats of a file that holds a whole run, such as html and parquet."""
    from audiotest.registry import REPORTS

    writes = {name: REPORTS.get(name) for name in REPORTS.names()}
    return [name for name, one in writes.items() if one.endings and one.tabulates is None and one.summarises is None]


def _file(runs: Sequence[Run], form: str, output: Path | None) -> str:
    from audiotest.registry import REPORTS

    if output is None or len(runs) > 1:
        raise click.UsageError(f"--format {form} writes one run into the file that -o names")
    return REPORTS.get(form).write(runs[0], output)


def _write(lines: Iterable[str], output: Path | None) -> None:
    if output is None:
        for line in lines:
            click.echo(line)
        return
    text = "\n".join(lines)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
    click.echo(f"{output}: written")


def _page(runs: Sequence[Run], html: Path, embed: float, link: float, title: str, language: str) -> str:
    from audiotest.report.html.render import write

    if len(runs) > 1:
        raise click.UsageError("--html is a page of one run; `audiotest compare A B --html FILE` is one of two")
    return write(runs[0], html, embed=embed, link=link, title=title, language=language)


def _tables(
    runs: Sequence[Run], table: str, tag: str | None, form: str, *, metric: str, columns: Columns, condition: str
) -> Iterable[str]:
    """The overview or the tables by tag, in one of the formats that write tables."""
    from audiotest.registry import REPORTS, UnknownName, unknown
    from audiotest.report.tables import by_tag, overview, tags_of
    from audiotest.runs import RunError

    if tag is not None and table != "tags":
        raise click.UsageError(f"--tag is an option of --table tags, not of {table}")
    writes = {name: REPORTS.get(name) for name in REPORTS.names()}
    formats = [name for name, one in writes.items() if one.tabulates is not None or one.summarises is not None]
    if form not in formats:
        raise UnknownName(unknown("format of tables", form, formats))
    summarises, tabulates = writes[form].summarises, writes[form].tabulates
    usual = table == "overview" and metric == "accuracy" and columns == "conditions"
    if summarises is not None and usual and len(runs) == 1:
        return summarises(runs[0])
    if tabulates is None:
        raise click.UsageError(f"--format {form} is of one whole run, without --table, --metric and --columns")
    if table == "tags":
        tags = tags_of(runs) if tag is None else [tag]
        if not tags:
            raise RunError("no case of the run has a tag")
        tables = [one for name in tags for one in by_tag(runs, name, metric=metric)]
    else:
        tables = [overview(runs, metric=metric, columns=columns, condition=condition)]
    return [tabulates(tables).rstrip("\n")]


def _replies(runs: Sequence[Run], table: str, condition: str, form: str) -> Iterator[str]:
    if form not in ("text", "markdown"):
        raise click.UsageError(f"--table {table} is written as text or markdown, not as {form}")
    for run in runs:
        if table == "official":
            yield from _official(run, condition, form)
        else:
            yield from _differing(run.records, condition)


def _official(run: Run, condition: str, form: str) -> Iterator[str]:
    from audiotest.report.official import as_markdown, as_text, cases_of, differing, official_tables, suites_with_tables

    records, model = run.records, run.summary.model
    suites = suites_with_tables(records)
    if not suites:
        raise click.ClickException("no suite of this run is a benchmark that has a table of its own")
    for name in suites:
        for table in official_tables(name, records, model, condition, cases_of(run, name)):
            yield as_text(table) if form == "text" else as_markdown(table)
            yield ""
        own = [r for r in records if r.suite == name]
        differences = list(differing(own, condition))
        if differences:
            credited = sum(bool(d.official.correct) for d in differences)
            yield (
                f"{name}: {differences[0].scorer} and choice differ on {len(differences)} replies; "
                f"{credited} are right only by the official rule, "
                f"{len(differences) - credited} only by the robust parser (--table differing lists them)"
            )
            yield ""


def _differing(records: list[Record], condition: str) -> Iterator[str]:
    from audiotest.report.official import differing

    differences = list(differing(records, condition))
    for one in differences:
        record, reply = one.record, one.record.reply
        yield record.nodeid
        yield f"  expected: {' or '.join(record.expected)}"
        yield f"  {one.scorer}: {_verdict_text(record, one.official.correct, one.official.choice)}"
        yield f"  choice: {_verdict_text(record, one.careful.correct, one.careful.choice)} ({one.careful.status})"
        yield f"  reply: {_short(reply.text) if reply else ''}"
    yield f"{len(differences)} replies are judged differently"


def _verdict_text(record: Record, correct: bool | None, choice: int | None) -> str:
    known = choice is not None and choice < len(record.choices)
    return ("right" if correct else "wrong") + (f", chose {record.option(choice or 0)!r}" if known else "")


def _short(text: str, most: int = 300) -> str:
    line = inert.line(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"
