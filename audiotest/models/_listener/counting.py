"""How many, how even, and how grouped."""

from __future__ import annotations

import numpy as np

from audiotest.models._listener.hearing import Hearing
from audiotest.models._listener.wording import Asked, Fits, among

_EVENNESS = {
    "irregular": r"\birregular|\buneven|\bunstead|\bnot (?:regular|even|stead)|\brandom|\bstumbl",
    "regular": r"\bregular|\beven|\bstead|\bconstant|\buniform",
}
_LEAST_DISPLACED = 0.09


def events(asked: Asked, hearing: Hearing) -> Fits | None:
    """``How many clicks do you hear?``"""
    numbers = asked.numbers()
    if numbers is None or not asked.says(r"\bhow many\b|\bhow often\b|\bnumber of\b|\bcount\b"):
        return None
    return [1 / (1 + abs(n - len(hearing.events))) for n in numbers]


def metre(asked: Asked, hearing: Hearing) -> Fits | None:
    """``How are the beats grouped?``: the period of accents that leaves the least of the levels unexplained."""
    periods = asked.numbers()
    if periods is None or min(periods) < 1 or not asked.says(r"group|accent|met(?:re|er)|\bbar\b|measure|stress"):
        return None
    levels = np.array([hearing.levels[hearing.frames(event)].max() for event in hearing.events])
    if len(levels) < 4:
        return [0.0] * len(periods)
    left = {p: min(_unexplained(levels, p, phase) for phase in range(p)) for p in range(2, max(7, *periods) + 1)}
    best = min(left, key=lambda p: left[p])
    return [float(p == best) for p in periods]


def _unexplained(levels: np.ndarray, period: int, phase: int) -> float:
    """Sum of squares about two means: of the accented beats and of the others."""
    accented = np.arange(len(levels)) % period == phase
    if not accented.any() or accented.all() or levels[accented].mean() <= levels[~accented].mean():
        return float("inf")
    return float(sum(np.sum((group - group.mean()) ** 2) for group in (levels[accented], levels[~accented])))


def evenness(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Is the rhythm regular or irregular?``"""
    labels = asked.labels(_EVENNESS)
    irregular, regular = asked.says(_EVENNESS["irregular"]), asked.says(_EVENNESS["regular"])
    if labels is None and not (asked.yes_no() and irregular != regular):
        return None
    if not asked.says(r"rhythm|beat|click|spac|puls|tempo|interval|tick|spread|time"):
        return None
    if len(hearing.onsets) < 3:
        return [0.0] * len(asked.choices)
    intervals = np.diff(hearing.onsets)
    middle = float(np.median(intervals))
    even = float(np.abs(intervals - middle).max()) / middle < _LEAST_DISPLACED
    if labels is not None:
        return among(labels, "regular" if even else "irregular")
    return asked.truth(even == regular)
