"""The verdict on two runs in sentences: what changed beyond chance, what got worse first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from audiotest.analyse.compare import Difference
from audiotest.analyse.headlines import FigureDifference
from audiotest.analyse.summary import ORIGINAL
from audiotest.report.texts import ENGLISH, text
from audiotest.types import Estimate

Kind = Literal["good", "bad", "plain"]
MARKS: dict[Kind, str] = {"good": "✓", "bad": "✗", "plain": "·"}
_LEVEL = 0.05
_WITHOUT_SOUND = "text_only"
"""The condition that the gap of a verdict is held against: that of the run's own verdict."""
_LEAST = 0.001
"""Smaller p-values are said to be below it."""
_MOST = 6
"""Sentences of a verdict; how many more changes there are is said."""


class Change(Struct, frozen=True):
    """A sentence of the verdict."""

    kind: Kind
    text: str


class _Difference(Struct, frozen=True):
    """A difference that is more than chance; ``leads``: it is of the figures that stand for a suite."""

    leads: bool
    difference: Estimate
    p: float
    figure: str

    @property
    def value(self) -> float:
        """The second run's minus the first's, as a fraction of 1."""
        return self.difference.value or 0.0

    def place(self) -> tuple[bool, bool, float]:
        """What it is sorted by: what got worse, then what got better; the leading figures first."""
        return self.value > 0, not self.leads, self.value


def verdict(
    differences: Iterable[Difference], figures: Iterable[FigureDifference], language: str = ENGLISH
) -> list[Change]:
    """What changed with p below 0.05 in the suites' accuracies and in their listening gaps; or that nothing did.
    Accuracies where nothing can be heard are left out: a rise there is no gain."""
    accuracies = [
        _Difference(d.condition == ORIGINAL, d.difference, d.p,
                    text(language, "compare.accuracy_of", suite=d.suite, condition=d.condition))
        for d in differences
        if not d.tag and d.gain and d.p < _LEVEL and d.difference.value
    ]  # fmt: skip
    gaps = [
        _Difference(True, d.difference, d.p, text(language, "compare.gap_of", suite=d.suite))
        for d in figures
        if d.figure == "listening_gap" and d.versus == _WITHOUT_SOUND and d.p is not None and d.p < _LEVEL
    ]
    sentences = [_sentence(language, one) for one in sorted([*accuracies, *gaps], key=_Difference.place)]
    if len(sentences) > _MOST:
        sentences[_MOST:] = [Change("plain", text(language, "verdict.more", n=len(sentences) - _MOST))]
    return sentences or [Change("plain", text(language, "compare.no_change"))]


def p_value(p: float | None) -> str:
    """A p-value in three decimals; ``-`` for none."""
    return "-" if p is None else f"< {_LEAST}" if p < _LEAST else f"{p:.3f}"


def _sentence(language: str, one: _Difference) -> Change:
    low, high = one.difference.low, one.difference.high
    points = text(language, "verdict.points", value=f"{100 * one.value:+.1f}")
    if low is not None and high is not None:
        points += text(language, "verdict.gap_interval", low=f"{100 * low:+.1f}", high=f"{100 * high:+.1f}")
    better, p = one.value > 0, p_value(one.p)
    key = "compare.is_better" if better else "compare.is_worse"
    shown = text(language, key, figure=one.figure, points=points, p=f"p {p if one.p < _LEAST else f'= {p}'}")
    return Change("good" if better else "bad", shown)
