"""Questions until the interval is a factor of 1.5 wide: by ``audiotest hear``, by a fixed grid, and at best.

Columns of the table: medians of questions, those at the easiest level for its own sake among them: until the *first*
interval that is narrow enough, and until the *end* of a run, when it has stayed narrow.

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
    columns = " | ".join(f"{when} | of the grid | share" for when in ("first", "end", "bound"))
    yield f"| options | scale (decades) | {columns} |"
    yield f"|{11 * ' ---: |'}"
    cells = [(name, scale, runs) for name in ("pitch@440", "gap") for scale in (0.03, 0.06, 0.1, 0.15)]
    for cell, pairs in zip(cells, pool.map(_questions, cells), strict=True):
        columns = " | ".join(f"{ours:.0f} | {grid:.0f} | {ours / grid:.2f}" for ours, grid in pairs)
        yield f"| {track_named(cell[0]).options} | {cell[1]:g} | {columns} |"


def _questions(job: tuple[str, float, int]) -> list[tuple[float, float]]:
    """Pairs of the adaptive procedure and the fixed grid: to the first narrow interval, to the end, and at best."""
    name, scale, runs = job
    track = track_named(name)
    rng = np.random.default_rng([19, int(1000 * scale)])
    first, last = track.positions[0], track.positions[-1]
    listeners = Listeners(first + (last - first) * np.sort(rng.uniform(*_PART, runs)), scale, LAPSE)
    ours, grid = _adaptive(track, listeners, rng), _constant_stimuli(track, listeners, rng)
    return [*zip(ours, grid, strict=True), _bounds(track, scale)]


def _adaptive(track: Track, listeners: Listeners, rng: np.random.Generator) -> tuple[float, float]:
    """The medians of the questions to the first interval that is narrow enough, and to the end; those under way then
    count, too."""
    narrow = np.zeros(len(listeners.thresholds), int)
    ended, once = np.zeros(len(narrow), bool), np.zeros(len(narrow), bool)
    first = 0
    for index, many in enumerate(asked(track, listeners, _MOST, rng)):
        narrow = np.where(_narrow(many), narrow + 1, 0)
        once |= narrow > 0
        if not first and np.mean(once) >= 0.5:
            first = index + 1
        ended |= (narrow >= CONFIRMED) & (index + 1 >= SETTLED_AT_LEAST)
        if np.mean(ended) >= 0.5:
            return float(first), index + float(AHEAD)
    return float(first or _MOST), float(_MOST)


def _constant_stimuli(track: Track, listeners: Listeners, rng: np.random.Generator) -> tuple[float, float]:
    """The medians of the questions to the first interval that is narrow enough, and to the end."""
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
    return float(first * len(levels)), float(count * len(levels))


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
