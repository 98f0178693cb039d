"""Many simulated listeners at once, asked as a track of ``audiotest hear`` asks one.

The same grid, prior, choice of levels, questions under way, and catch trials, on arrays of N listeners, about thirty
times as fast as :class:`~audiotest.hearing.procedure.Procedure`. Left out are the screening beyond ten questions, and
the verdicts that give no threshold. ``tests/hearing/test_procedure.py`` holds both against each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from audiotest.hearing.procedure import Floats, Grid
from audiotest.hearing.tracks import AHEAD, CATCH_EVERY, SCREENING, Track
from audiotest.registry import FACULTIES

_LEAST = np.float32(1e-30)
"""Posterior probabilities do not fall below this: smaller ones are slow in single precision, and none comes back."""
_NORMALISED_EVERY = 8
"""Updates, in which no posterior falls by more than single precision has room for."""
_NONE = 1e-6
"""Thresholds that are less probable than the best one by this factor do not count in the choice of a level."""


def track_named(name: str, **more: int) -> Track:
    """The track of a name such as ``pitch@440``."""
    faculty, _, variant = name.partition("@")
    return Track(FACULTIES.get(faculty), float(variant) if variant else None, 0, **more)


class Listeners(Struct, frozen=True):
    """``thresholds`` of N listeners in decades, with the ``scale`` (decades) and the ``lapse`` rate of all of them."""

    thresholds: Floats
    scale: float
    lapse: float

    def answers(self, track: Track, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Whether each is right at the level of an index of its own."""
        chance = 1 / track.options
        z = (np.array(track.positions)[levels] - self.thresholds) / self.scale
        rise = 1 / (1 + np.exp(-np.clip(z, -40, 40)))
        return np.asarray(rng.random(len(levels)) < chance + (1 - chance - self.lapse) * rise)


class Many:
    """The posteriors of ``count`` listeners on one grid, in single precision: shape (listeners, thresholds, scales x
    lapses)."""

    def __init__(self, on: Grid, count: int) -> None:
        self.grid = on
        p = on.right.astype(np.float32)
        self._factors = np.concatenate([1 - p, p])
        self._by_threshold = np.ascontiguousarray(p.transpose(1, 2, 0))
        self._of_nuisance = np.stack([np.ones_like(on.scales), np.log(on.scales), on.lapses], 1).astype(np.float32)
        prior = np.broadcast_to(np.exp(np.asarray(on.log_prior, np.float32)), on.shape)
        self._posteriors = np.repeat((prior / prior.sum())[None], count, axis=0)
        self._updates = 0
        self._sum_up()

    def update(self, levels: np.ndarray, right: np.ndarray) -> None:
        """An answer of each listener, at a level of its own."""
        which = levels + len(self.grid.levels) * right
        for posterior, factor in zip(self._posteriors, which, strict=True):
            posterior *= self._factors[factor]
        self._updates += 1
        if self._updates % _NORMALISED_EVERY == 0:
            np.maximum(self._posteriors, _LEAST, out=self._posteriors)
            self._posteriors /= self._moments[:, :, :1].sum(axis=1, keepdims=True)
        self._sum_up()

    def _sum_up(self) -> None:
        """Sums over scales and lapse rates: of the probability, and of it times log scale and lapse rate."""
        self._moments = self._posteriors @ self._of_nuisance

    def following(self) -> np.ndarray:
        """The level after whose answer each listener's entropy is expected to be least."""
        marginals = self.marginals()
        near = np.flatnonzero((marginals > _NONE * marginals.max(axis=1, keepdims=True)).any(axis=0))
        part = slice(near[0], near[-1] + 1)
        scaled = (1 / self._moments[:, :, 0].sum(axis=1))[:, None]
        right = np.matmul(self._posteriors[:, part].transpose(1, 0, 2), self._by_threshold[part]) * scaled
        wrong = marginals[:, part].T[:, :, None] - right
        entropies = _entropy(right) + _entropy(wrong)
        return np.asarray(entropies.shape[1] - 1 - np.argmin(entropies[:, ::-1], axis=1))

    def marginals(self) -> np.ndarray:
        """The posteriors of the thresholds, shape (listeners, thresholds)."""
        mass = self._moments[:, :, 0]
        return np.asarray(mass / mass.sum(axis=1, keepdims=True))

    def scales(self) -> Floats:
        """The geometric mean of each listener's scale, in decades."""
        mass, logs, _ = self._moments.sum(axis=1).T
        return np.asarray(np.exp(logs / mass))

    def lapses(self) -> Floats:
        """The mean of each listener's lapse rate."""
        mass, _, lapses = self._moments.sum(axis=1).T
        return np.asarray(lapses / mass)

    def cumulative(self) -> tuple[Floats, Floats]:
        """(edges, masses below them): of each listener's threshold, shapes (edges) and (listeners, edges)."""
        t = self.grid.thresholds
        step = t[1] - t[0]
        mass = np.cumsum(self.marginals(), axis=1, dtype=float)
        mass = np.concatenate([np.zeros((len(mass), 1)), mass / mass[:, -1:]], axis=1)
        return np.concatenate([t - step / 2, t[-1:] + step / 2]), mass


def asked(track: Track, listeners: Listeners, questions: int, rng: np.random.Generator) -> Iterator[Many]:
    """What is known of each listener after every question of an adaptive track that does not end."""
    many = Many(track.grid, len(listeners.thresholds))
    easiest = np.full(len(listeners.thresholds), track.easiest)
    under_way = [easiest] * AHEAD
    for index in range(questions):
        levels = under_way.pop(0)
        many.update(levels, listeners.answers(track, levels, rng))
        ahead = index + AHEAD
        catch = ahead < SCREENING or ahead % CATCH_EVERY == 0
        under_way.append(easiest if catch else many.following())
        yield many


def _entropy(parts: np.ndarray) -> np.ndarray:
    """-sum(q log(q / sum q)) over the first axis."""
    total = parts.sum(axis=0)
    logs = np.log(np.maximum(parts, _LEAST))
    logs *= parts
    return np.asarray(total * np.log(np.maximum(total, _LEAST)) - logs.sum(axis=0))
