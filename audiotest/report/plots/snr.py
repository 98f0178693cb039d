"""Accuracy over the signal-to-noise ratio: a panel a suite, with 95% CIs, the chance line and the half-way point.

Of transcripts it is the error rate (``wer``, ``cer``) that is drawn, and the half-way point is that of the words
recognised.

The half-way point is ``threshold_snr``: the ratio at which accuracy is half-way between guessing and the best, with its
interval (:mod:`audiotest.analyse.metrics.threshold_snr`). The accuracy without added noise stands at the right.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from audiotest.analyse.metrics.threshold_snr import sweep_ratios
from audiotest.analyse.summary import ORIGINAL, SuiteSummary
from audiotest.report.leading import is_share, leading_metrics
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
    rows = by_suite(every, _Sweep.of, suite, "no suite ran under two ratios or more, noise(snr_db=[...]) or babble")
    figure, free = panels(list(rows))
    used = []
    for (name, own), axes in zip(rows.items(), free, strict=True):
        used.append(axes)
        metric = own[0][1].metric
        plain(axes, name, _thresholds(own))
        _panel(axes, own, {kind for _, sweep in own for kind in sweep.kinds})
        if len(used) == 1 or metric != "accuracy":
            axes.set_ylabel(f"{metric}, 95% CI", fontsize=NORMAL)
    legend(figure, used)
    return figure


def _panel(axes: Any, own: list[tuple[Series, _Sweep]], kinds: set[str]) -> None:
    """The curves of one suite; a run has one for each kind of noise."""
    points = [ratio for _, sweep in own for curve in sweep.kinds.values() for ratio, _ in curve]
    first, last = min(points), max(points)
    clean = last + max(0.15 * (last - first), 1.0)
    chance = max((level for _, sweep in own if (level := sweep.chance) is not None), default=None)
    if chance is not None:
        axes.axhline(chance, color=GREY, linewidth=1, linestyle=":", label="chance")
    for one, sweep in own:
        for number, (kind, curve) in enumerate(sweep.kinds.items()):
            estimates = [estimate for _, estimate in curve]
            axes.errorbar(
                [ratio for ratio, _ in curve],
                [estimate.value for estimate in estimates],
                yerr=errors(estimates),
                capsize=2,
                label=inert(f"{one.name}, {kind}" if len(kinds) > 1 else one.name),
                **{**one.style, "markerfacecolor": "white" if number else one.colour},
            )
        whole = sweep.figure(ORIGINAL)
        if whole is not None:
            style = {**one.style, "linestyle": "none"}
            axes.errorbar([clean], [whole.value], yerr=errors([whole]), capsize=2, **style)
        _halfway(axes, one, sweep)
    ticks = sorted(set(points))
    axes.set_xticks([*ticks, clean], [*(f"{ratio:g}".replace("-", "−") for ratio in ticks), "clean"], fontsize=SMALL)
    axes.set_xlabel("signal-to-noise ratio (dB)", fontsize=NORMAL)
    if is_share(own[0][1].metric):
        highest = max((e.high or e.value or 0 for _, sweep in own for e in sweep.estimates), default=1.0)
        axes.set_ylim(-0.03, max(1.03, 1.03 * highest))
        percent(axes.yaxis)


def _thresholds(own: list[tuple[Series, _Sweep]]) -> str:
    """The half-way points in words."""
    there = [(one.name, threshold) for one, sweep in own if (threshold := sweep.threshold) is not None]
    return "\n".join(f"half-way{f' ({name})' if len(own) > 1 else ''}: {_decibel(of)}" for name, of in there)


def _halfway(axes: Any, one: Series, sweep: _Sweep) -> None:
    """The threshold as a vertical line, with its interval as a band; an end beyond the sweep is left open."""
    threshold = sweep.threshold
    if threshold is None:
        return
    axes.axvline(threshold.value, color=one.colour, linewidth=1, linestyle=one.style["linestyle"], alpha=0.8,
                 label="half-way point")  # fmt: skip
    if threshold.low is not None and threshold.high is not None:
        axes.axvspan(threshold.low, threshold.high, color=one.colour, alpha=0.12, linewidth=0)


def _decibel(threshold: Estimate) -> str:
    ends = (threshold.low, threshold.high)
    interval = "" if None in ends else f" (95% CI {threshold.low:.1f} to {threshold.high:.1f})"
    return f"{threshold.value:.1f} dB{interval}".replace("-", "−")


class _Sweep:
    """A suite's figures over the ratios."""

    def __init__(self, summary: SuiteSummary, metric: str) -> None:
        self.summary, self.metric = summary, metric

    @classmethod
    def of(cls, run: Run, name: str) -> _Sweep | None:
        """The sweep of the suite ``name``, if there is one."""
        records = (record for record in run.records if record.suite == name)
        sweep = cls(run.summary.suites[name], leading_metrics(records).get(name, "accuracy"))
        return sweep if any(len(curve) > 1 for curve in sweep.kinds.values()) else None

    @cached_property
    def kinds(self) -> dict[str, list[tuple[float, Estimate]]]:
        """The curves by the kind of noise: (ratio, figure), ascending."""
        curves: dict[str, list[tuple[float, Estimate]]] = {}
        for condition, ratio in sorted(sweep_ratios(self.summary.conditions).items(), key=lambda pair: pair[1]):
            figure = self.figure(condition)
            if figure is not None:
                curves.setdefault(condition.partition("(")[0], []).append((ratio, figure))
        return {kind: curve for kind, curve in curves.items() if len(curve) > 1}

    @property
    def estimates(self) -> list[Estimate]:
        """All figures that are drawn."""
        return [estimate for curve in self.kinds.values() for _, estimate in curve]

    @property
    def threshold(self) -> Estimate | None:
        """The half-way point, where there is one."""
        return self._of(ORIGINAL, "threshold_snr")

    @property
    def chance(self) -> float | None:
        """The accuracy of blind guessing."""
        level = self._of(ORIGINAL, "chance")
        return None if level is None else level.value

    def figure(self, condition: str) -> Estimate | None:
        """The figure that is drawn, under ``condition``."""
        return self._of(condition, self.metric)

    def _of(self, condition: str, metric: str) -> Estimate | None:
        row = self.summary.conditions.get(condition)
        estimate = row.metrics.get(metric) if row is not None else None
        return None if estimate is None or estimate.value is None else estimate
