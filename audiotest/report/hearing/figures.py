"""Figures of an audiogram: the chart as audiologists draw it, a spider of faculties against people, psychometric
curves.

- The chart has frequency on a logarithmic axis and level downwards, so that what lies higher is heard better. Bars
  are 95%
  intervals; an arrow stands where the threshold is beyond the levels that were played.
- The spider's rings are factors: a point on the ring 1 hears as people do, further out hears smaller differences.
  The band is what is published of people.
- A curve has its points (their area is the number of answers), its 95% interval and the line of guessing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from audiotest.hearing.results import Audiogram, HearingError, Result
from audiotest.hearing.tracks import position
from audiotest.registry import FACULTIES
from audiotest.report.hearing.table import named
from audiotest.report.plots._figure import (
    GREY,
    NORMAL,
    SMALL,
    WIDTH,
    Drawing,
    drawing,
    inert,
    no_minor_labels,
    percent,
    plain,
)
from audiotest.report.texts import ENGLISH, faculty_name, text

_BLUE, _ORANGE, _GREEN = "#0072B2", "#D55E00", "#009E73"
CHARTS = ("tone_in_quiet", "tone_in_noise")
"""The faculties that have a chart over frequency."""
_Compared = tuple[str, float, float, float | None, float | None, float]
_ACROSS, _PANEL, _WIDE = 5, 1.6, 10.0
_RINGS = (-2.0, -1.0, 0.0, 1.0)
_INNERMOST, _OUTERMOST = -2.6, 1.6


def check_format(path: Path) -> None:
    """Raise :class:`HearingError` for an ending that no figure can be written as."""
    known = sorted(drawing(1).canvas.get_supported_filetypes())
    if path.suffix.lstrip(".").lower() not in known:
        raise HearingError(f"{path}: no format of a figure has that ending; known: {', '.join(known)}")


def overview(audiogram: Audiogram) -> Drawing:
    """All of it on a page: charts and spider above, curves below. Raises :class:`HearingError` where nothing was
    measured."""
    curves_of = with_curves(audiogram)
    charted = [name for name in CHARTS if any(r.faculty == name for r in audiogram.faculties.values())]
    compared = _compared(audiogram)
    top = [*charted, *(["spider"] if len(compared) >= 3 else [])]
    down = -(-len(curves_of) // _ACROSS)
    if not top and not curves_of:
        raise HearingError(f"there is nothing to draw: {audiogram.model} has no threshold; the table says why")
    above = 3.6 if top else 0.0
    result = drawing(above + _PANEL * down + 0.3, _WIDE)
    result.suptitle(inert(f"Audiogram of {audiogram.model}"), fontsize=NORMAL, x=0.01, ha="left")
    parts = [height for height in (above, _PANEL * down) if height]
    figures = np.atleast_1d(result.subfigures(len(parts), 1, height_ratios=parts)).tolist()
    if top:
        row = figures.pop(0)
        for place, what in enumerate(top, 1):
            axes = row.add_subplot(1, len(top), place, projection="polar" if what == "spider" else None)
            _spider(axes, compared) if what == "spider" else _chart(axes, audiogram, what)
    if curves_of:
        _panels(figures.pop(0), curves_of)
    return result


def chart(audiogram: Audiogram, faculty: str, language: str = ENGLISH) -> Drawing:
    """The chart of one of :data:`CHARTS` by itself."""
    result = drawing(3.2, 0.75 * WIDTH)
    _chart(result.subplots(), audiogram, faculty, language)
    return result


def spider(audiogram: Audiogram, language: str = ENGLISH) -> Drawing | None:
    """The spider by itself; None where fewer than three faculties can be compared with people."""
    compared = _compared(audiogram, language)
    if len(compared) < 3:
        return None
    result = drawing(4.4, 0.9 * WIDTH)
    _spider(result.add_subplot(projection="polar"), compared, language)
    return result


def curve(result: Result) -> Drawing:
    """The psychometric curve of one track."""
    out = drawing(2.2, 3.2)
    _curve(out.subplots(), result, small=False)
    return out


def with_curves(audiogram: Audiogram) -> list[Result]:
    """The tracks that have a psychometric curve."""
    return [result for result in audiogram.faculties.values() if result.curve is not None]


def _chart(axes: Any, audiogram: Audiogram, faculty: str, language: str = ENGLISH) -> None:
    results = [r for r in audiogram.faculties.values() if r.faculty == faculty and r.variant is not None]
    results.sort(key=lambda r: r.variant or 0.0)
    name = faculty_name(language, faculty)
    plain(axes, name[:1].upper() + name[1:])
    axes.set_xscale("log")
    frequencies = [r.variant for r in results]
    axes.set_xticks(frequencies, [f"{f:g}" if f < 1000 else f"{f / 1000:g}k" for f in frequencies if f is not None])
    axes.minorticks_off()
    axes.set_xlim(100, 10500)
    human = [(r.variant, r.human) for r in results if r.human is not None]
    if human and human[0][1].comparable:
        x = [100, *(f for f, _ in human), 10500]
        low, high = ([getattr(h, end) for _, h in human] for end in ("low", "high"))
        axes.fill_between(x, [low[0], *low, low[-1]], [high[0], *high, high[-1]], color=_GREEN, alpha=0.25,
                          lw=3 if low == high else 0, label=text(language, "hear.line_people"))  # fmt: skip
    elif human:  # another unit: shifted so that its best point is the model's best, for the shape
        published = [h.low for _, h in human]
        best = min((r.threshold for r in results if r.threshold is not None), default=results[0].hardest)
        shifted = [v - min(published) + best for v in published]
        axes.plot(
            [f for f, _ in human],
            shifted,
            color=_GREEN,
            ls="--",
            lw=1.2,
            label=text(language, "hear.line_people_shape"),
        )
    measured = [r for r in results if r.threshold is not None]
    if measured:
        values = [r.threshold or 0.0 for r in measured]
        ends = [
            [abs(v - (v if r.low is None else r.low)) for v, r in zip(values, measured, strict=True)],
            [abs(v - (v if r.high is None else r.high)) for v, r in zip(values, measured, strict=True)],
        ]
        axes.errorbar([r.variant for r in measured], values, yerr=ends, color=_BLUE, marker="o",
                      ms=5, lw=1.4, capsize=2, label=text(language, "hear.line_model"))  # fmt: skip
    missing = text(language, "hear.no_threshold")
    for r in results:
        if r.verdict == "beyond":
            axes.annotate(
                "",
                (r.variant, r.hardest - 4),
                (r.variant, r.hardest + 6),
                arrowprops={"arrowstyle": "->", "color": _BLUE},
            )
        elif r.threshold is None:
            axes.plot([r.variant], [r.easiest], marker="x", ms=6, color=_ORANGE, ls="", label=missing)
    first = results[0]
    axes.set_ylim(first.easiest + 6, first.hardest - 6)  # downwards
    axes.set_xlabel(text(language, "hear.axis_frequency"), fontsize=SMALL)
    axes.set_ylabel(first.unit, fontsize=SMALL)
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    axes.legend(handles.values(), handles.keys(), fontsize=SMALL - 1, frameon=False, loc="lower left")


def _compared(audiogram: Audiogram, language: str = ENGLISH) -> list[_Compared]:
    """By faculty with comparable figures of people: (label, decades of people's spread, decades by which the model is
    better than people's middle, and the ends of that). Of several variants, the one in the middle."""
    by_faculty: dict[str, list[Result]] = {}
    for result in audiogram.faculties.values():
        if result.human is not None and result.human.comparable and result.threshold is not None:
            by_faculty.setdefault(result.faculty, []).append(result)
    rows = []
    for name, results in by_faculty.items():
        result = results[len(results) // 2]
        faculty, human = FACULTIES.get(name), result.human
        assert human is not None
        assert result.threshold is not None
        ends = [position(faculty, human.low), position(faculty, human.high)]
        middle = sum(ends) / 2
        own = position(faculty, result.threshold)
        low, high = (None if e is None else middle - position(faculty, e) for e in (result.low, result.high))
        own_name = faculty_name(language, name)
        label = own_name + named(result).removeprefix(name).replace(" ", "\n", 1)
        rows.append((label, max(abs(ends[1] - ends[0]) / 2, 0.05), middle - own, low, high, middle))
    return rows


def _spider(axes: Any, rows: Sequence[_Compared], language: str = ENGLISH) -> None:
    angles = np.linspace(0, 2 * math.pi, len(rows), endpoint=False)
    closed = np.append(angles, angles[0])
    spread = np.array([row[1] for row in rows])
    spread = np.append(spread, spread[0])
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.fill_between(closed, -spread, spread, color=_GREEN, alpha=0.25, lw=0)
    values = np.clip([row[2] for row in rows], _INNERMOST + 0.1, _OUTERMOST - 0.1)
    axes.plot(closed, np.append(values, values[0]), color=_BLUE, marker="o", ms=4, lw=1.4)
    for angle, row in zip(angles, rows, strict=True):
        if row[3] is not None and row[4] is not None:
            axes.plot([angle, angle], np.clip([row[3], row[4]], _INNERMOST, _OUTERMOST), color=_BLUE, lw=1)
    axes.set_ylim(_INNERMOST, _OUTERMOST)
    axes.set_yticks(_RINGS, ["÷100", "÷10", "", "×10"], fontsize=SMALL - 2, color=GREY)
    axes.set_rlabel_position(180 / len(rows))
    axes.set_xticks(angles, [row[0] for row in rows], fontsize=SMALL - 1)
    axes.tick_params(axis="x", pad=6)
    axes.grid(color="#dddddd", lw=0.6)
    axes.set_title(text(language, "hear.against_people"), fontsize=SMALL, loc="left", pad=26)


def _panels(into: Any, results: Sequence[Result]) -> None:
    down = -(-len(results) // _ACROSS)
    grid = into.subplots(down, _ACROSS, squeeze=False).ravel()
    for axes in grid[len(results) :]:
        axes.remove()
    for axes, result in zip(grid, results, strict=False):
        _curve(axes, result, small=True)


def _curve(axes: Any, result: Result, *, small: bool) -> None:
    assert result.curve is not None
    size = SMALL - 2 if small else SMALL
    plain(axes)
    if small:
        axes.set_title(inert(named(result)), fontsize=size, loc="left")
    axes.tick_params(labelsize=size - 1 if small else size)
    if result.scale == "log":
        axes.set_xscale("log")
        no_minor_labels(axes.xaxis)
        if max(result.hardest, result.easiest) / min(result.hardest, result.easiest) < 100:
            ends = sorted((result.hardest, result.easiest))
            ticks = [t for t in (0.5, 1, 2, 5, 10, 20, 50, 100, 500) if ends[0] <= t <= ends[1]]
            axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.fill_between(result.curve.levels, result.curve.low, result.curve.high, color=_BLUE, alpha=0.2, lw=0)
    axes.plot(result.curve.levels, result.curve.p, color=_BLUE, lw=1.2)
    most = max(point.n for point in result.points)
    sizes = [4 + (20 if small else 40) * point.n / most for point in result.points]
    shares = [point.right / point.n for point in result.points]
    axes.scatter([point.level for point in result.points], shares, s=sizes, color="black", alpha=0.5, lw=0, zorder=3)
    axes.axhline(result.chance, color=GREY, lw=0.8, ls=":")
    if result.threshold is not None:
        axes.axvline(result.threshold, color=_ORANGE, lw=1)
    if result.human is not None and result.human.comparable:
        axes.axvspan(result.human.low * (1 if result.human.low != result.human.high else 0.99), result.human.high,
                     color=_GREEN, alpha=0.25, lw=0)  # fmt: skip
    axes.set_ylim(0, 1.03)
    percent(axes.yaxis)
    axes.set_xlabel(inert(result.unit), fontsize=size)
