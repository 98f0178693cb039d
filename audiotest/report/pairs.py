"""Runs beside each other: each against the first one, and all of them in one table."""

from __future__ import annotations

from collections.abc import Sequence

from audiotest.analyse.compare import compare, flipped, judged_alike, leaderboard
from audiotest.analyse.headlines import headline_differences
from audiotest.report.html.comparing import Pair
from audiotest.runs import Run
from audiotest.types import Estimate, Record


def compared(
    runs: Sequence[tuple[str, Run]], *, common: bool = False, tags: bool = True
) -> tuple[list[tuple[str, ...]], list[Pair]]:
    """The leaderboard, empty for two runs, and each run against the first, by item and by figure. ``runs``: by the name
    of their place; ``common``: over what both have; ``tags``: by the values of tags as well.

    Raises :class:`~audiotest.analyse.compare.NotComparable`.
    """
    places = [place for place, _ in runs]
    loaded = [run for _, run in runs]
    run_records = [run.records for run in loaded]
    names = [run.summary.model or place for place, run in runs]
    for other in loaded[1:]:
        judged_alike(loaded[0].summary.scorers, other.summary.scorers)
    pairs = [
        Pair(
            f"{names[0]} ({places[0]})",
            f"{name} ({place})",
            [d for d in compare(run_records[0], run.records, common=common) if tags or not d.tag],
            flipped(run_records[0], run.records, common=common),
            run,
            headline_differences(run_records[0], run.records, common=common),
        )
        for place, name, run in zip(places[1:], names[1:], loaded[1:], strict=True)
    ]
    return (_leaderboard(places, names, run_records) if len(runs) > 2 else []), pairs


def _leaderboard(
    places: Sequence[str], names: Sequence[str], run_records: Sequence[Sequence[Record]]
) -> list[tuple[str, ...]]:
    """Accuracy with its interval under ``original``, the best run first; the first row holds the heads. There is a row
    for each run or for each suite, whichever are more: a table may be long, but not wide."""
    standings = leaderboard(run_records)
    same = len(set(names)) < len(names)
    heads = [f"{names[s.run]} ({places[s.run]})" if same else names[s.run] for s in standings]
    suites = [(suite, figure.n) for suite, figure in standings[0].suites.items()]
    rows = [(suite, str(n), *(_figure(s.suites[suite]) for s in standings)) for suite, n in suites]
    means = ("mean", "", *("-" if s.mean is None else f"{100 * s.mean:.1f}" for s in standings))
    table = [("suite", "n", *heads), *rows, *([means] if len(rows) > 1 else [])]
    if len(standings) <= len(suites):
        return table
    columns = [(f"{suite} (n = {n})" if n else suite, *cells) for suite, n, *cells in table[1:]]
    return [("run", *(name for name, *_ in columns)), *zip(heads, *(cells for _, *cells in columns), strict=True)]


def _figure(figure: Estimate) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return "-"
    return f"{100 * figure.value:.1f} ({100 * figure.low:.1f} to {100 * figure.high:.1f})"
