"""``audiotest repeats``: several runs of the same suites by a model that samples, as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from audiotest.analyse.repeats import Repeats
    from audiotest.types import Estimate

_HEADS = ("suite", "condition", "trials", "repeats", "accuracy", "95% CI", "between repeats", "pass@k", "majority vote",
          "consistency")  # fmt: skip


@click.command("repeats")
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(runs: tuple[str, ...], form: str) -> None:
    """Take runs that asked the same with different seeds as repeats. RUNS are results folders; one is enough where it
    was made with --repeats.

    \b
      pytest suites/ --model M --repeats 5 --results out; audiotest repeats out
      for s in 1 2 3 4 5; do pytest suites/ --model M --seed $s --results out/$s; done
      audiotest repeats out/*

    The accuracy is the mean over trials of the share of repeats that are right; its interval takes repeats as repeats,
    not as more trials, and clips as the units. `between repeats` is the standard deviation of a run's accuracy, pass@k
    the chance that one of k repeats is right (k: all of them), consistency the chance that two repeats agree.
    """
    import msgspec

    from audiotest.analyse.compare import NotComparable, judged_alike
    from audiotest.analyse.repeats import by_condition, within
    from audiotest.runs import Run, RunError

    try:
        loaded = [Run.load(run, prompts=False) for run in runs]
        for other in loaded[1:]:
            judged_alike(loaded[0].summary.scorers, other.summary.scorers)
    except (RunError, NotComparable) as error:
        raise click.ClickException(str(error)) from None
    every = [repeat for run in loaded for repeat in within(run.records)]
    if len(every) < 2:
        raise click.UsageError("give at least two runs, or one that was made with --repeats")
    repeats_of = by_condition(every)
    if form == "json":
        rows = [{"suite": suite, "condition": condition, **msgspec.to_builtins(one, str_keys=True)}
                for (suite, condition), one in repeats_of.items()]  # fmt: skip
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=1))
        return
    if len({run.summary.seed for run in loaded}) < len(loaded):
        click.echo("some of the runs have the same seed: where a reply came from the cache they are one repeat\n")
    click.echo(_table([(suite, condition, *_cells(one)) for (suite, condition), one in repeats_of.items()]))


def _cells(repeats: Repeats) -> tuple[str, ...]:
    best = repeats.pass_at.get(repeats.repeats)
    trials = str(repeats.trials) + (f" ({repeats.incomplete} incomplete)" if repeats.incomplete else "")
    between = "-" if repeats.between_repeats is None else f"{100 * repeats.between_repeats:.1f}"
    return (trials, str(repeats.repeats), _percent(repeats.accuracy), _interval(repeats.accuracy), between,
            _percent(best), _percent(repeats.majority), _percent(repeats.consistency))  # fmt: skip


def _percent(figure: Estimate | None) -> str:
    return "-" if figure is None or figure.value is None else f"{100 * figure.value:.1f}"


def _interval(figure: Estimate) -> str:
    ends = figure.low, figure.high
    return "-" if ends[0] is None or ends[1] is None else f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f}"


def _table(rows: list[tuple[str, ...]]) -> str:
    table = [_HEADS, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(_HEADS))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in table)
