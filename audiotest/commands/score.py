"""``audiotest score``: verdicts on replies, a line out for a line in."""

from __future__ import annotations

import sys
from typing import Any

import click

from audiotest.commands import _completing as completing
from audiotest.commands._saying import say


@click.command("score")
@click.option(
    "--scorer", required=True, shell_complete=completing.scorers, help="The scorer, such as `choice` or `mmar`."
)
@click.argument("file", type=click.File("rb"))
def command(scorer: str, file: Any) -> None:
    """Score replies without a model: one JSON line out for each line in, in the same order.

    In: `question`, `choices`, `answer` (option text), `output`, and what the scorer needs besides
    (`answer_order` for muchomusic; `task_identifier`, `kwargs` for mmau_pro_if). Out: the same plus `correct`,
    `choice` (our own reading, an index or null) and `status`. FILE may be `-`.
    """
    from audiotest.registry import SCORERS, UnknownName
    from audiotest.score.lines import BadLine, score_line

    try:
        SCORERS.get(scorer)
    except UnknownName as error:
        raise click.ClickException(str(error)) from None
    failed = 0
    for number, line in enumerate(file, 1):
        try:
            out = score_line(scorer, line)
        except BadLine as error:
            failed += 1
            say(f"{file.name}:{number}: {error}", err=True)
            out = error.line
        sys.stdout.buffer.write(out + b"\n")
    sys.stdout.buffer.flush()
    if failed:
        sys.exit(1)
