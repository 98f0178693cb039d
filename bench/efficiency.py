"""Questions until the interval is a factor of 1.5 wide: by ``audiotest hear``, by a fixed grid, and at best.

Columns of the table: medians of questions. *Bare* is the share of the fixed grid's questions where the first interval
that is narrow enough ends either, and no question is asked at the easiest level for its own sake: what the checks cost.

The fixed grid (method of constant stimuli) has 11 levels evenly over the whole range, as one has to choose them who
does not know the listener; a round asks each of them once. Model of the listener, intervals, and the answers for which
they have to stay narrow are the same for both.

*At best* is by the Cramer-Rao bound: the least variance that an unbiased estimate of the threshold can have where scale
and lapse rate are unknown, too; for the fixed grid, and for those levels and shares of questions that are best of all
(the c-optimal design, by the multiplicative algorithm: Silvey, Titterington and Torsney 1978, Communications in
Statistics A7: 1379). The latter would have to be known before the first question.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from audiotest.hearing.procedure import Z_95, Floats
from audiotest.hearing.tracks import AHEAD, CONFIRMED, PRECISION, SETTLED_AT_LEAST, Track
from bench.listeners import Listeners, Many, asked, track_named
from bench.trajectories import intervals, known

FIXED_LEVELS = 11
LAPSE = 0.02
_PART = (0.2, 0.8)
"""Thresholds are drawn from this part of the levels."""
_MOST, _MOST_ROUNDS, _STEPS = 2000, 1000, 500


def efficiency(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of listeners: the medians of the questions, and the bounds."""
    yield "| options | scale (decades) | adaptive | fixed grid | share | bare | bound | bound of the grid | share |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    cells = [(name, scale, runs) for name in ("pitch@440", "gap") for scale in (0.03, 0.06, 0.1, 0.15)]
    for cell, (adaptive, bare, fixed, bare_fixed, best, grid) in zip(cells, pool.map(_questions, cells), strict=True):
        measured = f"{adaptive:.0f} | {fixed:.0f} | {adaptive / fixed:.2f} | {bare / bare_fixed:.2f}"
        bounds = f"{best:.0f} | {grid:.0f} | {best / grid:.2f}"
        yield f"| {track_named(cell[0]).options} | {cell[1]:g} | {measured} | {bounds} |"


def _questions(job: tuple[str, float, int]) -> tuple[float, ...]:
    name, scale, runs = job
    track = track_named(name)
    rng = np.random.default_rng([19, int(1000 * scale)])
    first, last = track.positions[0], track.positions[-1]
    listeners = Listeners(first + (last - first) * np.sort(rng.uniform(*_PART, runs)), scale, LAPSE)
    adaptive = [_adaptive(track, listeners, rng, bare=bare) for bare in (False, True)]
    return *adaptive, *_constant_stimuli(track, listeners, rng), *_bounds(track, scale)


def _adaptive(track: Track, listeners: Listeners, rng: np.random.Generator, *, bare: bool) -> float:
    """The median of the questions; those under way at the end count, too."""
    narrow = np.zeros(len(listeners.thresholds), int)
    ended = np.zeros(len(narrow), bool)
    confirmed, least = (1, 0) if bare else (CONFIRMED, SETTLED_AT_LEAST)
    for index, many in enumerate(asked(track, listeners, _MOST, rng, easy=not bare)):
        narrow = np.where(_narrow(many), narrow + 1, 0)
        ended |= (narrow >= confirmed) & (index + 1 >= least)
        if np.mean(ended) >= 0.5:
            return index + float(AHEAD)
    return float(_MOST)


def _constant_stimuli(track: Track, listeners: Listeners, rng: np.random.Generator) -> tuple[float, float]:
    """The median of the questions, and of those to the first interval that is narrow enough."""
    levels = _fixed_levels(track)
    many = Many(track.grid, len(listeners.thresholds))
    narrow = np.zeros(len(listeners.thresholds), int)
    ended, once = np.zeros(len(narrow), bool), np.zeros(len(narrow), bool)
    first = 0
    for count in range(1, _MOST_ROUNDS + 1):
        for level in rng.permuted(np.tile(levels, (len(narrow), 1)), axis=1).T:
            many.update(level, listeners.answers(track, level, rng))
        narrow = np.where(_narrow(many), narrow + len(levels), 0)
        once |= narrow > 0
        if not first and np.mean(once) >= 0.5:
            first = count
        ended |= (narrow >= CONFIRMED) & (count * len(levels) >= SETTLED_AT_LEAST)
        if np.mean(ended) >= 0.5:
            break
    return float(count * len(levels)), float(first * len(levels))


def _narrow(many: Many) -> np.ndarray:
    _, low, high = intervals(known(many, np.zeros(len(many.marginals())), float(many.grid.levels[-1])))
    return np.asarray(high - low <= np.log10(PRECISION))


def _fixed_levels(track: Track) -> np.ndarray:
    return np.linspace(0, track.easiest, FIXED_LEVELS).round().astype(int)


def _bounds(track: Track, scale: float) -> tuple[float, float]:
    """Questions at best, by any design and by the fixed grid: medians over thresholds."""
    x = np.array(track.positions)
    thresholds = x[0] + (x[-1] - x[0]) * np.linspace(*_PART, 13)
    per_variance = (2 * Z_95 / np.log10(PRECISION)) ** 2
    fixed = np.zeros(len(x))
    fixed[_fixed_levels(track)] = 1 / FIXED_LEVELS
    variances = []
    for threshold in thresholds:
        gradients = _gradients(x, threshold, scale, track.options)
        variances.append((_best(gradients), _variance(gradients, fixed)[0]))
    best, grid = per_variance * np.median(variances, axis=0)
    return float(best), float(grid)


def _gradients(x: Floats, threshold: float, scale: float, options: int) -> Floats:
    """Of the probability of a right answer by threshold, scale and lapse rate, over its standard deviation: shape (3,
    levels)."""
    z, chance = np.clip((x - threshold) / scale, -40, 40), 1 / options
    rise = 1 / (1 + np.exp(-z))
    p = chance + (1 - chance - LAPSE) * rise
    steepness = (1 - chance - LAPSE) * rise * (1 - rise) / scale
    return np.asarray(np.stack([-steepness, -steepness * z, -rise]) / np.sqrt(p * (1 - p)))


def _variance(gradients: Floats, shares: Floats) -> tuple[float, Floats]:
    """The bound of one question's variance, and by how much a question at each level lowers it."""
    information = (gradients * shares) @ gradients.T + 1e-12 * np.eye(3)
    column = np.linalg.solve(information, np.array([1.0, 0.0, 0.0]))
    return float(column[0]), (column @ gradients) ** 2


def _best(gradients: Floats) -> float:
    shares = np.full(gradients.shape[1], 1 / gradients.shape[1])
    for _ in range(_STEPS):
        shares *= np.sqrt(_variance(gradients, shares)[1])
        shares /= shares.sum()
    return _variance(gradients, shares)[0]
