"""Accuracy over the signal-to-noise ratio: a panel a suite, with 95% CIs, the chance line and the half-way point.

The half-way point is ``threshold_snr``: the ratio at which accuracy is half-way between guessing and the best, with its
interval (:mod:`audiotest.analyse.metrics.threshold_snr`). The accuracy without added noise stands at the right.
"""

from __future__ import annotations

from typing import Any

from audiotest.analyse.metrics.threshold_snr import sweep_ratios
from audiotest.analyse.summary import ORIGINAL, SuiteSummary
from audiotest.report.plots._figure import (
    GREY,
    NORMAL,
    SMALL,
    Runs,
    Series,
    by_suite,
    errors,
    inert,
    legend,
    panels,
    percent,
    plain,
    series,
)
from audiotest.runs import Run
from audiotest.types import Estimate


def draw(run: Runs, *, suite: str | None = None) -> Any:
    """The figure, of one run or of several. Raises :class:`~audiotest.runs.RunError` where no sweep ran."""
    every = series(run)
    rows = by_suite(every, _swept, suite, "no suite ran under two ratios or more, noise(snr_db=[...]) or babble")
    figure, free = panels(list(rows))
    used = []
    for (name, own), axes in zip(rows.items(), free, strict=True):
        used.append(axes)
        plain(axes, name, _thresholds(own))
        _panel(axes, own, {kind for _, summary in own for kind in _kinds(summary)})
    used[0].set_ylabel("accuracy, 95% CI", fontsize=NORMAL)
    legend(figure, used)
    return figure


def _panel(axes: Any, own: list[tuple[Series, SuiteSummary]], kinds: set[str]) -> None:
    """The curves of one suite; a run has one for each kind of noise."""
    points = [ratio for _, summary in own for curve in _kinds(summary).values() for ratio, _ in curve]
    first, last = min(points), max(points)
    clean = last + max(0.15 * (last - first), 1.0)
    chance = max((level for _, summary in own if (level := _chance(summary)) is not None), default=None)
    if chance is not None:
        axes.axhline(chance, color=GREY, linewidth=1, linestyle=":", label="chance")
    for one, summary in own:
        for number, (kind, curve) in enumerate(_kinds(summary).items()):
            estimates = [estimate for _, estimate in curve]
            axes.errorbar(
                [ratio for ratio, _ in curve],
                [estimate.value for estimate in estimates],
                yerr=errors(estimates),
                capsize=2,
                label=inert(f"{one.name}, {kind}" if len(kinds) > 1 else one.name),
                **{**one.style, "markerfacecolor": "white" if number else one.colour},
            )
        whole = _accuracy(summary, ORIGINAL)
        if whole is not None:
            style = {**one.style, "linestyle": "none"}
            axes.errorbar([clean], [whole.value], yerr=errors([whole]), capsize=2, **style)
        _halfway(axes, one, summary)
    ticks = sorted(set(points))
    axes.set_xticks([*ticks, clean], [*(f"{ratio:g}".replace("-", "−") for ratio in ticks), "clean"], fontsize=SMALL)
    axes.set_xlabel("signal-to-noise ratio (dB)", fontsize=NORMAL)
    axes.set_ylim(-0.03, 1.03)
    percent(axes.yaxis)


def _thresholds(own: list[tuple[Series, SuiteSummary]]) -> str:
    """The half-way points in words."""
    there = [(one.name, threshold) for one, summary in own if (threshold := _threshold(summary)) is not None]
    return "\n".join(f"half-way{f' ({name})' if len(own) > 1 else ''}: {_decibel(of)}" for name, of in there)


def _halfway(axes: Any, one: Series, summary: SuiteSummary) -> None:
    """The threshold as a vertical line, with its interval as a band; an end beyond the sweep is left open."""
    threshold = _threshold(summary)
    if threshold is None:
        return
    axes.axvline(threshold.value, color=one.colour, linewidth=1, linestyle=one.style["linestyle"], alpha=0.8,
                 label="half-way point")  # fmt: skip
    if threshold.low is not None and threshold.high is not None:
        axes.axvspan(threshold.low, threshold.high, color=one.colour, alpha=0.12, linewidth=0)


def _threshold(summary: SuiteSummary) -> Estimate | None:
    figures = summary.conditions[ORIGINAL].metrics if ORIGINAL in summary.conditions else {}
    threshold = figures.get("threshold_snr")
    return None if threshold is None or threshold.value is None else threshold


def _decibel(threshold: Estimate) -> str:
    ends = (threshold.low, threshold.high)
    interval = "" if None in ends else f" (95% CI {threshold.low:.1f} to {threshold.high:.1f})"
    return f"{threshold.value:.1f} dB{interval}".replace("-", "−")


def _swept(run: Run, name: str) -> SuiteSummary | None:
    summary = run.summary.suites[name]
    return summary if any(len(curve) > 1 for curve in _kinds(summary).values()) else None


def _kinds(summary: SuiteSummary) -> dict[str, list[tuple[float, Estimate]]]:
    """The curves of a suite by the kind of noise: (ratio, accuracy), ascending."""
    curves: dict[str, list[tuple[float, Estimate]]] = {}
    for condition, ratio in sorted(sweep_ratios(summary.conditions).items(), key=lambda pair: pair[1]):
        accuracy = _accuracy(summary, condition)
        if accuracy is not None:
            curves.setdefault(condition.partition("(")[0], []).append((ratio, accuracy))
    return {kind: curve for kind, curve in curves.items() if len(curve) > 1}


def _accuracy(summary: SuiteSummary, condition: str) -> Estimate | None:
    row = summary.conditions.get(condition)
    accuracy = row.metrics.get("accuracy") if row is not None else None
    return None if accuracy is None or accuracy.value is None else accuracy


def _chance(summary: SuiteSummary) -> float | None:
    row = summary.conditions.get(ORIGINAL)
    level = row.metrics.get("chance") if row is not None else None
    return None if level is None else level.value
