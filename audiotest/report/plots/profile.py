"""The listening profile of every suite as stacked shares: listened, guessable, fragile, misheard, unparsed, right.

What each label means stands in :mod:`audiotest.analyse.profile`.
"""

from __future__ import annotations

from typing import Any

from msgspec import UnsetType

from audiotest.analyse.profile import LABELS
from audiotest.analyse.summary import Profile
from audiotest.report.plots._figure import (
    NORMAL,
    SMALL,
    Runs,
    by_suite,
    drawing,
    fill,
    inert,
    legend,
    percent,
    plain,
    series,
)
from audiotest.runs import Run

_LEAST = 0.06
"""Shares below this are too narrow for their figure."""


def draw(run: Runs, *, suite: str | None = None) -> Any:
    """The figure, a bar a suite and run. Raises :class:`~audiotest.runs.RunError` where no suite has a profile, as one
    without multiple-choice answers under ``original`` has none."""
    every = series(run)
    rows = by_suite(every, _profile, suite, "a listening profile needs multiple-choice answers under original")
    bars = [
        (name if len(every) == 1 else f"{name}: {one.name}", profile)
        for name, own in rows.items()
        for one, profile in own
    ]
    figure = drawing(0.9 + 0.3 * len(bars))
    axes = figure.subplots()
    plain(axes)
    axes.grid(False)
    starts = [0.0] * len(bars)
    for place, label in enumerate(LABELS):
        shares = [estimate.value or 0.0 if (estimate := profile.shares.get(label)) else 0.0 for _, profile in bars]
        if not any(shares):
            continue
        axes.barh(range(len(bars)), shares, left=starts, height=0.72, label=label, **fill(place))
        for y, (start, share) in enumerate(zip(starts, shares, strict=True)):
            if share >= _LEAST:
                axes.text(start + share / 2, y, f"{100 * share:.0f}", ha="center", va="center", fontsize=SMALL - 1,
                          bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
        starts = [start + share for start, share in zip(starts, shares, strict=True)]
    axes.set_yticks(
        range(len(bars)), [f"{inert(name)} (n = {_cases(profile)})" for name, profile in bars], fontsize=SMALL
    )
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    percent(axes.xaxis)
    axes.set_xlabel("share of the cases", fontsize=NORMAL)
    legend(figure, [axes], columns=len(LABELS))
    return figure


def _profile(run: Run, name: str) -> Profile | None:
    own = run.summary.suites[name].profile
    return None if isinstance(own, UnsetType) or not own.shares else own


def _cases(profile: Profile) -> int:
    return max(estimate.n for estimate in profile.shares.values())
