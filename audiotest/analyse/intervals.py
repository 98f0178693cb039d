"""95% intervals. docs/statistics.md has the formulas, what each assumes, and how often each covers.

=============================  =====================================================================================
:func:`proportion`             Wilson's score interval, of independent trials (Wilson 1927)
:func:`clustered_proportion`   Wilson's with the effective n of trials that share clips: every share of trials
:func:`paired_difference`      Tango's score interval for paired proportions (Tango 1998), with the effective n
:func:`mean`                   of scores within bounds: Student's t after adding a value at each bound
:func:`mean_of_shares`         (first + second) / 2, by the method of variance estimates recovery (Zou and Donner 2008)
:func:`bootstrap`              any figure of sums, where no formula is known (Efron 1979), over clips
:func:`error_rate`             edits over words: the bootstrap over clips, widened by the score interval for few errors
=============================  =====================================================================================

Conventions
-----------
- ``clips`` are what trials are clustered by; how, is in :mod:`audiotest.analyse.clusters`.
- An interval that cannot be given (no trials, a mean or a difference over one clip, a bootstrap in which nothing
  varies) is None, never NaN and never of width zero: a sample in which all is alike does not say that all else is.
- The bootstrap is seeded: the same records give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from math import sqrt
from statistics import NormalDist

import numpy as np

from audiotest.analyse.clusters import LEAST_EFFECT, Floats, Sample, few_deviate, places, quantile, sample
from audiotest.types import Estimate

RESAMPLES = 2000
_STEPS = 60
"""Halvings in the search for an end of Tango's interval: enough for double precision."""


@lru_cache(maxsize=100_000)
def proportion(successes: int, n: int) -> Estimate:
    """``successes`` of ``n`` independent trials with Wilson's interval; value None for n = 0."""
    if n == 0:
        return Estimate(None, n=0)
    low, high = _wilson(successes / n, n, quantile())
    return Estimate(successes / n, low, high, n)


def clustered_proportion(rights: Sequence[bool], clips: Sequence[Hashable]) -> Estimate:
    """The share of ``rights`` with Wilson's interval for trials that share ``clips`` (one for each trial).

    Wilson's with n replaced by the effective n, and Student's quantile. Where every trial has a clip of its own this is
    :func:`proportion` exactly; trials that all share one clip count as one. Chosen by simulation over
    the percentile bootstrap, which is too narrow for few clips and has width zero where all is right.
    """
    n = len(rights)
    if n == 0 or len(set(clips)) == n:
        return proportion(sum(map(bool, rights)), n)
    sampled = sample(np.asarray(rights, dtype=np.float64), places(clips))
    low, high = _wilson(sampled.mean, sampled.effective_n, sampled.quantile)
    return Estimate(sampled.mean, low, high, n)


def _wilson(value: float, n: float, z: float) -> tuple[float, float]:
    # Not scipy, whose statistics have Wilson's interval whole: importing it takes longer than a run of one test.
    squared = z * z
    centre = (value + squared / (2 * n)) / (1 + squared / n)
    half = sqrt(squared * (value * (1 - value) / n + squared / (4 * n * n))) / (1 + squared / n)
    # An end is 0 or 1 where nothing or everything is right; rounding must not put the value outside.
    return min(max(0.0, centre - half), value), max(min(1.0, centre + half), value)


