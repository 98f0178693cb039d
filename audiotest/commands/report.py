"""``audiotest report``: a run's figures, once it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiotest import inert
from audiotest.commands._saying import say

if TYPE_CHECKING:
    from audiotest.types import Record


@click.command("report")
@click.argument("run", type=click.Path(exists=True))
@click.option(
    "--table",
    type=click.Choice(["overview", "official", "differing"]),
    default="overview",
    show_default=True,
    help="overview: suites, conditions and gates, in Markdown. official: each benchmark's own table, this run beside "
    "the published rows. differing: the replies that the official scorer and the careful one judge differently.",
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the whole run as one HTML file: figures, items, replies, players.")  # fmt: skip
@click.option("--audio-mb", type=click.FloatRange(min=0), default=20, show_default=True,
              help="With --html: how much sound to embed, that of wrong answers first.")  # fmt: skip
@click.option("--linked-mb", type=click.FloatRange(min=0), default=500, show_default=True,
              help="With --html: how much more to write into a folder beside it.")  # fmt: skip
@click.option("--suite", help="Only this suite.")
@click.option("--condition", default="original", show_default=True, help="The condition whose replies are shown.")
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
def command(
    run: str,
    table: str,
    html: Path | None,
    audio_mb: float,
    linked_mb: float,
    suite: str | None,
    condition: str,
    form: str,
) -> None:
    """Show the figures of RUN, a folder that `pytest --results` wrote.

    \b
      audiotest report results/ --html report.html
      audiotest report results/ --table official
      audiotest report results/ --table differing --suite mmar
    """
    from audiotest.declare.problems import SuiteError
    from audiotest.report.markdown import lines as overview
    from audiotest.runs import Run, RunError

    try:
        whole = Run.load(run).of_suite(suite)
        if not whole.records:
            raise click.ClickException(f"{run} has no trials" + (f" of the suite {suite}" if suite else ""))
        lines: Iterable[str]
        if html is not None:
            from audiotest.report.html.render import write

            lines = [write(whole, html, embed=audio_mb, link=linked_mb)]
        elif table == "official":
            lines = _official(whole.records, whole.summary.model, condition, form)
        else:
            lines = _differing(whole.records, condition) if table == "differing" else overview(whole)
        for line in lines:
            say(line)
    except BrokenPipeError:  # `| head` has seen enough: click ends quietly
        raise
    except (RunError, SuiteError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _official(records: list[Record], model: str, condition: str, form: str) -> Iterator[str]:
    from audiotest.report.official import as_markdown, as_text, differing, official_tables, suites_with_tables

    suites = suites_with_tables(records)
    if not suites:
        raise click.ClickException("no suite of this run is a benchmark that has a table of its own")
    for name in suites:
        for table in official_tables(name, records, model, condition):
            yield as_text(table) if form == "text" else as_markdown(table)
            yield ""
        own = [r for r in records if r.suite == name]
        found = list(differing(own, condition))
        if found:
            credited = sum(bool(d.official.correct) for d in found)
            yield (
                f"{name}: {found[0].scorer} and choice differ on {len(found)} replies; {credited} are right only by "
                f"the official rule, {len(found) - credited} only as read with care (--table differing lists them)"
            )
            yield ""


def _differing(records: list[Record], condition: str) -> Iterator[str]:
    from audiotest.report.official import differing

    found = list(differing(records, condition))
    for one in found:
        record, reply = one.record, one.record.reply
        yield record.nodeid
        yield f"  expected: {record.answer}"
        yield f"  {one.scorer}: {_said(record, one.official.correct, one.official.choice)}"
        yield f"  choice: {_said(record, one.careful.correct, one.careful.choice)} ({one.careful.status})"
        yield f"  reply: {_short(reply.text) if reply else ''}"
    yield f"{len(found)} replies are judged differently"


def _said(record: Record, correct: bool | None, choice: int | None) -> str:
    known = choice is not None and choice < len(record.choices)
    return ("right" if correct else "wrong") + (f", chose {record.choices[choice or 0]!r}" if known else "")


def _short(text: str, most: int = 300) -> str:
    line = inert.line(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"
