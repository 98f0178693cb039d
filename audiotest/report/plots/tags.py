"""Accuracy by the values of a tag, with 95% CIs and n: a panel a suite, the values in the order of the first run.

Values that a single case has are folded into one row, since a share of one case says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audiotest.analyse.summary import ORIGINAL
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
    percent,
    plain,
    series,
)
from audiotest.runs import Run, RunError
from audiotest.types import Estimate, Record

_SPREAD = 0.6
Values = dict[str, Estimate]


def draw(run: Runs, *, tag: str | None = None, suite: str | None = None, condition: str = ORIGINAL) -> Any:
    """The figure. ``tag`` may be left out where the runs have one tag only.

    Raises :class:`~audiotest.runs.RunError` for a tag that no case has, and where nothing was judged under
    ``condition``.
    """
    every = series(run)
    tag = tag or _only_tag(every, suite)
    missing = f"no judged trial under {condition} has the tag {tag!r}; tags are {_listed(every, suite)}"
    rows = by_suite(every, lambda own, name: _by_value(own, name, tag, condition), suite, missing)
    orders = [_order(own) for own in rows.values()]
    heights = [0.25 + (0.22 + 0.1 * (len(every) - 1)) * len(order) for order in orders]
    figure = drawing(1.0 + sum(heights) + 0.35 * len(heights))
    panels = figure.subplots(len(rows), 1, squeeze=False, sharex=True, height_ratios=heights).ravel()
    for (name, own), order, axes in zip(rows.items(), orders, panels, strict=True):
        plain(axes, f"{name}, by {tag}" + ("" if condition == ORIGINAL else f", under {condition}"))
        _panel(axes, own, order, len(every))
        _chance(axes, own, name, condition)
    panels[-1].set_xlim(-0.03, 1.03)
    percent(panels[-1].xaxis)
    panels[-1].set_xlabel("accuracy, 95% CI", fontsize=NORMAL)
    legend(figure, panels)
    return figure


def _panel(axes: Any, own: list[tuple[Series, Values]], order: Sequence[str], runs: int) -> None:
    axes.grid(False, axis="y")
    for one, values in own:
        offset = (one.place - (runs - 1) / 2) * _SPREAD / max(runs, 2)
        there = [(y + offset, values[value]) for y, value in enumerate(order) if value in values]
        estimates = [estimate for _, estimate in there]
        axes.errorbar([e.value for e in estimates], [y for y, _ in there], xerr=errors(estimates), capsize=2,
                      label=inert(one.name), **{**one.style, "linestyle": "none"})  # fmt: skip
    axes.set_yticks(
        range(len(order)), [inert(f"{value} (n = {_count(own, value)})") for value in order], fontsize=SMALL
    )
    axes.set_ylim(len(order) - 0.4, -0.6)


def _chance(axes: Any, own: list[tuple[Series, Values]], suite: str, condition: str) -> None:
    try:
        trials = Trials(record for record in own[0][0].run.records if record.suite == suite)
        level = METRICS.get("chance").measure(trials, condition=condition).value
    except NotMeasured:
        return
    axes.axvline(level, color=GREY, linewidth=1, linestyle=":", label="chance")


def _by_value(run: Run, suite: str, tag: str, condition: str) -> Values | None:
    """The accuracy of every value, with those of one case folded into one entry."""
    groups: dict[str, list[Record]] = {}
    for record in run.records:
        if record.suite == suite and record.condition == condition:
            for value in record.tags.get(tag, ()):
                groups.setdefault(value, []).append(record)
    measured = {value: accuracy for value, own in groups.items() if (accuracy := _accuracy(own, condition)) is not None}
    single = [value for value, accuracy in measured.items() if accuracy.n == 1]
    if len(single) > 1:
        folded = {record.case: record for value in single for record in groups[value]}
        together = _accuracy(folded.values(), condition)
        measured = {value: accuracy for value, accuracy in measured.items() if value not in single}
        if together is not None:
            measured[f"{len(single)} values of one case each"] = together
    return measured or None


def _accuracy(records: Any, condition: str) -> Estimate | None:
    try:
        accuracy: Estimate = METRICS.get("accuracy").measure(Trials(records), condition=condition)
    except NotMeasured:
        return None
    return accuracy


def _order(own: list[tuple[Series, Values]]) -> list[str]:
    """The values by the accuracy of the first run that has them, the best first; what is folded last."""
    first: Values = {}
    for _, values in own:
        for value, accuracy in values.items():
            first.setdefault(value, accuracy)
    return sorted(
        first, key=lambda value: (value.endswith("values of one case each"), -(first[value].value or 0), value)
    )


def _count(own: list[tuple[Series, Values]], value: str) -> str:
    counts = [values[value].n for _, values in own if value in values]
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


def _tags(every: Sequence[Series], suite: str | None) -> list[str]:
    names = {tag for one in every for record in one.run.records if suite in (None, record.suite) for tag in record.tags}
    return sorted(names)


def _listed(every: Sequence[Series], suite: str | None) -> str:
    return ", ".join(_tags(every, suite)) or "none"


def _only_tag(every: Sequence[Series], suite: str | None) -> str:
    known = _tags(every, suite)
    if len(known) != 1:
        raise RunError(
            "there is nothing to draw: no case has a tag"
            if not known
            else f"name a tag to draw; there is {', '.join(known)}"
        )
    return known[0]
