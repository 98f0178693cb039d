"""From the answers of a track to its result: the threshold, or the sentence in its place.

Before any threshold it is asked whether the model can do the task at all: at the easiest level three quarters of its
answers have to be right. If they are not, the result says what it does instead: refuse, say nothing that can be read,
choose the same option whatever is played, guess (deaf), or less than that is wrong."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from scipy.stats import binomtest, chi2

from audiotest.hearing.drift import drift
from audiotest.hearing.parts import likelihood_ratio
from audiotest.hearing.procedure import Posterior, Procedure
from audiotest.hearing.results import Curve, OfWording, Point, Result, Verdict
from audiotest.hearing.tracks import ENOUGH, LEAST, SCREENED_AT_MOST, Heard, Track, level_at

_MOSTLY = 0.9
_FEW_EASY, _FEW = 6, 8
"""Answers at the easiest level, and of a wording, below which nothing is made of them."""
_ABOVE_CHANCE = 0.01
"""The probability by chance below which right answers at the easiest level are more than guesses."""
_SURE = 0.5
"""The share of the posterior outside of the levels from which on no figure is given."""
WORDING_INFLATION = 1.13
"""Of the test whether wordings have thresholds of their own (:mod:`audiotest.hearing.parts`)."""


def result(track: Track) -> Result:
    """What became of ``track``; it may have ended early."""
    answers = [heard for heard in track.answers if heard.given]
    verdict, says = _judged(track, answers)
    counted = _counted(track, answers, _blank(track, verdict, says))
    if verdict not in ("threshold", "imprecise", "beyond", "out_of_reach"):
        return replace(
            counted, wordings=tuple(_wording(track, answers, i)[0] for i in range(len(track.faculty.wordings)))
        )
    known = track.posterior()
    threshold, low, high = _interval(track, known, verdict)
    slope, lapse = round(known.scale, 4), round(known.lapse, 4)
    measured = replace(
        counted,
        threshold=threshold,
        low=low,
        high=high,
        slope_decades=slope,
        lapse=lapse,
        near_end=threshold is not None and known.near_end,
        curve=_curve(track),
    )
    if measured.near_end:
        measured = replace(
            measured, says=f"{says}; near the end of the levels: the threshold may be worse than estimated"
        )
    return _with_drift(track, answers, _by_wording(track, answers, measured))


def unsupported(track: Track, says: str) -> Result:
    """The result of a track that cannot be asked, with the sentence that says why."""
    return _blank(track, "unsupported", says)


def _blank(track: Track, verdict: Verdict, says: str) -> Result:
    faculty = track.faculty
    return Result(
        faculty=faculty.name,
        variant=track.variant,
        variant_unit=faculty.variant_unit,
        title=faculty.title,
        unit=faculty.unit,
        scale=faculty.scale,
        hardest=track.levels[0] if track.levels else faculty.hardest,
        easiest=track.levels[-1] if track.levels else faculty.easiest,
        verdict=verdict,
        says=says,
        chance=round(1 / track.options, 4),
    )


def _counted(track: Track, answers: Sequence[Heard], blank: Result) -> Result:
    """``blank`` with counts, points, and how much one place among the options is preferred."""
    easy = track.easy
    places = Counter(heard.place for heard in answers if heard.place is not None)
    counted = replace(
        blank,
        n=len(answers),
        failed=len(track.answers) - len(answers),
        easy_right=sum(heard.right for heard in easy),
        easy_n=len(easy),
        unread=sum(heard.place is None for heard in answers),
        points=_points(track, answers),
    )
    if not places:
        return counted
    place, count = max(places.items(), key=lambda item: (item[1], -item[0]))
    chosen = places.total()
    p = min(1.0, track.options * binomtest(count, chosen, 1 / track.options, alternative="greater").pvalue)
    return replace(counted, place=place, place_share=round(count / chosen, 4), place_p=float(f"{p:.3g}"))


def _points(track: Track, answers: Sequence[Heard]) -> tuple[Point, ...]:
    by_level: dict[int, list[float]] = {}
    for heard in answers:
        by_level.setdefault(heard.level, []).append(heard.credit(track.options))
    return tuple(
        Point(track.levels[level], len(credits), round(sum(credits), 4)) for level, credits in sorted(by_level.items())
    )


def _judged(track: Track, answers: Sequence[Heard]) -> tuple[Verdict, str]:
    errors = Counter(heard.error for heard in track.answers if heard.error)
    if not answers or track.ended == "errors":
        why = errors.most_common(1)[0][0] if errors else "nothing was asked"
        return "errors", f"not measured: {sum(errors.values())} of {len(track.answers)} questions had no reply ({why})"
    if len(answers) >= SCREENED_AT_MOST and all(heard.place is None for heard in answers[:SCREENED_AT_MOST]):
        refused = sum(heard.status == "refused" for heard in answers)
        if refused >= len(answers) / 2:
            return "refuses", f"refuses to choose: {refused} of {len(answers)} replies decline"
        return "unreadable", f"no choice could be read in {len(answers)} replies"
    easy = track.easy
    right = sum(heard.right for heard in easy)
    if len(easy) >= _FEW_EASY and right < ENOUGH * len(easy):
        return _why_not(track, easy, right)
    if len(answers) < LEAST:
        why = "the run ended before that" if track.budget >= LEAST else "--budget"
        return "too_few", f"{len(answers)} answers are too few for an interval; it takes {LEAST} at least ({why})"
    known = track.posterior()
    if known.below > _SURE:
        hardest = f"{track.levels[0]:g} {track.faculty.unit}"
        return "beyond", f"beyond what was measured: better than {hardest} (with a probability of {known.below:.0%})"
    if known.above > _SURE:
        return "out_of_reach", f"worse than {track.levels[-1]:g} {track.faculty.unit}, the easiest level"
    if track.ended == "precise" or known.high - known.low <= math.log10(track.precision):
        return "threshold", "measured to the precision asked for"
    width = known.high - known.low
    if track.faculty.scale == "db":
        return "imprecise", f"the interval is {20 * width:.2g} dB wide after {len(answers)} questions"
    return "imprecise", f"the interval is a factor of {10**width:.2g} wide after {len(answers)} questions"


def _why_not(track: Track, easy: Sequence[Heard], right: int) -> tuple[Verdict, str]:
    """Below 75% at the easiest level: what the model does instead."""
    of = len(easy)
    task = f"cannot do this task as asked: {right} of {of} right at the easiest level"
    refused = sum(heard.status == "refused" for heard in easy)
    if refused >= of / 2:
        return "refuses", f"refuses: {refused} of {of} replies decline at the easiest level"
    unread = sum(heard.place is None for heard in easy)
    if unread >= of / 2:
        return "unreadable", f"no choice can be read: {unread} of {of} replies at the easiest level"
    places = Counter(heard.place for heard in easy if heard.place is not None)
    options = Counter(heard.order[heard.place] for heard in easy if heard.place is not None)
    if (top := places.most_common(1)[0])[1] >= _MOSTLY * of:
        label = "ABC"[top[0] or 0]
        return "constant", f"always says {label}: {top[1]} of {of} answers at the easiest level, whatever is played"
    if (option := options.most_common(1)[0])[1] >= _MOSTLY * of:
        text = _option(track, option[0])
        return "constant", f"always says {text!r}: {option[1]} of {of} answers at the easiest level, whatever is played"
    if unread:
        task = f"{task}, {unread} without a choice"
    for number, wording in enumerate(track.faculty.wordings):
        own = [heard.right for heard in easy if heard.wording == number]
        if len(own) >= _FEW_EASY and sum(own) >= _MOSTLY * len(own):
            return "cannot", f"{task}; but {sum(own)} of {len(own)} when asked {wording.question!r}"
    if right and binomtest(right, of - unread, 1 / track.options, alternative="greater").pvalue <= _ABOVE_CHANCE:
        return "cannot", task
    if binomtest(right, of - unread, 1 / track.options, alternative="less").pvalue < 0.01:
        return "cannot", f"{task}, which is less than guessing gets: it answers the other way round"
    return "deaf", f"deaf to it: {right} of {of} right at the easiest level, no more than guessing gets"


def _option(track: Track, option: int) -> str:
    choices = track.faculty.wordings[0].choices
    return str(choices[option]) if choices else f"option {option + 1}"


def _interval(track: Track, known: Posterior, verdict: Verdict) -> tuple[float | None, float | None, float | None]:
    """Threshold, low and high in the faculty's unit, low below high; an end outside of the levels is open."""
    x = track.positions
    at: list[float | None] = [known.estimate, known.low, known.high]
    if verdict == "beyond":
        at = [None, None, max(known.high, x[0])]
    elif verdict == "out_of_reach":
        at = [None, known.low, None]
    inside = [a if a is not None and x[0] - 1e-9 <= a <= x[-1] + 1e-9 else None for a in at]
    value, low, high = (None if a is None else float(f"{level_at(track.faculty, a):.4g}") for a in inside)
    falls = track.faculty.easiest < track.faculty.hardest
    return (value, high, low) if falls else (value, low, high)


