"""Two audiograms: how much smaller one model's thresholds are than the other's, with intervals.

Method
    In decades a ratio is a difference ``d = a - b`` of two thresholds, with the 95% intervals ``(la, ua)`` and ``(lb,
    ub)``. Its interval is recovered from the distances between each estimate and the ends of its own interval, which
    need not be symmetric (MOVER: Zou and Donner 2008, Statistics in Medicine 27: 1693): from ``d - ((a - la)^p + (ub -
    b)^p)^(1/p)`` to ``d + ((ua - a)^p + (b - lb)^p)^(1/p)``. The two are taken as independent. With errors that are
    normal given the interval ``p`` would be 2, which holds the true ratio in 98%: an interval that misses belongs
    mostly to a run that ended when it happened to look precise, and beside another, wider one it seldom decides. ``p =
    3.5`` was chosen by the simulated listeners of ``bench.calibration_fit`` (of those that were tried the largest with
    which no pair of kinds falls below 93%); ``python -m bench.calibration ratios`` measures it on others.

    An end that needs an open one is open. A threshold that lies beyond the levels has one end only: there the ratio is
    bounded by that end and the other's opposite one, which holds it in 95% at least.
"""

from __future__ import annotations

from math import log10

from msgspec import Struct

from audiotest.hearing.results import Audiogram, Result

POWER = 3.5
"""The ``p`` of an interval's ends."""


class Ratio(Struct, frozen=True):
    """The threshold of a track over that of the other model: below 1 it hears more. For faculties in dB ``ratio`` is
    that of amplitudes; it is None where a threshold lies beyond the levels. ``low`` and ``high`` are the ends of the
    95% interval, None for an open end; ``differs``: 1 lies outside of it. ``says`` is the reason where there is neither
    a ratio nor a bound."""

    name: str
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    differs: bool = False
    says: str = ""


class Decades(Struct, frozen=True):
    """A threshold in decades, which rises as hearing gets worse, and the ends of its interval; None: not known."""

    at: float | None
    low: float | None
    high: float | None


def compare(one: Audiogram, other: Audiogram) -> list[Ratio]:
    """A row for each track that both have, in the order of the first."""
    return [_ratio(result, other.faculties[name]) for name, result in one.faculties.items() if name in other.faculties]


def difference(a: Decades, b: Decades) -> Decades:
    """``a`` less ``b``, with its 95% interval."""
    if a.at is None or b.at is None:
        return Decades(None, _less(a.low, b.high), _less(a.high, b.low))
    at, below, above = a.at - b.at, _distance(a, b), _distance(b, a)
    return Decades(at, None if below is None else at - below, None if above is None else at + above)


def _distance(a: Decades, b: Decades) -> float | None:
    """From ``a - b`` to the lower end of its interval."""
    if a.at is None or a.low is None or b.at is None or b.high is None:
        return None
    return float(((a.at - a.low) ** POWER + (b.high - b.at) ** POWER) ** (1 / POWER))


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _ratio(one: Result, other: Result) -> Ratio:
    apart = difference(_decades(one), _decades(other))
    ratio, low, high = (None if end is None else 10**end for end in (apart.at, apart.low, apart.high))
    if ratio is None and low is None and high is None:
        result, which = (one, "here") if one.threshold is None else (other, "there")
        return Ratio(one.name, says=f"no threshold {which}: {result.says}")
    differs = (low is not None and low > 1) or (high is not None and high < 1)
    return Ratio(one.name, ratio, low, high, differs)


def _decades(result: Result) -> Decades:
    """The threshold of ``result``, by what it says of its own levels (its faculty may be of a package that is not
    installed). In its unit ``low`` is below ``high``; where more is harder, the former is the upper end here."""
    more_is_harder = result.easiest < result.hardest

    def position(level: float | None) -> float | None:
        if level is None:
            return None
        value = log10(level) if result.scale == "log" else level / 20
        return -value if more_is_harder else value

    low, high = position(result.low), position(result.high)
    return Decades(position(result.threshold), *((high, low) if more_is_harder else (low, high)))
