"""An audiogram as a table in the terminal, and as CSV."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from audiotest import inert
from audiotest.counting import counted
from audiotest.hearing.comparison import Ratio
from audiotest.hearing.drift import together
from audiotest.hearing.results import Audiogram, Result
from audiotest.report.texts import ENGLISH, faculty_name

HEADS = ("faculty", "threshold", "95% CI", "unit", "questions", "easiest level", "people", "verdict")
_CSV = ("faculty", "variant", "variant unit", "unit", "verdict", "threshold", "low", "high", "questions", "failed",
        "right at the easiest level", "of", "unread", "chance", "lapse rate", "slope (decades)", "preferred place",
        "its share", "its p", "ratio of wordings", "p of the wordings", "drift", "p of the drift",
        "near the end", "people low", "people high", "people unit", "says")  # fmt: skip
RATIO_HEADS = ("faculty", "ratio", "95% CI")
_NARROW = 40
_DRIFTS = 0.01
"""The probability by chance below which a drift of all thresholds together is reported."""


def text(audiogram: Audiogram, width: int | None = None) -> str:
    """The table, with what has to be known of the model before its thresholds above it."""
    lines = [f"{audiogram.model}: {_counted(audiogram)}"]
    lines += [f"ended early: {audiogram.stopped}"] if audiogram.stopped else []
    lines += [*(f"- {note}" for note in notes(audiogram)), ""]
    rows = [HEADS, *(row(result) for result in audiogram.faculties.values())]
    widths = [max(len(cells[i]) for cells in rows) for i in range(len(HEADS))]
    total = width or shutil.get_terminal_size((160, 24)).columns
    widths[-1] = max(_NARROW, total - sum(widths[:-1]) - 2 * (len(HEADS) - 1))
    lines += [
        "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in _wrapped(rows, widths[-1])
    ]
    return "\n".join(lines)


def row(result: Result) -> tuple[str, ...]:
    """The cells of one track."""
    easiest = f"{result.easy_right} of {result.easy_n}" if result.easy_n else "-"
    return (
        named(result), figure(result.threshold), interval(result), result.unit, str(result.n), easiest, people(result),
        result.says,
    )  # fmt: skip


def named(result: Result, language: str = ENGLISH) -> str:
    """``pitch 440 Hz``; in English by the name that ``--only`` takes."""
    variant = "" if result.variant is None else f" {result.variant:g} {result.variant_unit}".rstrip()
    return f"{result.faculty if language == ENGLISH else faculty_name(language, result.faculty)}{variant}"


def figure(value: float | None) -> str:
    """A threshold in three digits; ``-`` for none."""
    return "-" if value is None else f"{value:.3g}"


def interval(result: Result | Ratio) -> str:
    """The 95% interval: ``3.1 to 5.2``, or ``below 1`` where only one end can be given."""
    low, high = result.low, result.high
    if low is None and high is None:
        return "-"
    if low is None:
        return f"below {figure(high)}"
    return f"above {figure(low)}" if high is None else f"{figure(low)} to {figure(high)}"


def people(result: Result) -> str:
    """The figure for people, with its unit where it is another one; ``~`` before one that is not confirmed."""
    human = result.human
    if human is None:
        return "-"
    ends = figure(human.low) if human.low == human.high else f"{figure(human.low)} to {figure(human.high)}"
    ends = ends if human.checked else f"~{ends}"
    return ends if human.comparable else f"{ends}{f' {human.unit}' if human.unit else ''} (not comparable)"


def notes(audiogram: Audiogram) -> Iterator[str]:
    """What has to be known before any threshold: tasks that cannot be done, biases, wordings that matter."""
    results = list(audiogram.faculties.values())
    asked = [r for r in results if r.verdict not in ("unsupported", "errors", "too_few")]
    without = [r for r in asked if r.verdict in ("cannot", "constant", "refuses", "unreadable", "deaf")]
    if asked:
        yield f"can do {len(asked) - len(without)} of {len(asked)} tasks as asked (75% right at the easiest level)"
    if asked and all(r.verdict == "deaf" for r in asked):
        yield "the model is deaf to all that was asked: its answers are what guessing gets"
    biased = found(results, "place_p")
    if biased:
        worst = max(biased, key=lambda r: r.place_share or 0.0)
        assert worst.place is not None
        assert worst.place_share is not None
        yield (
            f"answer bias in {len(biased)} of {len(asked)}: most in {named(worst)}, where the option "
            f"{'ABC'[worst.place]} is chosen in {worst.place_share:.0%}"
        )
    worded = found(results, "wording_p")
    if worded:
        most = max(worded, key=lambda r: r.wording_ratio or 0.0)
        yield (
            f"the wording matters in {len(worded)} of {len(asked)}: most in {named(most)}, by a factor of "
            f"{most.wording_ratio:.2g}"
        )
    near = [named(r) for r in results if r.near_end]
    if near:
        yield f"near the end of the levels, so that the threshold may be worse than estimated: {', '.join(near)}"
    yield from _drifts(results)
    failed = sum(r.failed for r in results)
    if failed:
        yield f"{counted(failed, 'question')} had no reply"


def found(results: Sequence[Result], name: str) -> list[Result]:
    """Those whose p of that ``name``, such as ``drift_p``, is below 0.05 over the number of tracks that have one: in an
    audiogram where nothing is wrong, one in twenty has any."""
    tested = [(r, p) for r in results if (p := getattr(r, name)) is not None]
    return [r for r, p in tested if p < 0.05 / len(tested)]


def _counted(audiogram: Audiogram) -> str:
    """How many tracks were measured, and how many of them have a threshold, or a bound of one only."""
    results = audiogram.faculties.values()
    thresholds = sum(r.threshold is not None for r in results)
    bounds = sum(r.threshold is None and (r.low is not None or r.high is not None) for r in results)
    asked = f"{counted(len(results), 'track')}, {counted(audiogram.questions, 'question')}"
    return f"{asked}; {counted(thresholds, 'threshold')}" + (f", {bounds} beyond the levels" if bounds else "")


def _drifts(results: Sequence[Result]) -> Iterator[str]:
    """Thresholds that changed in the course of the run: all together, and those that did by themselves."""
    tested = [r for r in results if r.drift_z is not None and r.drift_p is not None and r.drift_ratio is not None]
    if len(tested) > 1:
        z, p = together([r.drift_z or 0.0 for r in tested])
        if p < _DRIFTS:
            yield (
                f"drift: hearing gets {'worse' if z > 0 else 'better'} in the course of the run, over all "
                f"{len(tested)} thresholds together (p = {p:.2g}); each is an average over the run"
            )
    alone = found(tested, "drift_p")
    if alone:
        most = min(alone, key=lambda r: r.drift_p or 0.0)
        yield (
            f"drift in {len(alone)} of {len(tested)}: most in {named(most)}, where the threshold of the second half is "
            f"{most.drift_ratio:.2g} times that of the first (p = {most.drift_p:.2g})"
        )


def ratios(rows: Sequence[Ratio], name: str, other: str) -> str:
    """The comparison of two models."""
    if not rows:
        return f"{name} and {other} have no faculty in common; measure the same ones of both (`audiotest hear --only`)"
    lines = [f"threshold of {name} over that of {other} (below 1: it hears more; * : 1 is outside of the 95% CI)", ""]
    cells = [RATIO_HEADS, *map(ratio_row, rows)]
    widths = [max(len(c[i]) for c in cells) for i in range(2)]
    return "\n".join([*lines, *(f"{a.ljust(widths[0])}  {b.ljust(widths[1])}  {c}".rstrip() for a, b, c in cells)])


def ratio_row(one: Ratio) -> tuple[str, str, str]:
    """The cells of one ratio, or of the sentence in its place."""
    return one.name, f"{figure(one.ratio)}{'*' if one.differs else ''}", one.says or interval(one)


def write_csv(audiogram: Audiogram, target: Path) -> None:
    """A row a track. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_CSV)
        for r in audiogram.faculties.values():
            h = r.human
            person = (h.low, h.high, h.unit or r.unit) if h is not None else (None, None, None)
            cells = (r.faculty, r.variant, r.variant_unit, r.unit, r.verdict, r.threshold, r.low, r.high, r.n, r.failed,
                     r.easy_right, r.easy_n, r.unread, r.chance, r.lapse, r.slope_decades, r.place, r.place_share,
                     r.place_p, r.wording_ratio, r.wording_p, r.drift_ratio, r.drift_p, r.near_end, *person,
                     r.says)  # fmt: skip
            rows.writerow([inert.csv_cell(cell) for cell in cells])


def _wrapped(rows: Sequence[tuple[str, ...]], width: int) -> Iterator[tuple[str, ...]]:
    """Rows whose last cell goes on in the next line where it is too long."""
    import textwrap

    for cells in rows:
        first, *others = textwrap.wrap(cells[-1], width) or [""]
        yield (*cells[:-1], first)
        yield from ((*[""] * (len(cells) - 1), line) for line in others)
