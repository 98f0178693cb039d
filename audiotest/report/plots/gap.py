"""The listening gap of every suite, with its 95% CI: accuracy under ``original`` minus that without the sound.

A gap whose interval holds 0 gives no evidence that the model listens. See
:mod:`audiotest.analyse.metrics.listening_gap`.
"""

from __future__ import annotations

from typing import Any

from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.registry import METRICS
from audiotest.report.plots._figure import (
    GREY,
    NORMAL,
    SMALL,
    Runs,
    Series,
    by_suite,
    drawing,
    errors,
    inert,
    legend,
    plain,
    series,
)
from audiotest.runs import Run
from audiotest.types import Estimate

_SPREAD = 0.6
"""The share of a row's height over which the runs of one suite are spread."""


def draw(run: Runs, *, suite: str | None = None, versus: str = "text_only") -> Any:
    """The figure, a row a suite. ``versus`` is the condition without sound that is subtracted.

    Raises :class:`~audiotest.runs.RunError` where no suite ran under both conditions.
    """
    every = series(run)
    missing = f"a listening gap needs answers under original and {versus}"
    gaps = by_suite(every, lambda run, name: _gap(run, name, versus), suite, missing)
    figure = drawing(1.1 + (0.26 + 0.12 * (len(every) - 1)) * len(gaps))
    axes = figure.subplots()
    plain(axes)
    axes.grid(False, axis="y")
    axes.axvline(0, color=GREY, linewidth=1)
    for one in every:
        points = [(y, gap) for y, own in enumerate(gaps.values()) for other, gap in own if other is one]
        if points:
            offset = (one.place - (len(every) - 1) / 2) * _SPREAD / max(len(every), 2)
            estimates = [gap for _, gap in points]
            axes.errorbar(
                [gap.value for gap in estimates],
                [y + offset for y, _ in points],
                xerr=errors(estimates),
                capsize=2,
                label=inert(one.name),
                **{**one.style, "linestyle": "none"},
            )
    labels = [f"{inert(name)} (n = {_counts(own)})" for name, own in gaps.items()]
    axes.set_yticks(range(len(labels)), labels, fontsize=SMALL)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlim(min(-0.1, axes.get_xlim()[0]), 1.05)
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:+.0f}".replace("-", "−") if round(share, 9) else "0")
    axes.set_xlabel(f"listening gap against {versus}, percentage points, 95% CI", fontsize=NORMAL)
    legend(figure, [axes])
    return figure


def _gap(run: Run, suite: str, versus: str) -> Estimate | None:
    trials = Trials(record for record in run.records if record.suite == suite)
    try:
        gap: Estimate = METRICS.get("listening_gap").measure(trials, versus=versus)
    except NotMeasured:
        return None
    return gap


def _counts(own: list[tuple[Series, Estimate]]) -> str:
    low, high = min(gap.n for _, gap in own), max(gap.n for _, gap in own)
    return str(low) if low == high else f"{low} to {high}"
