"""The constants of :func:`audiotest.hearing.procedure.recalibration` and
:func:`~audiotest.hearing.procedure.easy_stretch`, fitted together to simulated listeners.

The listeners are of the tracks that ``bench.calibration`` reports, with other scales, thresholds and seeds, and other
lapse rates but for none at all; some have thresholds near the easiest level. What is minimised is summed over all cells
and five ends of a run: the squared distances of the misses on either side from 2.5%, of both together from 5%, each in
points, and of the median bias from none, in units of 2.5%; near the easiest level the bias, which no constant mends,
does not count. When a run ends depends on the constants, so ends and constants are found by turns. How well they are
known is shown by fits to either half of each cell's listeners.

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

from audiotest.hearing.procedure import EASY, SHIFT, STRETCH, Floats, ends, recalibration
from bench.trajectories import (
    FIRST,
    NORMAL,
    Cell,
    Ends,
    ended,
    features,
    intervals_by,
    margins,
    quantile,
    simulated,
    stops,
)

RUNS, SEED = 600, 77
POWERS = (2.0, 2.5, 3.0, 3.5, 4.0, 6.0)
CELLS = [
    Cell(track, scale, lapse, SEED)
    for scale in (0.025, 0.045, 0.08, 0.12, 0.17, 0.25, 0.32)
    for lapse in (0.0, 0.03, 0.08, 0.15)
    for track in ("gap", "tone_in_noise@1000")
    if lapse < 0.15 or scale <= 0.12
]
EASY_CELLS = [
    Cell(track, scale, lapse, SEED + 1, (0.8, 0.95))
    for scale in (0.025, 0.08, 0.12, 0.17, 0.25)
    for lapse in (0.0, 0.03, 0.08)
    for track in ("gap", "tone_in_noise@1000")
]
USED = (*STRETCH, *SHIFT, EASY)
ENDS = {(1.5, 200): 1.0, (1.25, 200): 0.3, (2.0, 200): 0.3, (1.5, 100): 0.3, (1.5, 60): 0.3}
"""Ends of a run by its precision and budget, with their weights."""
_TURNS = 3
_POINT, _BIAS = 0.01, np.log10(1.025)
_SOFT = 0.06
"""A miss counts in part within so many deviates of an interval's end, so that the loss is smooth."""


class Last(Struct, frozen=True):
    """What is known of the listeners of all cells when their runs have ended; arrays begin with (cells, listeners)."""

    rows: np.ndarray
    features: tuple[Floats, Floats, Floats]
    truth: Floats
    """The normal deviates at which the posteriors have the true thresholds."""

    def loss(self, constants: Sequence[float], bias: float = 1.0) -> float:
        """Over the cells; ``bias`` is the weight of theirs."""
        low, high, at = self._ends(constants)
        above, below = np.mean(_soft(low - self.truth), axis=-1), np.mean(_soft(self.truth - high), axis=-1)
        missed = 0.5 * ((above - 0.025) ** 2 + (below - 0.025) ** 2) + (above + below - 0.05) ** 2
        return float(np.sum(missed / _POINT**2 + bias * (np.median(at, axis=-1) / _BIAS) ** 2))

    def covered(self, constants: Sequence[float]) -> Floats:
        """The share of intervals that hold the threshold, by cell."""
        low, high, _ = self._ends(constants)
        return np.asarray(np.mean((low <= self.truth) & (self.truth <= high), axis=-1))

    def _ends(self, constants: Sequence[float]) -> tuple[Floats, Floats, Floats]:
        """The normal deviates of the ends of intervals, and the estimates less the truth."""
        *recalibrates, easy = constants
        shift, stretch = recalibration(*self.features, constants=recalibrates)
        at = quantile(self.rows, shift)
        return *ends(shift, stretch, *margins(self.rows, at), easy), at


