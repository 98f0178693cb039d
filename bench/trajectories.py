"""What is known of many simulated listeners after each of their answers, and how a run of each ends.

Conventions
    A cell's file is an array of single precision of the shape (listeners, questions from :data:`FIRST` on, columns).
    The columns: quantiles of the posterior of the threshold, less the true one, at :data:`NORMAL` deviates, in decades;
    the posterior's mass below the true threshold; the distance from there to the easiest level, in decades; and the
    estimates of scale and lapse rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from msgspec import Struct
from scipy.special import ndtr

from audiotest.hearing.procedure import (
    EASY,
    SHIFT,
    STRETCH,
    Z_95,
    Floats,
    ends,
    near_end,
    recalibration,
)
from audiotest.hearing.tracks import AHEAD, BUDGET, CONFIRMED, LEAST, PRECISION, SETTLED_AT_LEAST
from bench.listeners import Listeners, Many, asked, track_named

NORMAL = np.linspace(-4, 4, 33)
FIRST = LEAST
_AT_ONCE = 50
"""Neighbours in order of their thresholds, so that few thresholds count for all of them."""


class Cell(Struct, frozen=True):
    """Listeners of one kind: those of ``track`` with a ``scale`` in decades and a ``lapse`` rate; ``seed`` sets those
    apart that are fitted to from those that are reported."""

    track: str
    scale: float
    lapse: float
    seed: int = 2026
    part: tuple[float, float] = (0.25, 0.75)
    """Thresholds are drawn from this part of the levels."""

    @property
    def options(self) -> int:
        """How many there are to choose from."""
        return track_named(self.track).options


class Ends(Struct, frozen=True):
    """Estimates and ends of the intervals of N listeners when their runs have ended, less the truth, in decades, and
    how many ``questions`` they took."""

    at: Floats
    low: Floats
    high: Floats
    questions: Floats
    near_end: np.ndarray | None = None
    """Which of them ``audiotest hear`` marks as near the end of the levels."""

    @property
    def holds(self) -> np.ndarray:
        """Whether each interval holds the truth."""
        return (self.low <= 0) & (self.high >= 0)

    def part(self, which: slice) -> Ends:
        """Some of them."""
        return Ends(self.at[which], self.low[which], self.high[which], self.questions[which])


def simulated(cells: Sequence[Cell], runs: int, folder: Path, pool: ProcessPoolExecutor) -> list[np.ndarray]:
    """The trajectories of ``runs`` listeners of each cell, from ``folder`` where it has them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = list(pool.map(_kept, [(cell, runs, folder) for cell in cells]))
    return [np.load(path, mmap_mode="r") for path in paths]


def _kept(job: tuple[Cell, int, Path]) -> Path:
    cell, runs, folder = job
    part = "-".join(f"{end:g}" for end in cell.part)
    path = folder / f"{cell.track}-{cell.scale:g}-{cell.lapse:g}-{cell.seed}-{part}-{runs}.npy"
    if not path.exists():
        half = path.with_suffix(".part.npy")
        np.save(half, trajectories(cell, runs))
        half.replace(path)
    return path


def trajectories(cell: Cell, runs: int) -> np.ndarray:
    """What is known of ``runs`` listeners of ``cell`` after each question, as in the module's conventions."""
    track = track_named(cell.track)
    first, last = track.positions[0], track.positions[-1]
    rng = np.random.default_rng([cell.seed, len(cell.track), int(1000 * cell.scale), int(1000 * cell.lapse)])
    all_ = first + (last - first) * np.sort(rng.uniform(*cell.part, runs))
    parts = []
    for start in range(0, runs, _AT_ONCE):
        at = all_[start : start + _AT_ONCE]
        answers = asked(track, Listeners(at, cell.scale, cell.lapse), BUDGET, rng)
        parts.append(
            np.stack([known(many, at, last) for index, many in enumerate(answers) if index + 1 >= FIRST], axis=1)
        )
    return rng.permutation(np.concatenate(parts))


def known(many: Many, truth: Floats, easiest: float) -> np.ndarray:
    """What is known of each listener: its columns, with the ``easiest`` level in decades."""
    edges, masses = many.cumulative()
    quantiles = [np.interp(ndtr(NORMAL), mass, edges) - at for mass, at in zip(masses, truth, strict=True)]
    below = [np.interp(at, edges, mass) for mass, at in zip(masses, truth, strict=True)]
    return np.column_stack([quantiles, below, easiest - truth, many.scales(), many.lapses()]).astype(np.float32)


def quantile(rows: np.ndarray, deviates: Floats) -> Floats:
    """The quantiles of posteriors at normal deviates, one of each."""
    count = len(NORMAL)
    place = np.clip((deviates - NORMAL[0]) / (NORMAL[1] - NORMAL[0]), 0, count - 1 - 1e-6)
    left = place.astype(int)[..., None]
    below, above = (np.take_along_axis(rows[..., :count], left + i, axis=-1)[..., 0] for i in (0, 1))
    return np.asarray(below + (above - below) * (place - left[..., 0]))


def features(rows: np.ndarray) -> tuple[Floats, Floats, Floats]:
    """What the recalibration goes by: scale, lapse rate, and the width of the central interval of the mass 95%."""
    central = [quantile(rows, np.full(rows.shape[:-1], z)) for z in (-Z_95, Z_95)]
    return rows[..., -2].astype(float), rows[..., -1].astype(float), central[1] - central[0]


def intervals(rows: np.ndarray) -> tuple[Floats, Floats, Floats]:
    """Estimates, lower and upper ends, less the truth, as :class:`~audiotest.hearing.procedure.Procedure` gives
    them."""
    return intervals_by(rows, (*STRETCH, *SHIFT), EASY)


def intervals_by(rows: np.ndarray, constants: Sequence[float], easy: float) -> tuple[Floats, Floats, Floats]:
    """As :func:`intervals`, with other constants."""
    shift, stretch = recalibration(*features(rows), constants=constants)
    at = quantile(rows, shift)
    low, high = (quantile(rows, end) for end in ends(shift, stretch, *margins(rows, at), easy))
    return at, low, high


def margins(rows: np.ndarray, at: Floats) -> tuple[Floats, Floats]:
    """The distances from the estimates (less the truth) to the easiest level, and the estimates of the scale."""
    return rows[..., -3].astype(float) - at, rows[..., -2].astype(float)


def ended(rows: np.ndarray, *, precision: float = PRECISION, budget: int = BUDGET) -> Ends:
    """The end of each listener's run, by the rule of a track."""
    at, low, high = intervals(np.asarray(rows[:, : budget - FIRST + 1]))
    final = stops(high - low, precision)
    each = np.arange(len(at))
    near = near_end(*margins(rows[each, final], at[each, final]))
    return Ends(at[each, final], low[each, final], high[each, final], final + float(FIRST), near)


def stops(widths: Floats, precision: float) -> np.ndarray:
    """The column of the last answer of each listener: those under way when the interval is narrow enough count, too."""
    count, columns = widths.shape
    narrow, last = np.zeros(count, int), np.full(count, columns - 1)
    running = np.ones(count, bool)
    for column in range(columns):
        narrow = np.where(widths[:, column] <= np.log10(precision), narrow + 1, 0)
        ends = running & (narrow >= CONFIRMED) & (column + FIRST >= SETTLED_AT_LEAST)
        last[ends] = min(columns - 1, column + AHEAD - 1)
        running &= ~ends
    return last
