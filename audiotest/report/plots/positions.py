"""At which place of the list the chosen option stood, against where the right one stood: position bias at a glance.

A bar is the share of cases in which the option at that place was chosen, the line across it the share in which the
right one stood there. Bars that add up to less than 100% leave replies in which no option could be read.
"""

from __future__ import annotations

from typing import Any

from msgspec import UnsetType

from audiotest.analyse.summary import Position
from audiotest.report.plots._figure import (
    NORMAL,
    SMALL,
    Runs,
    Series,
    by_suite,
    fill,
    inert,
    legend,
    panels,
    percent,
    series,
)
from audiotest.runs import Run

_SPREAD = 0.8
"""The share of the way between two places that the bars of all runs take."""


def draw(run: Runs, *, suite: str | None = None) -> Any:
    """The figure, a panel a suite. Raises :class:`~audiotest.runs.RunError` where no suite has multiple-choice
    answers."""
    every = series(run)
    rows = by_suite(every, _positions, suite, "positions need multiple-choice answers under original")
    titles = [f"{name} (n = {_span([_cases(places) for _, places in own])})" for name, own in rows.items()]
    figure, free = panels(titles)
    used = []
    for own, axes in zip(rows.values(), free, strict=True):
        used.append(axes)
        _panel(axes, own, len(every))
    used[0].set_ylabel("share of the cases", fontsize=NORMAL)
    legend(figure, used)
    return figure


def _panel(axes: Any, own: list[tuple[Series, list[Position]]], runs: int) -> None:
    axes.grid(False, axis="x")
    width = _SPREAD / runs
    for one, places in own:
        count = _cases(places)
        at = [i + 1 + (one.place - (runs - 1) / 2) * width for i in range(len(places))]
        chosen, right = ([getattr(place, name) / count for place in places] for name in ("chosen", "right"))
        label = "chosen" if runs == 1 else f"chosen by {one.name}"
        axes.bar(at, chosen, width=0.92 * width, label=inert(label), **fill(one.place))
        axes.hlines(right, [x - width / 2 for x in at], [x + width / 2 for x in at], color="black", linewidth=2,
                    label="right option stood there")  # fmt: skip
    most = max(len(places) for _, places in own)
    axes.set_xticks(range(1, most + 1), [str(i) for i in range(1, most + 1)], fontsize=SMALL)
    axes.set_xlabel("place in the list of options", fontsize=NORMAL)
    axes.set_ylim(0, None)
    percent(axes.yaxis)


def _positions(run: Run, name: str) -> list[Position] | None:
    profile = run.summary.suites[name].profile
    if isinstance(profile, UnsetType) or not _cases(profile.positions):
        return None
    return profile.positions


def _cases(places: list[Position]) -> int:
    """The cases with a right option; each stands at one place."""
    return sum(place.right for place in places)


def _span(counts: list[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"
