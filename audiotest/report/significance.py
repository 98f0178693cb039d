"""Which of several runs is better than all others by more than chance; each pair of runs is compared once a suite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audiotest.analyse.compare import Difference, NotComparable, compare, corrected, judged_alike
from audiotest.analyse.headlines import gap_differences
from audiotest.runs import Run
from audiotest.types import Record

_LEVEL = 0.05
_TEXT_ONLY = "text_only"
_Pair = tuple[str, int, int]
"""A suite, and the places of two runs."""


class Comparisons:
    """Pairwise comparisons of runs. Those that did not ask the same are not compared, and ``reasons`` says why."""

    def __init__(self, runs: Sequence[Run], names: Sequence[str]) -> None:
        self._runs, self._names = runs, names
        self._records = [_by_suite(run.records) for run in runs]
        self._accuracies: dict[_Pair, dict[tuple[str, str], Difference]] = {}
        self._gaps: dict[_Pair, tuple[float, float | None]] = {}
        self._reasons: dict[tuple[str, frozenset[int]], str] = {}

    def reasons(self, suites: Iterable[str]) -> list[str]:
        """A sentence for every two runs that could not be compared on one of ``suites``."""
        wanted = set(suites)
        return [reason for (suite, _), reason in self._reasons.items() if suite in wanted]

    def better(self, best: int, others: Iterable[int], suite: str, condition: str, tag: str = "") -> bool:
        """Whether the accuracy of run ``best`` is above that of each of the ``others``, with p < 0.05 after Holm's
        correction over them. ``tag`` is ``TAG: VALUE``, or "" for the whole suite."""
        differences = [self._accuracy(suite, other, best).get((condition, tag)) for other in others]
        there = [d for d in differences if d is not None and d.gain and (d.difference.value or 0) > 0]
        return _all_significant([d.p for d in there], len(differences))

    def wider_gap(self, best: int, others: Iterable[int], suite: str) -> bool:
        """As :meth:`better`, for the listening gap against ``text_only``."""
        changes = [self._gap(suite, other, best) for other in others]
        return _all_significant([p for change, p in changes if p is not None and change > 0], len(changes))

    def _accuracy(self, suite: str, first: int, second: int) -> dict[tuple[str, str], Difference]:
        """The differences by condition and tag; none where the two cannot be compared."""
        pair = suite, first, second
        if pair not in self._accuracies:
            self._accuracies[pair] = {}
            before, now = (self._records[i].get(suite, []) for i in (first, second))
            try:
                judged_alike(self._runs[first].summary.scorers, self._runs[second].summary.scorers)
                self._accuracies[pair] = {(d.condition, d.tag): d for d in compare(before, now)}
            except NotComparable as error:
                reason, _, _ = str(error).partition("; ")[0].partition(" (")
                named = f"{suite}: {self._names[first]} (first) and {self._names[second]} (second) are not compared"
                self._reasons.setdefault((suite, frozenset((first, second))), f"{named}: {reason}")
        return self._accuracies[pair]

    def _gap(self, suite: str, first: int, second: int) -> tuple[float, float | None]:
        pair = suite, first, second
        if not self._accuracy(*pair):
            return 0.0, None
        if pair not in self._gaps:
            before, now = (self._records[i][suite] for i in (first, second))
            gaps = [d for d in gap_differences(before, now) if d.versus == _TEXT_ONLY]
            self._gaps[pair] = (gaps[0].difference.value or 0.0, gaps[0].p) if gaps else (0.0, None)
        return self._gaps[pair]


def _by_suite(records: Iterable[Record]) -> dict[str, list[Record]]:
    suites: dict[str, list[Record]] = {}
    for record in records:
        suites.setdefault(record.suite, []).append(record)
    return suites


def _all_significant(ps: Sequence[float], wanted: int) -> bool:
    return len(ps) == wanted and wanted > 0 and all(p < _LEVEL for p in corrected(ps))
