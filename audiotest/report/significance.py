"""Which of several runs is better than all others by more than chance; each pair of runs is compared once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audiotest.analyse.compare import Difference, NotComparable, compare, corrected, judged_alike
from audiotest.analyse.headlines import gap_differences
from audiotest.runs import Run

_LEVEL = 0.05
_TEXT_ONLY = "text_only"


class Comparisons:
    """Pairwise comparisons of runs. Runs that did not ask the same are not compared; ``reasons`` says which and why."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._accuracies: dict[tuple[int, int], dict[tuple[str, str, str], Difference] | None] = {}
        self._gaps: dict[tuple[int, int], dict[str, tuple[float, float | None]]] = {}
        self._reasons: dict[str, None] = {}

    @property
    def reasons(self) -> list[str]:
        """A sentence for every reason for which two runs could not be compared."""
        return list(self._reasons)

    def better(self, best: int, others: Iterable[int], suite: str, condition: str, tag: str = "") -> bool:
        """Whether the accuracy of run ``best`` is above that of each of the ``others``, with p < 0.05 after Holm's
        correction over them. ``tag`` is ``TAG: VALUE``, or "" for the whole suite."""
        differences = [(self._accuracy(other, best) or {}).get((suite, condition, tag)) for other in others]
        there = [d for d in differences if d is not None and d.gain and (d.difference.value or 0) > 0]
        return _all_significant([d.p for d in there], len(differences))

    def wider_gap(self, best: int, others: Iterable[int], suite: str) -> bool:
        """As :meth:`better`, for the listening gap against ``text_only``."""
        changes = [self._gap(other, best).get(suite, (0.0, None)) for other in others]
        return _all_significant([p for change, p in changes if p is not None and change > 0], len(changes))

    def _accuracy(self, first: int, second: int) -> dict[tuple[str, str, str], Difference] | None:
        pair = first, second
        if pair not in self._accuracies:
            before, now = self._runs[first], self._runs[second]
            try:
                judged_alike(before.summary.scorers, now.summary.scorers)
                differences = compare(before.records, now.records)
                self._accuracies[pair] = {(d.suite, d.condition, d.tag): d for d in differences}
            except NotComparable as error:
                self._reasons.setdefault(f"no figure is marked where runs cannot be compared: {error}")
                self._accuracies[pair] = None
        return self._accuracies[pair]

    def _gap(self, first: int, second: int) -> dict[str, tuple[float, float | None]]:
        pair = first, second
        if self._accuracy(*pair) is None:
            return {}
        if pair not in self._gaps:
            figures = gap_differences(self._runs[first].records, self._runs[second].records)
            self._gaps[pair] = {d.suite: (d.difference.value or 0.0, d.p) for d in figures if d.versus == _TEXT_ONLY}
        return self._gaps[pair]


def _all_significant(ps: Sequence[float], wanted: int) -> bool:
    return len(ps) == wanted and wanted > 0 and all(p < _LEVEL for p in corrected(ps))
