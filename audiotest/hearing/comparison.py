"""Two audiograms: how much smaller one model's thresholds are than the other's, with intervals."""

from __future__ import annotations

from msgspec import Struct

from audiotest.hearing.results import Audiogram, Result
from audiotest.hearing.tracks import position
from audiotest.registry import FACULTIES

_Z = 1.96


class Ratio(Struct, frozen=True):
    """The threshold of a track over that of the other model: below 1 it hears more. For faculties in dB ``ratio`` is
    that of amplitudes. ``low`` and ``high`` are the ends of the 95% interval, None where either threshold is an open
    end; ``differs``: 1 lies outside of it. ``says`` is the reason where there is no ratio."""

    name: str
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    differs: bool = False
    says: str = ""


def compare(one: Audiogram, other: Audiogram) -> list[Ratio]:
    """A row for each track that both have. The posteriors are taken as normal in decades, and as independent."""
    return [_ratio(result, other.faculties[name]) for name, result in one.faculties.items() if name in other.faculties]


def _ratio(one: Result, other: Result) -> Ratio:
    for result, which in ((one, "here"), (other, "there")):
        if result.threshold is None:
            return Ratio(one.name, says=f"no threshold {which}: {result.says}")
    first, second = _decades(one), _decades(other)
    difference = first[0] - second[0]
    ends: list[float | None] = [None, None]
    if first[1] is not None and second[1] is not None:
        error = _Z * (first[1] ** 2 + second[1] ** 2) ** 0.5
        ends = [10 ** (difference - error), 10 ** (difference + error)]
    low, high = ends
    differs = low is not None and high is not None and not low <= 1 <= high
    return Ratio(one.name, 10**difference, low, high, differs)


def _decades(result: Result) -> tuple[float, float | None]:
    """The position of a threshold, which rises as hearing gets worse, and its standard error; None for an open end."""
    faculty = FACULTIES.get(result.faculty)
    assert result.threshold is not None
    at = position(faculty, result.threshold)
    if result.low is None or result.high is None:
        return at, None
    return at, abs(position(faculty, result.high) - position(faculty, result.low)) / (2 * _Z)
