"""The constants of :func:`audiotest.hearing.procedure.recalibration`, fitted to simulated listeners.

The listeners are of the tracks that ``bench.calibration`` reports, with other scales, thresholds and seeds, and other
lapse rates but for none at all. What is minimised is summed over all cells and five ends of a run: the squared
distances of the misses on either side from 2.5%, of both together from 5%, each in points, and of the median bias from
none, in units of 2.5%. When a run ends depends on the constants, so ends and constants are found by turns. How well
they are known is shown by fits to either half of each cell's listeners.

The power of :func:`audiotest.hearing.comparison.difference` is chosen among a few by the pairs of the same listeners:
of one kind, and of two kinds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from msgspec import Struct
from scipy.optimize import minimize
from scipy.special import ndtri

from audiotest.hearing.procedure import SHIFT, STRETCH, Z_95, Floats, recalibration
from bench.trajectories import FIRST, NORMAL, Cell, Ends, ended, features, quantile, simulated, stops

RUNS, SEED = 600, 77
POWERS = (2.0, 2.5, 3.0, 3.5, 4.0, 6.0)
CELLS = [
    Cell(track, scale, lapse, SEED)
    for scale in (0.025, 0.045, 0.08, 0.12, 0.17, 0.25, 0.32)
    for lapse in (0.0, 0.03, 0.08, 0.15)
    for track in ("gap", "tone_in_noise@1000")
    if lapse < 0.15 or scale <= 0.12
]
ENDS = {(1.5, 200): 1.0, (1.25, 200): 0.3, (2.0, 200): 0.3, (1.5, 100): 0.3, (1.5, 60): 0.3}
"""Ends of a run by its precision and budget, with their weights."""
_TURNS = 3
_POINT, _BIAS = 0.01, np.log10(1.025)
_SOFT = 0.06
"""A miss counts in part within so many deviates of an interval's end, so that the loss is smooth."""


class Last(Struct, frozen=True):
    """What is known of the listeners of all cells when their runs have ended; arrays begin with (cells, listeners)."""

    features: tuple[Floats, Floats, Floats]
    rows: np.ndarray
    truth: Floats
    """The normal deviates at which the posteriors have the true thresholds."""

    def loss(self, constants: Floats) -> float:
        """Over the cells."""
        shift, stretch = recalibration(*self.features, constants=tuple(constants))
        high, low = (np.mean(_soft(side * (self.truth - shift) - Z_95 * stretch), axis=-1) for side in (1.0, -1.0))
        bias = np.median(quantile(self.rows, shift), axis=-1)
        missed = 0.5 * ((high - 0.025) ** 2 + (low - 0.025) ** 2) + (high + low - 0.05) ** 2
        return float(np.sum(missed / _POINT**2 + (bias / _BIAS) ** 2))


def fitted(pool: ProcessPoolExecutor, folder: Path, runs: int = RUNS) -> Iterator[str]:
    """The constants by each turn, those of either half, the loss with those that are used, and the table of powers."""
    cells = [np.asarray(rows) for rows in simulated(CELLS, runs, folder, pool)]
    of_all = None
    for name, part in (("all", slice(None)), ("a half", slice(runs // 2)), ("the other", slice(runs // 2, None))):
        for turn, (constants, loss) in enumerate(_turns([rows[part] for rows in cells])):
            yield f"{name}, turn {turn + 1}: loss {loss:.1f} with {', '.join(f'{c:.3f}' for c in constants)}"
        covered = _covered(cells, constants)
        of_all = covered if of_all is None else of_all
        moved = 100 * (covered - of_all)
        yield (
            f"{name}: {covered.mean():.1%} of all intervals hold the threshold; of a kind, {moved.mean():+.2f} points "
            f"from the fit to all (standard deviation {moved.std():.2f}, at most {np.abs(moved).max():.1f})"
        )
    used = np.array([*STRETCH, *SHIFT])
    yield f"those that are used: loss {_loss(used, _lasts(cells, used)):.1f}"
    yield from powers(cells)


def _turns(cells: Sequence[np.ndarray]) -> Iterator[tuple[Floats, float]]:
    """The constants and the loss of each turn."""
    constants = np.zeros(len(STRETCH) + len(SHIFT))
    for _ in range(_TURNS):
        lasts = _lasts(cells, constants)
        constants = minimize(_loss, constants, args=(lasts,), method="Powell", options={"xtol": 1e-3, "ftol": 1e-4}).x
        yield constants, _loss(constants, lasts)


def _covered(cells: Sequence[np.ndarray], constants: Floats) -> Floats:
    """The share of intervals that hold the threshold, by cell, at the usual end of a run, with these ``constants``."""
    last = _lasts(cells, constants)[0][1]
    shift, stretch = recalibration(*last.features, constants=tuple(constants))
    return np.asarray(np.mean(np.abs(last.truth - shift) <= Z_95 * stretch, axis=-1))


def powers(cells: Sequence[np.ndarray]) -> Iterator[str]:
    """How often the interval of a ratio holds the true one by its power: means over pairs of a kind and of two."""
    yield "| power | of one kind | lowest kind | of two kinds | lowest pair |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    ends = list(map(ended, cells))
    for power in POWERS:
        # Each listener of a kind is held against its five next ones; and each kind against six others of its track.
        one = [np.mean([_held(e, _turned(e, by), power) for by in range(1, 6)]) for e in ends]
        two = [_held(ends[i], ends[(i + 2 * by) % len(ends)], power) for i in range(len(ends)) for by in range(1, 7)]
        yield f"| {power:g} | {np.mean(one):.1%} | {min(one):.1%} | {np.mean(two):.1%} | {min(two):.1%} |"


def _turned(ends: Ends, by: int) -> Ends:
    """The same listeners in another order."""
    return Ends(*(np.roll(column, by) for column in (ends.at, ends.low, ends.high, ends.questions)))


def _held(a: Ends, b: Ends, power: float) -> float:
    """The share of intervals of ``a - b`` that hold 0: both are less their truth."""
    below = ((a.at - a.low) ** power + (b.high - b.at) ** power) ** (1 / power)
    above = ((a.high - a.at) ** power + (b.at - b.low) ** power) ** (1 / power)
    apart = a.at - b.at
    return float(np.mean((apart - below <= 0) & (apart + above >= 0)))


def _loss(constants: Floats, lasts: Sequence[tuple[float, Last]]) -> float:
    return sum(weight * last.loss(constants) for weight, last in lasts)


def _lasts(cells: Sequence[np.ndarray], constants: Floats) -> list[tuple[float, Last]]:
    """What is known at each end of a run by these ``constants``, with the weight of that end."""
    at_ends: list[list[np.ndarray]] = [[] for _ in ENDS]
    for rows in cells:
        shift, stretch = recalibration(*features(rows), constants=tuple(constants))
        widths = quantile(rows, shift + Z_95 * stretch) - quantile(rows, shift - Z_95 * stretch)
        for of_end, (precision, budget) in zip(at_ends, ENDS, strict=True):
            of_end.append(rows[np.arange(len(rows)), stops(widths[:, : budget - FIRST + 1], precision)])
    lasts = map(np.stack, at_ends)
    return [(weight, _last(rows)) for weight, rows in zip(ENDS.values(), lasts, strict=True)]


def _last(rows: np.ndarray) -> Last:
    below = np.clip(rows[..., len(NORMAL)].astype(float), 1e-6, 1 - 1e-6)
    return Last(features(rows), np.ascontiguousarray(rows[..., : len(NORMAL)]), ndtri(below))


def _soft(above: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(above / _SOFT, -30, 30))))