class Cells(Struct, frozen=True):
    """The listeners that are fitted to: of the middle of the levels and of those near the easiest one, an array a
    cell."""

    middle: list[np.ndarray]
    easy: list[np.ndarray]

    def part(self, which: slice) -> Cells:
        """Some listeners of each cell."""
        return Cells([rows[which] for rows in self.middle], [rows[which] for rows in self.easy])

    def lasts(self, constants: Sequence[float]) -> list[tuple[float, float, Last]]:
        """What is known at each end of a run by these ``constants``, with the weights of that end and of the bias."""
        return [
            (weight, bias, last)
            for cells, bias in ((self.middle, 1.0), (self.easy, 0.0))
            for weight, last in zip(ENDS.values(), _lasts(cells, constants), strict=True)
        ]


def fitted(pool: ProcessPoolExecutor, folder: Path, runs: int = RUNS) -> Iterator[str]:
    """The constants by each turn, those of either half, the loss with those that are used, and the table of powers."""
    middle, easy = ([*map(np.asarray, simulated(cells, runs, folder, pool))] for cells in (CELLS, EASY_CELLS))
    cells = Cells(middle, easy)
    of_all = None
    for name, part in (("all", slice(None)), ("a half", slice(runs // 2)), ("the other", slice(runs // 2, None))):
        for turn, (constants, loss) in enumerate(_turns(cells.part(part))):
            yield f"{name}, turn {turn + 1}: loss {loss:.1f} with {', '.join(f'{c:.3f}' for c in constants)}"
        covered = _covered(cells, constants)
        of_all = covered if of_all is None else of_all
        moved = 100 * (covered - of_all)
        yield (
            f"{name}: {covered.mean():.1%} of all intervals hold the threshold; of a kind, {moved.mean():+.2f} points "
            f"from the fit to all (standard deviation {moved.std():.2f}, at most {np.abs(moved).max():.1f})"
        )
    yield f"those that are used: loss {_loss(USED, cells.lasts(USED)):.1f}"
    yield from powers(middle)


def _turns(cells: Cells) -> Iterator[tuple[Floats, float]]:
    """The constants and the loss of each turn."""
    constants = np.zeros(len(USED))
    for _ in range(_TURNS):
        lasts = cells.lasts(constants)
        constants = minimize(_loss, constants, args=(lasts,), method="Powell", options={"xtol": 1e-3, "ftol": 1e-4}).x
        yield constants, _loss(constants, lasts)


def _covered(cells: Cells, constants: Floats) -> Floats:
    """The share of intervals that hold the threshold, by cell, at the usual end of a run, with these ``constants``."""
    return np.concatenate([_lasts(part, constants)[0].covered(constants) for part in (cells.middle, cells.easy)])


def powers(cells: Sequence[np.ndarray]) -> Iterator[str]:
    """How often the interval of a ratio holds the true one by its power: means over pairs of a kind and of two."""
    yield "| power | of one kind | lowest kind | of two kinds | lowest pair |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    all_ends = list(map(ended, cells))
    for power in POWERS:
        # Each listener of a kind is held against its five next ones; and each kind against six others of its track.
        one = [np.mean([_held(own, _turned(own, by), power) for by in range(1, 6)]) for own in all_ends]
        two = [
            _held(own, all_ends[(i + 2 * by) % len(all_ends)], power)
            for i, own in enumerate(all_ends)
            for by in range(1, 7)
        ]
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


def _loss(constants: Sequence[float], lasts: Sequence[tuple[float, float, Last]]) -> float:
    return sum(weight * last.loss(constants, bias) for weight, bias, last in lasts)


def _lasts(cells: Sequence[np.ndarray], constants: Sequence[float]) -> list[Last]:
    """What is known at each end of a run by these ``constants``."""
    at_ends: list[list[np.ndarray]] = [[] for _ in ENDS]
    for rows in cells:
        *recalibrates, easy = constants
        _, low, high = intervals_by(rows, recalibrates, easy)
        for of_end, (precision, budget) in zip(at_ends, ENDS, strict=True):
            of_end.append(rows[np.arange(len(rows)), stops((high - low)[:, : budget - FIRST + 1], precision)])
    return list(map(_last, map(np.stack, at_ends)))


def _last(rows: np.ndarray) -> Last:
    below = np.clip(rows[..., len(NORMAL)].astype(float), 1e-6, 1 - 1e-6)
    return Last(rows, features(rows), ndtri(below))


def _soft(above: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(above / _SOFT, -30, 30))))