def _curve(track: Track) -> Curve:
    at = np.linspace(track.positions[0], track.positions[-1], 61)
    mean, low, high = (tuple(float(round(p, 4)) for p in row) for row in track.procedure.curve(at, track.options))
    return Curve(tuple(float(f"{level_at(track.faculty, x):.4g}") for x in at), mean, low, high)


def _with_drift(track: Track, answers: Sequence[Heard], measured: Result) -> Result:
    """``measured`` with the change of the threshold in the course of the run, where there are answers enough."""
    change = drift(track, answers) if measured.verdict in ("threshold", "imprecise") else None
    if change is None:
        return measured
    falls = track.faculty.easiest < track.faculty.hardest
    return replace(
        measured,
        drift_ratio=float(f"{10 ** (-change.decades if falls else change.decades):.3g}"),
        drift_z=round(change.z, 3),
        drift_p=float(f"{change.p:.3g}"),
    )


def _by_wording(track: Track, answers: Sequence[Heard], measured: Result) -> Result:
    """``measured`` with each wording's own threshold, from its answers alone; the factor between the largest and the
    smallest, and whether it is more than chance."""
    rows: list[OfWording] = []
    estimates: list[float] = []
    parts: list[list[Heard]] = []
    for number in range(len(track.faculty.wordings)):
        one, known = _wording(track, answers, number, measured=True)
        rows.append(one)
        if one.threshold is not None:
            estimates.append(known.estimate)
            parts.append([heard for heard in answers if heard.wording == number])
    if len(parts) < 2:
        return replace(measured, wordings=tuple(rows))
    ratio, _ = likelihood_ratio(track, parts)
    return replace(
        measured,
        wordings=tuple(rows),
        wording_ratio=round(10 ** (max(estimates) - min(estimates)), 3),
        wording_p=float(f"{chi2.sf(ratio / WORDING_INFLATION, len(parts) - 1):.3g}"),
    )


def _wording(
    track: Track, answers: Sequence[Heard], number: int, *, measured: bool = False
) -> tuple[OfWording, Posterior]:
    """One wording's figures, with a threshold where the track has one and the wording enough answers."""
    own = [heard for heard in answers if heard.wording == number]
    easy = [heard for heard in own if heard.level == track.easiest]
    procedure = Procedure(track.grid)
    for heard in own:
        procedure.update(heard.level, heard.credit(track.options))
    known = procedure.posterior()
    enough = measured and len(own) >= _FEW and max(known.below, known.above) < _SURE
    threshold, low, high = _interval(track, known, "threshold") if enough else (None, None, None)
    question = track.faculty.wordings[number].question
    return OfWording(question, len(own), sum(h.right for h in easy), len(easy), threshold, low, high), known
