"""Intervals of ``audiotest hear`` held against many simulated listeners: bias and coverage of the rule that ends a run.

``python -m bench.calibration [--runs N]`` prints the table of docs/audiogram.md. It does what a track and its procedure
do for N listeners at once, ten times as fast: the same grid, prior, choice of levels, questions under way, catch
trials, interval and end. What it leaves out is the screening beyond ten questions, and the verdicts that give no
threshold. ``tests/hearing/test_procedure.py`` holds its choice of levels and its intervals against :class:`Procedure`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from audiotest.hearing.procedure import Floats, Grid, outside
from audiotest.hearing.tracks import (
    AHEAD,
    BUDGET,
    CATCH_EVERY,
    CONFIRMED,
    PRECISION,
    SCREENING,
    SETTLED_AT_LEAST,
    Track,
)
from audiotest.registry import FACULTIES
from bench.tables import print_tables

LISTENERS = {
    "plain": (0.1, 0.0),
    "steep": (0.03, 0.0),
    "rather steep": (0.06, 0.0),
    "rather shallow": (0.15, 0.0),
    "shallow": (0.2, 0.0),
    "very shallow": (0.3, 0.0),
    "lapses 5%": (0.1, 0.05),
    "lapses 12%": (0.1, 0.12),
    "steep, lapses 5%": (0.03, 0.05),
    "shallow, lapses 5%": (0.2, 0.05),
}
"""Scale in decades and lapse rate of each."""
TRACKS = ("gap", "tone_in_noise@1000")
"""Of three and of two options."""
_LEVELS_OF = (0.25, 0.75)
"""Thresholds are drawn from this part of the levels."""


class Many:
    """The posteriors of ``count`` listeners on one grid, in single precision."""

    def __init__(self, on: Grid, count: int) -> None:
        self.grid = on
        p = on.right.astype(np.float32)
        self._log_right, self._log_wrong = np.log(p), np.log1p(-p)
        self._by_threshold = np.ascontiguousarray(p.transpose(1, 2, 0))
        prior = np.broadcast_to(np.asarray(on.log_prior, np.float32), on.shape)
        self._logs = np.repeat(prior[None], count, axis=0).copy()
        self.posteriors = self._posteriors()

    def update(self, levels: np.ndarray, right: np.ndarray) -> None:
        """An answer of each listener, at a level of its own."""
        self._logs += np.where(right[:, None, None], self._log_right[levels], self._log_wrong[levels])
        self.posteriors = self._posteriors()

    def _posteriors(self) -> np.ndarray:
        out = np.exp(self._logs - self._logs.max(axis=(1, 2), keepdims=True))
        return np.asarray(out / out.sum(axis=(1, 2), keepdims=True))

    def following(self) -> np.ndarray:
        """The level after whose answer each listener's entropy is expected to be least."""
        right = np.matmul(self.posteriors.transpose(1, 0, 2), self._by_threshold).transpose(1, 2, 0)
        wrong = self.posteriors.sum(axis=2)[:, None] - right
        entropies = _entropy(right) + _entropy(wrong)
        return np.asarray(entropies.shape[1] - 1 - np.argmin(entropies[:, ::-1], axis=1))

    def known(self) -> Floats:
        """Low, median and high of each listener, in decades: shape (listeners, 3)."""
        t = self.grid.thresholds
        step = t[1] - t[0]
        edges = np.concatenate([t - step / 2, t[-1:] + step / 2])
        marginals = self.posteriors.sum(axis=2)
        scales = np.exp(self.posteriors.sum(axis=1) @ np.log(self.grid.scales))
        out = []
        for marginal, scale in zip(marginals, scales, strict=True):
            mass = np.concatenate([[0.0], np.cumsum(marginal, dtype=float)])
            mass /= mass[-1]
            least, most = np.interp((0.025, 0.975), mass, edges)
            tail = outside(float(scale), float(most - least)) / 2
            out.append(np.interp((tail, 0.5, 1 - tail), mass, edges))
        return np.array(out)


