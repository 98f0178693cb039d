"""From the answers of a track to its result: the threshold, or the sentence in its place.

Before any threshold it is asked whether the model can do the task at all: at the easiest level three quarters of its answers
have to be right. If they are not, the result says what it does instead: refuse, say nothing that can be read, choose the same
option whatever is played, guess (deaf), or less than that is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest

from audiotest.hearing.procedure import Posterior, Procedure
from audiotest.hearing.results import Curve, OfWording, Point, Result, Verdict
from audiotest.hearing.tracks import ENOUGH, LEAST, SCREENED_AT_MOST, Heard, Track, level_at

_MOSTLY = 0.9
_FEW_EASY = 6
_SURE = 0.5
"""The share of the posterior outside of the levels from which on no figure is given."""


def result(track: Track) -> Result:
    """What became of ``track``; it may have ended early."""
    answers = [heard for heard in track.answers if heard.given]
    verdict, says = _judged(track, answers)
    facts = _facts(track, answers)
    if verdict not in ("threshold", "imprecise", "beyond", "out_of_reach"):
        return Result(**_about(track), **facts, verdict=verdict, says=says)
    known = track.posterior()
    threshold, low, high = _interval(track, known, verdict)
    return Result(
        **_about(track),
        **facts,
        verdict=verdict,
        says=says,
        threshold=threshold,
        low=low,
        high=high,
        slope_decades=round(known.scale, 4),
        lapse=round(known.lapse, 4),
        curve=_curve(track),
        **_by_wording(track, answers),
    )


def unsupported(track: Track, says: str) -> Result:
    """The result of a track that cannot be asked, with the sentence that says why."""
    return Result(**_about(track), verdict="unsupported", says=says)


def _about(track: Track) -> dict[str, object]:
    faculty = track.faculty
    return {
        "faculty": faculty.name, "variant": track.variant, "variant_unit": faculty.variant_unit, "title": faculty.title,
        "unit": faculty.unit, "scale": faculty.scale, "hardest": faculty.hardest, "easiest": faculty.easiest,
        "chance": round(1 / track.options, 4),
    }  # fmt: skip


def _facts(track: Track, answers: Sequence[Heard]) -> dict[str, object]:
    """Counts, points, and how much one place among the options is preferred."""
    easy = track.easy
    places = Counter(heard.place for heard in answers if heard.place is not None)
    facts: dict[str, object] = {
        "n": len(answers),
        "failed": len(track.answers) - len(answers),
        "easy_right": sum(heard.right for heard in easy),
        "easy_n": len(easy),
        "unread": sum(heard.place is None for heard in answers),
        "points": _points(track, answers),
    }
    if places:
        place, count = max(places.items(), key=lambda item: (item[1], -item[0]))
        chosen = places.total()
        p = min(1.0, track.options * binomtest(count, chosen, 1 / track.options, alternative="greater").pvalue)
        facts |= {"place": place, "place_share": round(count / chosen, 4), "place_p": float(f"{p:.3g}")}
    return facts


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
        return "too_few", f"{len(answers)} answers are too few for an interval; it takes {LEAST} at least (--budget)"
    known = track.posterior()
    if known.below > _SURE:
        hardest = f"{track.levels[0]:g} {track.faculty.unit}"
        return "beyond", f"beyond what was measured: better than {hardest} (with a probability of {known.below:.0%})"
    if known.above > _SURE:
        return "out_of_reach", f"worse than {track.levels[-1]:g} {track.faculty.unit}, the easiest level"
    if track.ended == "precise":
        return "threshold", "measured to the precision asked for"
    return "imprecise", f"the interval is a factor of {10 ** (known.high - known.low):.2g} wide after {len(answers)} questions"


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
    if binomtest(right, of, 1 / track.options, alternative="greater").pvalue > 0.05:
        return "deaf", f"hears nothing of it: {right} of {of} right at the easiest level, which is chance; {task}"
    return "cannot", task


def _option(track: Track, option: int) -> str:
    choices = track.faculty.wordings[0].choices
    return str(choices[option]) if choices else f"option {option + 1}"


def _interval(track: Track, known: Posterior, verdict: Verdict) -> tuple[float | None, float | None, float | None]:
    """Threshold, low and high in the faculty's unit, low below high; an end outside of the levels is open."""
    x = track.positions
    at = [known.median, known.low, known.high]
    if verdict == "beyond":
        at = [None, None, known.high if known.high > x[0] else x[0]]  # type: ignore[list-item]
    elif verdict == "out_of_reach":
        at = [None, known.low, None]  # type: ignore[list-item]
    inside = [a if a is not None and x[0] - 1e-9 <= a <= x[-1] + 1e-9 else None for a in at]
    value, low, high = (None if a is None else float(f"{level_at(track.faculty, a):.4g}") for a in inside)
    falls = track.faculty.easiest < track.faculty.hardest
    return (value, high, low) if falls else (value, low, high)


def _curve(track: Track) -> Curve:
    at = np.linspace(track.positions[0], track.positions[-1], 61)
    mean, low, high = (tuple(float(round(p, 4)) for p in row) for row in track.procedure.curve(at, track.options))
    return Curve(tuple(float(f"{level_at(track.faculty, x):.4g}") for x in at), mean, low, high)


def _by_wording(track: Track, answers: Sequence[Heard]) -> dict[str, object]:
    """Each wording's own threshold, from its answers alone, and how far the thresholds are apart."""
    rows: list[OfWording] = []
    medians: list[float] = []
    for number, wording in enumerate(track.faculty.wordings):
        own = [heard for heard in answers if heard.wording == number]
        easy = [heard for heard in own if heard.level == track.easiest]
        procedure = Procedure(track.grid)
        for heard in own:
            procedure.tell(heard.level, heard.credit(track.options))
        known = procedure.posterior()
        measured = len(own) >= 8 and max(known.below, known.above) < _SURE
        threshold, low, high = _interval(track, known, "threshold") if measured else (None, None, None)
        medians += [known.median] if measured else []
        rows.append(
            OfWording(wording.question, len(own), sum(h.right for h in easy), len(easy), threshold, low, high)
        )
    apart = round(10 ** (max(medians) - min(medians)), 3) if len(medians) > 1 else None
    return {"wordings": tuple(rows), "wording_ratio": apart}
