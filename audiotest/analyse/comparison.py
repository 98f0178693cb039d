"""Two runs held against each other, as one object: what ``audiotest.compare`` gives.

``accuracy`` and figures of sums (``wer``...) are compared under every condition, ``listening_gap``, ``threshold_snr``
and the shares of the listening profile under ``original``, each paired by case with clips as the units
(:mod:`audiotest.analyse.compare`, :mod:`audiotest.analyse.headlines`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from audiotest.analyse.compare import Flipped, compare, flipped
from audiotest.analyse.headlines import headline_differences
from audiotest.types import Estimate, Record

if TYPE_CHECKING:
    import pandas


class MetricDifference(Struct, frozen=True):
    """A figure of the second run minus that of the first: ``difference`` with its 95% interval (``low``, ``high``; None
    where none can be given), its p-value (None: none), and the figure in each run. ``gain``: whether a rise is good."""

    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    first: float | None
    second: float | None
    n: int
    gain: bool = True


class ConditionComparison(Struct):
    """The differences under one condition, by metric, and for the accuracy by tag value (``"skill: pitch"``)."""

    metrics: dict[str, MetricDifference]
    tags: dict[str, MetricDifference]


class SuiteComparison(Struct):
    """The differences of one suite, by condition."""

    conditions: dict[str, ConditionComparison]


class Comparison(Struct):
    """How a second run differs from a first. ``flipped``: the trials that one got right and the other wrong."""

    suites: dict[str, SuiteComparison]
    flipped: list[Flipped]

    def to_frame(self) -> pandas.DataFrame:
        """A pandas data frame with a row a difference: suite, condition, tag, metric, first, second, difference, low,
        high, p, n. Raises ImportError without pandas."""
        import pandas

        return pandas.DataFrame(list(self.rows()))

    def rows(self) -> list[dict[str, Any]]:
        """The same as plain rows."""
        return [
            {"suite": suite, "condition": condition, "tag": tag, "metric": metric}
            | {name: getattr(one, name) for name in ("first", "second", "difference", "low", "high", "p", "n")}
            for suite, of in self.suites.items()
            for condition, under in of.conditions.items()
            for tag, metric, one in (
                *(("", metric, one) for metric, one in under.metrics.items()),
                *((tag, "accuracy", one) for tag, one in under.tags.items()),
            )
        ]


def compare_runs(first: Sequence[Record], second: Sequence[Record], *, common: bool = False) -> Comparison:
    """The comparison of two runs' records; ``common``: trials that only one run has are left out.

    Raises :class:`~audiotest.analyse.compare.NotComparable` for runs that did not ask the same.
    """
    suites: dict[str, SuiteComparison] = {}

    def under(suite: str, condition: str) -> ConditionComparison:
        conditions = suites.setdefault(suite, SuiteComparison({})).conditions
        return conditions.setdefault(condition, ConditionComparison({}, {}))

    for one in compare(first, second, common=common):
        difference = _difference(one.difference, one.p, one.first, one.second, one.gain)
        place = under(one.suite, one.condition)
        if one.tag:
            place.tags[one.tag] = difference
        else:
            place.metrics["accuracy"] = difference
    for figure in headline_differences(first, second, common=common):
        values = figure.first.value, figure.second.value
        difference = _difference(figure.difference, figure.p, *values, figure.better > 0)
        name = f"{figure.figure} versus {figure.versus}" if figure.versus not in ("", "text_only") else figure.figure
        under(figure.suite, figure.condition).metrics[name] = difference
    return Comparison(suites, flipped(first, second, common=common))


def _difference(
    estimate: Estimate, p: float | None, first: float | None, second: float | None, gain: bool
) -> MetricDifference:
    return MetricDifference(estimate.value, estimate.low, estimate.high, p, first, second, estimate.n, gain)