def _entropy(parts: np.ndarray) -> np.ndarray:
    total = parts.sum(axis=-1)
    logs = np.log(np.maximum(parts, 1e-30))
    return np.asarray(total * np.log(np.maximum(total, 1e-30)) - (parts * logs).sum(axis=-1))


def ended(job: tuple[str, float, float, int]) -> Floats:
    """Of each listener, when its run has ended: low, median, high, all less the truth, answers, and the same three
    after the whole budget; shape (listeners, 7)."""
    name, scale, lapse, count = job
    faculty, _, variant = name.partition("@")
    track = Track(FACULTIES.get(faculty), float(variant) if variant else None, 0)
    x, m, easiest = np.array(track.positions), track.options, track.easiest
    rng = np.random.default_rng([2026, len(name), int(1000 * scale), int(100 * lapse)])
    at = x[0] + (x[-1] - x[0]) * rng.uniform(*_LEVELS_OF, count)
    many = Many(track.grid, count)
    under_way = [np.full(count, easiest) for _ in range(AHEAD)]
    narrow, end = np.zeros(count, int), np.zeros(count, int)
    out = np.zeros((count, 4))
    for index in range(BUDGET):
        levels = under_way.pop(0)
        rise = 1 / (1 + np.exp(-np.clip((x[levels] - at) / scale, -40, 40)))
        many.update(levels, rng.random(count) < 1 / m + (1 - 1 / m - lapse) * rise)
        ahead = index + AHEAD
        catch = ahead < SCREENING or ahead % CATCH_EVERY == 0
        under_way.append(np.full(count, easiest) if catch else many.following())
        if index + 1 < SETTLED_AT_LEAST - CONFIRMED:
            continue
        known = many.known() - at[:, None]
        narrow = np.where(known[:, 2] - known[:, 0] <= np.log10(PRECISION), narrow + 1, 0)
        precise = (end == 0) & (narrow >= CONFIRMED) & (index + 1 >= SETTLED_AT_LEAST)
        end[precise] = index + AHEAD  # those under way count, too
        last = (end == index + 1) | ((index + 1 == BUDGET) & ((end == 0) | (end > BUDGET)))
        out[last] = np.column_stack([known, np.full(count, index + 1.0)])[last]
    return np.hstack([out, known])


def coverage(runs: int, pool: ProcessPoolExecutor) -> Iterator[str]:
    """Rows of listeners: bias and coverage when a run has ended, and after the whole budget."""
    yield (
        "| listener | scale | lapses | options | bias | coverage | too high, too low | width | questions "
        "| after 200: bias | coverage |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    cells = [(track, *listener, runs) for listener in LISTENERS.values() for track in TRACKS]
    names = [name for name in LISTENERS for _ in TRACKS]
    for name, cell, rows in zip(names, cells, pool.map(ended, cells), strict=True):
        options = 3 if cell[0] == "gap" else 2
        too_high, too_low = np.mean(rows[:, 0] > 0), np.mean(rows[:, 2] < 0)
        held = f"{1 - too_high - too_low:.1%} | {too_high:.1%}, {too_low:.1%}"
        width = f"{10 ** np.median(rows[:, 2] - rows[:, 0]):.2f}"
        last = np.mean((rows[:, 4] <= 0) & (rows[:, 6] >= 0))
        yield (
            f"| {name} | {cell[1]:g} | {cell[2]:.0%} | {options} | {_bias(rows[:, 1])} | {held} | {width} | "
            f"{np.median(rows[:, 3]):.0f} | {_bias(rows[:, 5])} | {last:.1%} |"
        )


def _bias(errors: Floats) -> str:
    return f"{100 * (10 ** float(np.median(errors)) - 1):+.1f}%"


def main() -> None:
    """Print the table."""
    print_tables("calibration", __doc__, {"coverage": coverage}, "simulated listeners", runs=400)


if __name__ == "__main__":
    main()
