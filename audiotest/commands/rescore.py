"""``audiotest rescore``: new verdicts on a run's replies, without a model."""

from __future__ import annotations

from pathlib import Path

import click

from audiotest.commands import _completing as completing
from audiotest.commands._saying import say


@click.command("rescore")
@click.argument("run", type=click.Path(exists=True))
@click.option(
    "--scorer",
    "scorers",
    multiple=True,
    required=True,
    shell_complete=completing.scorers,
    help="A scorer; may be repeated. The first decides.",
)
@click.option("--into", "target", required=True, type=click.Path(path_type=Path), help="The results folder to write.")
def command(run: str, scorers: tuple[str, ...], target: Path) -> None:
    """Score the replies of RUN again and write them as a run of their own.

    Gates are not judged again: their bounds were set for the suite's own scorers.
    """
    from msgspec import UNSET
    from msgspec.structs import replace

    from audiotest.analyse.summary import Rescored, summarise
    from audiotest.declare.problems import SuiteError
    from audiotest.grade.rescoring import CannotRescore, rescore
    from audiotest.registry import SCORERS, UnknownName
    from audiotest.runs import RunError, read_records, read_summary, write_run

    try:
        for name in scorers:
            SCORERS.get(name)
        records = rescore(read_records(run), scorers)
        about = replace(read_summary(run), rescored=Rescored(run, list(scorers)), stopped=UNSET)
        summary = summarise(records, {}, about)
        write_run(target, records, summary)
    except (UnknownName, RunError, SuiteError, CannotRescore, ValueError) as error:
        raise click.ClickException(str(error)) from None
    for suite, figures in summary.suites.items():
        for condition, row in figures.conditions.items():
            shown = {k: f for k, f in row.metrics.items() if k.startswith(("accuracy", "mean_score"))}
            text = ", ".join(f"{name} {100 * (f.value or 0):.2f}% (n = {f.n})" for name, f in shown.items())
            say(f"{suite} {condition}: {text or 'nothing was judged'}")
    say(f"results: {target}")
