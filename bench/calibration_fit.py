"""The constants of :func:`audiotest.hearing.procedure.recalibration`, fitted to simulated listeners.

The listeners are of the tracks that ``bench.calibration`` reports, with other scales, thresholds and seeds, and other
lapse rates but for none at all. What is minimised is summed over all cells and five ends of a run: the squared
distances of the misses on either side from 2.5%, of both together from 5%, each in points, and of the median bias from
none, in units of 2.5%. When a run ends depends on the constants, so ends and constants are found by turns.
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
from bench.trajectories import FIRST, NORMAL, Cell, features, quantile, simulated, stops

RUNS, SEED = 600, 77
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


def fitted(pool: ProcessPoolExecutor, folder: Path) -> Iterator[str]:
    """The constants by each turn, and the loss with those that are used."""
    cells = [np.asarray(rows) for rows in simulated(CELLS, RUNS, folder, pool)]
    constants = np.zeros(len(STRETCH) + len(SHIFT))
    for turn in range(_TURNS):
        lasts = _lasts(cells, constants)
        constants = minimize(_loss, constants, args=(lasts,), method="Powell", options={"xtol": 1e-3, "ftol": 1e-4}).x
        yield f"turn {turn + 1}: loss {_loss(constants, lasts):.1f} with {', '.join(f'{c:.3f}' for c in constants)}"
    used = np.array([*STRETCH, *SHIFT])
    yield f"those that are used: loss {_loss(used, _lasts(cells, used)):.1f}"


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
