"""The verdict on two runs in sentences: what changed beyond chance, what got worse first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from audiotest.analyse.compare import Difference
from audiotest.analyse.headlines import FigureDifference
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


def verdict(
    differences: Iterable[Difference], figures: Iterable[FigureDifference], language: str = ENGLISH
) -> list[Change]:
    """What changed with p below 0.05 in the suites' accuracies and in their listening gaps; or that nothing did.
    Accuracies where nothing can be heard are left out: a rise there is no gain."""
    changes = [
        (d.difference, d.p, text(language, "compare.accuracy_of", suite=d.suite, condition=d.condition))
        for d in differences
        if not d.tag and d.gain and d.p < _LEVEL
    ]
    changes += [
        (d.difference, d.p, text(language, "compare.gap_of", suite=d.suite))
        for d in figures
        if d.figure == "listening_gap" and d.versus == _WITHOUT_SOUND and d.p is not None and d.p < _LEVEL
    ]
    changes.sort(key=lambda change: change[0].value or 0.0)
    sentences = [_sentence(language, *change) for change in changes if change[0].value]
    if len(sentences) > _MOST:
        sentences[_MOST:] = [Change("plain", text(language, "verdict.more", n=len(sentences) - _MOST))]
    return sentences or [Change("plain", text(language, "compare.no_change"))]


def p_value(p: float | None) -> str:
    """A p-value in three decimals; ``-`` for none."""
    return "-" if p is None else f"< {_LEAST}" if p < _LEAST else f"{p:.3f}"


def _sentence(language: str, difference: Estimate, p: float, figure: str) -> Change:
    value = difference.value or 0.0
    points = text(language, "verdict.points", value=f"{100 * value:+.1f}")
    if difference.low is not None and difference.high is not None:
        low, high = f"{100 * difference.low:+.1f}", f"{100 * difference.high:+.1f}"
        points += text(language, "verdict.gap_interval", low=low, high=high)
    kind: Kind = "good" if value > 0 else "bad"
    key = "compare.is_better" if value > 0 else "compare.is_worse"
    shown = p_value(p)
    return Change(
        kind, text(language, key, figure=figure, points=points, p=f"p {shown if p < _LEAST else f'= {shown}'}")
    )