def paired_difference(now: Sequence[bool], before: Sequence[bool], clips: Sequence[Hashable]) -> Estimate:
    """The mean of ``now`` - ``before``, in [-1, 1], trial by trial, with Tango's score interval.

    Tango 1998, Statistics in Medicine 17: 891: the differences D which a score test of "the difference is D" would not
    reject, with the counts of the pairs that differ scaled to the effective n. Unlike the bootstrap's it has a width
    where all pairs are alike.
    """
    n = len(now)
    if n == 0:
        return Estimate(None, n=0)
    differences = np.asarray(now, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    sampled = sample(differences, places(clips))
    if sampled.clips == 1:
        return Estimate(sampled.mean, n=n)
    better, worse = (float((differences == sign).mean()) * sampled.effective_n for sign in (1, -1))
    low = _tango_end(better, worse, sampled, -1.0)
    high = _tango_end(better, worse, sampled, 1.0)
    return Estimate(sampled.mean, low, high, n)


def _tango_end(better: float, worse: float, sampled: Sample, bound: float) -> float:
    """The farthest difference towards ``bound`` that the score test does not reject, by halving."""
    n = sampled.effective_n
    inside, outside = sampled.mean, bound
    for _ in range(_STEPS):
        at = (inside + outside) / 2
        linear = (2 * n - better + worse) * at - better - worse
        share = (sqrt(max(linear * linear + 8 * n * worse * at * (1 - at), 0.0)) - linear) / (4 * n)
        variance = n * (2 * share + at * (1 - at))
        if (better - worse - n * at) ** 2 <= sampled.quantile**2 * variance:
            inside = at
        else:
            outside = at
    return inside


def mean(
    values: Sequence[float], clips: Sequence[Hashable] | None = None, *,
    low: float | None = None, high: float | None = None,
) -> Estimate:  # fmt: skip
    """The mean of ``values``, trials clustered by ``clips`` (each its own by default), with Student's interval.

    Within bounds ``low`` and ``high`` a value at each of them is added first, as Agresti and Coull 1998 and, for paired
    proportions, Bonett and Price 2012 (Journal of Educational and Behavioral Statistics 37: 479) do: so the interval
    has a width where all values are alike, and stays within the bounds. Without bounds, values that are all alike have
    no interval.
    """
    n = len(values)
    if n == 0:
        return Estimate(None, n=0)
    every = np.asarray(values, dtype=np.float64)
    sampled = sample(every, places(clips if clips is not None else range(n)))
    if sampled.clips == 1 or (sampled.variance == 0 and (low is None or high is None)):
        return Estimate(sampled.mean, n=n)
    z = quantile(sampled.clips - 1)
    if low is None or high is None:
        half = z * sqrt(sampled.variance / sampled.effective_n * sampled.clips / (sampled.clips - 1))
        return Estimate(sampled.mean, sampled.mean - half, sampled.mean + half, n)
    low, high = min(low, float(every.min())), max(high, float(every.max()))
    centre, half = _padded(sampled, low, high, z)
    return Estimate(
        sampled.mean, min(max(low, centre - half), sampled.mean), max(min(high, centre + half), sampled.mean), n
    )


def _padded(sampled: Sample, low: float, high: float, z: float) -> tuple[float, float]:
    n = sampled.effective_n + 2
    centre = (sampled.effective_n * sampled.mean + low + high) / n
    squares = (sampled.effective_n * (sampled.variance + sampled.mean**2) + low**2 + high**2) / n
    return centre, z * sqrt(max(squares - centre**2, 0.0) / n)


Share = tuple[Sequence[bool], Sequence[Hashable]]
"""Whether each trial counts, and its clip."""


def mean_of_shares(first: Share, second: Share) -> Estimate:
    """(share of the first + share of the second) / 2, such as a balanced accuracy; both are of other trials.

    The interval combines those of the two shares (Zou and Donner 2008, Statistics in Medicine 27: 1693), with the
    correlation that clips in both of them bring. None for the value where either has no trials.
    """
    n = len(first[0]) + len(second[0])
    one, two = clustered_proportion(*first), clustered_proportion(*second)
    if one.value is None or two.value is None:
        return Estimate(None, n=n)
    value = (one.value + two.value) / 2
    if one.low is None or one.high is None or two.low is None or two.high is None:  # never with a value
        return Estimate(value, n=n)
    together = _correlation(first, second, one.value, two.value)

    def reach(a: float, b: float) -> float:
        return sqrt(max(a * a + b * b + 2 * together * a * b, 0.0)) / 2

    below = reach(one.value - one.low, two.value - two.low)
    above = reach(one.high - one.value, two.high - two.value)
    return Estimate(value, max(0.0, value - below), min(1.0, value + above), n)


def _correlation(first: Share, second: Share, one: float, two: float) -> float:
    """Of the two shares' errors, by what each clip adds to both; 0 where one of them does not vary.

    A negative one, which narrows the interval, is taken for no stronger than the clips with both kinds can show.
    """
    both = places([*first[1], *second[1]])
    cut, count = len(first[1]), int(both.max()) + 1
    errors = [
        np.bincount(at, weights=np.asarray(rights, dtype=np.float64) - share, minlength=count)
        for rights, share, at in ((first[0], one, both[:cut]), (second[0], two, both[cut:]))
    ]
    scale = sqrt(float((errors[0] ** 2).sum()) * float((errors[1] ** 2).sum()))
    correlation = float((errors[0] * errors[1]).sum()) / scale if scale else 0.0
    shared = len(np.intersect1d(both[:cut], both[cut:]))
    return correlation if correlation >= 0 else correlation * shared / (shared + 2)


Statistic = Callable[[np.ndarray], np.ndarray]
"""From summed columns, shape (..., columns), to one figure each, shape (...); NaN where there is none."""


def bootstrap(
    columns: np.ndarray, statistic: Statistic, clips: Sequence[Hashable] | None = None, *, seed: int = 0
) -> Estimate:
    """A figure that depends on sums alone, with its interval: for figures that have no formula here.

    ``columns`` has a row a trial, shape (trials, columns); rows of one clip are drawn together. The interval is the
    percentile bootstrap's of the resamples in which the figure exists, its levels moved outwards for few clips
    (Hesterberg 2015, The American Statistician 69: 371). Where the resamples are all alike there is none.
    """
    n = columns.shape[0]
    sums = by_clip(columns, clips if clips is not None else range(n))
    value = float(statistic(sums.sum(axis=0)))
    if np.isnan(value):
        return Estimate(None, n=n)
    if len(sums) < 2:
        return Estimate(value, n=n)
    statistics = statistic(resampled(sums, np.random.default_rng(seed)))
    low, high = np.nanquantile(statistics, levels(len(sums)))
    return Estimate(value, float(low), float(high), n) if low < high else Estimate(value, n=n)


def error_rate(rows: Floats, clips: Sequence[Hashable]) -> Estimate:
    """The sum of edits over the sum of units, with its interval; ``rows`` has shape (trials, 2): edits, units.

    Each end is the farther one of two: that of the bootstrap over clips, and, for rates below 1, that of Wilson's score
    interval with the effective number of units (a ratio's variance with clips as its units, Cochran 1977, section
    6.3), drawn to the worst case where few clips differ, as in :mod:`audiotest.analyse.clusters`. The bootstrap alone
    is too narrow where few clips have errors (docs/statistics.md), and has no width where none has.
    """
    sums = by_clip(rows, clips)
    edits, units = sums.T
    total = float(units.sum())
    if total == 0:
        return Estimate(None, n=len(rows))
    drawn = bootstrap(rows, lambda of: np.divide(of[..., 0], of[..., 1], out=np.full(of.shape[:-1], np.nan),
                                                 where=of[..., 1] > 0), clips)  # fmt: skip
    value, count = float(edits.sum()) / total, len(sums)
    if count < 2 or value >= 1:
        return drawn
    sampled = value * (1 - value) / total
    clustered = count / (count - 1) * float(((edits - value * units) ** 2).sum()) / total**2
    weight = few_deviate(edits / np.maximum(units, 1), np.arange(count))
    effect = max(clustered / sampled, LEAST_EFFECT) if sampled > 0 else 1.0
    effect = effect ** (1 - weight) * (float((units**2).sum()) / total) ** weight
    low, high = _wilson(value, total / effect, quantile(count - 1))
    if drawn.low is not None and drawn.high is not None:
        low, high = min(low, drawn.low), max(high, drawn.high)
    return Estimate(value, low, high, len(rows))


def levels(clips: int) -> tuple[float, float]:
    """Which quantiles of a bootstrap over ``clips`` make a 95% interval: 2.5% and 97.5%, farther out for few."""
    tail = NormalDist().cdf(-sqrt(clips / (clips - 1)) * quantile(clips - 1))
    return tail, 1 - tail


def resampled(sums: Floats, rng: np.random.Generator, resamples: int = RESAMPLES) -> Floats:
    """The column sums of each resample of the clips: shape (resamples, columns).

    How often each *distinct* row is drawn follows a multinomial, and rates have few distinct rows: that is the same
    bootstrap as drawing row by row, at a fraction of the time.
    """
    rows, counts = np.unique(sums, axis=0, return_counts=True)
    shares = counts / counts.sum()
    step = max(1, 4_000_000 // len(rows))  # bounds memory: 32 MB of counts at once
    parts = [
        rng.multinomial(len(sums), shares, size=min(step, resamples - i)) @ rows for i in range(0, resamples, step)
    ]
    return np.concatenate(parts)


def by_clip(columns: np.ndarray, clips: Sequence[Hashable]) -> Floats:
    """The sums of ``columns``, shape (trials, columns), over each clip: shape (clips, columns)."""
    at = places(clips)
    return np.stack([np.bincount(at, weights=columns[:, i]) for i in range(columns.shape[1])], axis=1)
