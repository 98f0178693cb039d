"""``audiotest watch``: a suite while it is edited; what has changed is asked again with each save."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiotest import inert
from audiotest.commands import _completing as completing
from audiotest.commands._model_options import model_options
from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.types import Record
    from audiotest.watching import Look

_MOST_ROWS = 40
_WIDTHS = (28, 24, 8, 8, 60)
_HEADS = ("case", "condition", "before", "now", "reply")


@click.command("watch")
@click.argument("suite", type=click.Path(exists=True, dir_okay=True, path_type=Path))
@click.option("--model", default="listener", show_default=True, metavar="SPEC", shell_complete=completing.models,
              help="The model that answers, named as for pytest --model.")  # fmt: skip
@model_options
@click.option("--judge", default="", metavar="SPEC", help="The model that judges open answers.")
@click.option("--limit-first", type=click.IntRange(min=1), help="Only the first N cases.")
@click.option("--seed", type=int, default=0, show_default=True, help="The run's seed.")
@click.option("--every", type=click.FloatRange(min=0.05), default=0.5, show_default=True, metavar="SECONDS",
              help="How often the files are looked at.")  # fmt: skip
@click.option("--audio-root", "roots", multiple=True, type=click.Path(path_type=Path),
              help="A folder outside the suite's own that it may take sounds from; may be repeated.")  # fmt: skip
@click.option("--allow-code", is_flag=True, help="Programs that the suite names may run.")
def command(
    suite: Path,
    model: str,
    options: dict[str, str],
    judge: str,
    limit_first: int | None,
    seed: int,
    every: float,
    roots: tuple[Path, ...],
    allow_code: bool,
) -> None:
    """Watch SUITE while you edit it: with each save its problems are shown, and the trials that changed are asked.

    \b
      audiotest watch suites/kitchen.yaml --model salmonn

    At first the whole suite is asked; replies that are known come from the cache. Then a comment costs nothing, an
    edited case its own trials, a new prompt all of them. Ctrl-C ends it.
    """
    from audiotest.declare.suite import find_one
    from audiotest.errors import AudiotestError
    from audiotest.session import Settings
    from audiotest.watching import Watcher

    settings = Settings(
        model=model,
        model_options=options,
        judge=judge,
        limit_first=limit_first,
        seed=seed,
        allow_code=allow_code,
    )
    try:
        file = find_one(suite)
        watcher = Watcher(file, settings, roots)
    except AudiotestError as error:
        raise click.ClickException(str(error)) from None
    say(f"watching {file} with {watcher.model.name}; Ctrl-C ends it")
    try:
        while True:
            look = watcher.look()
            if look is not None:
                for line in _lines(look):
                    say(line)
            time.sleep(every)
    except KeyboardInterrupt:
        say("\nended")
    finally:
        watcher.close()


def _lines(look: Look) -> Iterator[str]:
    """What a look has shown, in words."""
    from audiotest.report.progress import so_far

    yield f"\n{time.strftime('%H:%M:%S')}"
    yield from look.problems
    if look.error:
        yield look.error
    rows = list(_rows(look))
    if rows:
        yield from _table(rows[:_MOST_ROWS])
        if len(rows) > _MOST_ROWS:
            yield f"and {len(rows) - _MOST_ROWS} more"
    if look.changes:
        counts = Counter(_word(change.now) for change in look.changes)
        asked = ", ".join(f"{count} {word}" for word, count in counts.items())
        yield f"{counted(len(look.changes), 'trial')} asked: {asked}"
    elif not look.problems and not look.error:
        yield "no trial has changed"
    if look.removed:
        yield f"{counted(look.removed, 'trial is', 'trials are')} gone"
    if figures := so_far(look.records):
        yield figures
    for gate in look.gates:
        word = {True: "passed", False: "FAILED", None: "not judged"}[gate.passed]
        yield f"  {gate.name}: {word}: {gate.reason}"


def _rows(look: Look) -> Iterator[tuple[str, ...]]:
    """The trials that say something new; at first, when all are new, those that do not show what is expected."""
    for change in look.changes:
        now, before = change.now, change.before
        if look.first and now.outcome in ("passed", "recorded", "skipped"):
            continue
        if before is not None and (_word(before), _text(before)) == (_word(now), _text(now)):
            continue
        was = _word(before) if before is not None else "-"
        reply = _text(now) if now.reply is not None else now.reason
        yield now.case, now.condition, was, _word(now), reply


def _word(record: Record) -> str:
    """How a trial ended; ``right`` or ``wrong`` for one that is only recorded."""
    from audiotest.analyse.trials import verdict_of

    verdict = verdict_of(record)
    if record.outcome != "recorded" or verdict is None or verdict.correct is None:
        return record.outcome
    return "right" if verdict.correct else "wrong"


def _text(record: Record) -> str:
    return record.reply.text if record.reply is not None else ""


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    cells = [[_fit(cell, width) for cell, width in zip(row, _WIDTHS, strict=True)] for row in (_HEADS, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _fit(text: str, width: int) -> str:
    line = inert.line(text)
    return line if len(line) <= width else f"{line[: width - 1]}…"
