"""95% intervals.

Conventions
-----------
- A proportion's interval is Wilson's score interval (Wilson 1927; a test holds it against scipy's), which stays
  within [0, 1] and is sound for few trials and for proportions near 0 and 1.
- A mean's or a paired difference's interval is the percentile bootstrap (Efron 1979) over *clips*: questions that
  share a sound are not independent, so a clip is drawn with all of its questions.
- The bootstrap is seeded and takes :data:`RESAMPLES` resamples: the same records give the same interval.
- An interval that cannot be given (no trials, one clip) is None, never NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cache, lru_cache
from math import sqrt
from statistics import NormalDist

import numpy as np

from audiotest.types import Estimate

RESAMPLES = 2000
LEVEL = 0.95


@lru_cache(maxsize=100_000)
def proportion(successes: int, n: int) -> Estimate:
    """``successes`` of ``n`` with Wilson's interval; value None for n = 0."""
    if n == 0:
        return Estimate(None, n=0)
    value, squared = successes / n, _quantile() ** 2
    centre = (value + squared / (2 * n)) / (1 + squared / n)
    half = sqrt(squared * (value * (1 - value) / n + squared / (4 * n * n))) / (1 + squared / n)
    return Estimate(value, max(0.0, centre - half), min(1.0, centre + half), n)


@cache
def _quantile() -> float:
    # Not scipy, whose statistics have Wilson's interval whole: importing it takes longer than a run of one test.
    return NormalDist().inv_cdf(0.5 + LEVEL / 2)


def mean(values: Sequence[float], clips: Sequence[Hashable] | None = None, *, seed: int = 0) -> Estimate:
    """The mean of ``values`` with a bootstrap interval clustered by ``clips`` (each value its own by default).

    Also the mean of paired differences: give the differences as ``values``.
    """
    n = len(values)
    if n == 0:
        return Estimate(None, n=0)
    columns = np.column_stack([np.asarray(values, dtype=np.float64), np.ones(n)])
    return bootstrap(columns, lambda sums: sums[..., 0] / sums[..., 1], clips, seed=seed)


Statistic = Callable[[np.ndarray], np.ndarray]
"""From summed columns, shape (..., columns), to one figure each, shape (...); NaN where there is none."""


def bootstrap(
    columns: np.ndarray, statistic: Statistic, clips: Sequence[Hashable] | None = None, *, seed: int = 0
) -> Estimate:
    """A figure that depends on sums alone, with its interval: rates, differences and ratios of them.

    ``columns`` has a row a trial, shape (trials, columns); rows of one clip are drawn together. The interval is the
    percentile bootstrap's, of the resamples in which the figure exists.
    """
    n = columns.shape[0]
    sums = _by_clip(columns, clips if clips is not None else range(n))
    value = float(statistic(sums.sum(axis=0)))
    if np.isnan(value):
        return Estimate(None, n=n)
    if len(sums) < 2:
        return Estimate(value, n=n)
    found = statistic(_resampled(sums, np.random.default_rng(seed)))
    low, high = np.nanquantile(found, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return Estimate(value, float(low), float(high), n)


def _resampled(sums: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The column sums of each resample: shape (resamples, columns).

    How often each *distinct* row is drawn follows a multinomial, and rates have few distinct rows: that is the same
    bootstrap as drawing row by row, at a fraction of the time.
    """
    rows, counts = np.unique(sums, axis=0, return_counts=True)
    shares = counts / counts.sum()
    step = max(1, 4_000_000 // len(rows))  # bounds memory: 32 MB of counts at once
    parts = [
        rng.multinomial(len(sums), shares, size=min(step, RESAMPLES - i)) @ rows for i in range(0, RESAMPLES, step)
    ]
    return np.concatenate(parts)


def _by_clip(columns: np.ndarray, clips: Sequence[Hashable]) -> np.ndarray:
    index: dict[Hashable, int] = {}
    places = [index.setdefault(clip, len(index)) for clip in clips]
    sums = [np.bincount(places, weights=columns[:, i], minlength=len(index)) for i in range(columns.shape[1])]
    return np.stack(sums, axis=1)
