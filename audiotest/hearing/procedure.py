"""The adaptive procedure: which level to ask next, and what is known of the threshold after each answer.

Goal
    The level at which a listener is half-way between guessing and its own best, with a 95% interval, from as few
    questions as possible.

Model
    A right answer at a level ``x`` has the probability ``p(x) = g + (1 - g - l) / (1 + exp(-(x - t) / s))``: the
    guessing rate ``g`` is 1 over the number of options, the threshold ``t``, the slope's scale ``s`` and the lapse
    rate ``l`` are unknown. At ``x = t`` it is half-way between ``g`` and ``1 - l``: 75% of two options, 67% of three,
    without lapses.

Method
    Bayes' rule on a grid over (t, s, l), with a prior that is flat over t and the grid of s and falls exponentially
    with l (by a factor of e in 0.2: the thresholds of listeners that never lapse are biased without that). The next
    level is the one after whose answer the entropy of the posterior is expected to be least (Kontsevich and Tyler 1999,
    Vision Research 39: 2729; Watson 2017, QUEST+, Journal of Vision 17(3):10). By default it is the entropy of the
    threshold alone, with slope and lapse integrated out (Prins 2013, Journal of Vision 13(7):3): questions that would
    inform about the slope only are not asked.

Estimate and interval
    The median of the threshold's posterior and a central interval of the mass 95% are right on average over the prior,
    whatever ends a run. For one listener they are not: a lapse rate is estimated as larger than none and less than a
    large one, which moves the median; of steep listeners the slope is in doubt for long, so that their intervals are
    too wide; the runs of shallow ones end when they happen to look precise. So estimate and ends are read from the
    posterior's distribution function at ``Phi(b)`` and ``Phi(b -+ 1.96 k)``, where ``Phi`` is that of the normal
    distribution: a shift ``b`` for the bias, as in Efron's bias-corrected interval (1987, JASA 82: 171), and a stretch
    ``k``. :func:`recalibration` has both as functions of what is estimated; near the easiest level :func:`easy_stretch`
    moves the end on its side further out. Their constants are fitted to simulated listeners (Beran 1987, Biometrika 74:
    457) and are held against others by ``bench.calibration``.

Conventions
    Levels are in decades, and rise as the task gets easier (:mod:`audiotest.hearing.tracks` maps them to a faculty's
    unit). A decade is a factor of 10, or 20 dB.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from scipy.special import ndtr

Floats = npt.NDArray[np.float64]

SCALES = (0.01, 0.02, 0.04, 0.07, 0.11, 0.16, 0.24, 0.36, 0.54)
"""Scales ``s`` of the curve in decades. From 12% to 88% of its rise it takes four of them."""
LAPSES = (0.0, 0.02, 0.05, 0.1, 0.17, 0.25)
_BEYOND = 0.3
"""How far beyond the levels, in decades, a threshold is looked for: enough to see that it is outside."""
_RARE = 0.2
"""The lapse rate at which the prior has fallen by a factor of e."""
_NONE = 1e-9
"""Thresholds that are less probable than the best one by this factor do not count in the choice of a level."""
Z_95 = 1.959964
"""The normal deviate that 2.5% lie above."""
STRETCH, SHIFT, EASY = (0.115, 0.006, 0.192), (0.018, -3.636), 0.203
"""Constants of :func:`recalibration` and :func:`easy_stretch`, fitted by ``python -m bench.calibration fit`` to 48,000
listeners of two and three options with scales from 0.025 to 0.32 decades and lapse rates from 0 to 15%, at ends after
50 to 200 answers; 18,000 of them have thresholds near the easiest level."""
_MOST_STRETCH, _MOST_SHIFT = 1.5, 0.6
_NEAR, _NEAR_SCALES = 0.4, 2.0
_FINEST = 0.02
"""The step of the thresholds in decades (a factor of 1.05)."""


class Posterior(Struct, frozen=True):
    """What is known of a threshold: its estimate and the ends of its 95% interval, in decades; the share of the
    probability that lies below the lowest and above the highest level; the means of scale and lapse rate; and whether
    the threshold is near the easiest level (:func:`near_end`)."""

    estimate: float
    low: float
    high: float
    below: float
    above: float
    scale: float
    lapse: float
    near_end: bool


class Grid(Struct, frozen=True, eq=False):
    """The probability of a right answer at each of ``levels``, for all listeners of the grid, with ``options`` to
    choose from."""

    levels: Floats
    thresholds: Floats
    scales: Floats
    lapses: Floats
    right: Floats
    """Shape (levels, thresholds, scales x lapses)."""
    log_prior: Floats | float = 0.0
    """Of scales and lapses, shape (scales x lapses); it is flat over thresholds."""
    logs: dict[int, tuple[Floats, Floats]] = {}
    """By level, as they come to be needed: the logarithms of the probabilities of a right and of a wrong answer."""

    @property
    def shape(self) -> tuple[int, int]:
        """(thresholds, scales x lapses): the shape of a posterior."""
        return self.right.shape[1], self.right.shape[2]

    def logarithms(self, level: int) -> tuple[Floats, Floats]:
        """Of the probabilities of a right and of a wrong answer at a level, each of shape (thresholds, scales x
        lapses)."""
        if level not in self.logs:
            p = self.right[level]
            self.logs[level] = np.log(p), np.log1p(-p)
        return self.logs[level]


@cache
def grid(levels: tuple[float, ...], options: int) -> Grid:
    """The grid for ``levels`` (decades, ascending); by default of thresholds from 0.3 decades below to 0.3 above
    them."""
    x = np.array(levels)
    first, last = x[0] - _BEYOND, x[-1] + _BEYOND
    t = np.linspace(first, last, round((last - first) / _FINEST) + 1)
    s, lapse = (axis.ravel() for axis in np.meshgrid(SCALES, LAPSES, indexing="ij"))
    z = np.clip((x[:, None, None] - t[:, None]) / s, -40, 40)
    p = 1 / options + (1 - 1 / options - lapse) / (1 + np.exp(-z))
    return Grid(x, t, s, lapse, np.clip(p, 1e-6, 1 - 1e-6), -lapse / _RARE)


class Procedure:
    """One threshold in the making, over the levels of ``on``. ``joint``: the entropy that is minimised is that of all
    three parameters, as in QUEST+, rather than of the threshold alone."""

    def __init__(self, on: Grid, *, joint: bool = False) -> None:
        self.grid, self.joint = on, joint
        self._logs = np.zeros(on.shape)
        self._probabilities: Floats | None = None
        self._posterior: Posterior | None = None

    def update(self, level: int, right: float) -> None:
        """Take in an answer at the level of index ``level``: ``right`` is 1 or 0, or, for a listener that would not
        choose, the probability that a guess would have been right."""
        self._probabilities = self._posterior = None
        for share, logs in zip((right, 1 - right), self.grid.logarithms(level), strict=True):
            if share:
                self._logs += logs if share == 1 else share * logs

    def log_likelihoods(self) -> Floats:
        """The log-likelihood of all listeners of the grid by the answers so far, of shape (thresholds, scales x
        lapses)."""
        return self._logs

    def probabilities(self) -> Floats:
        """The posterior, of shape (thresholds, scales x lapses); it sums to 1."""
        if self._probabilities is None:
            logs = self._logs + self.grid.log_prior
            out = np.exp(logs - logs.max())
            self._probabilities = np.asarray(out / out.sum())
        return self._probabilities

    def entropies(self) -> Floats:
        """For each level, the expected entropy (nats) of the posterior after an answer there."""
        whole = self.probabilities()
        marginal = whole.sum(axis=1)
        near = np.flatnonzero(marginal > _NONE * marginal.max())
        part = slice(near[0], near[-1] + 1)
        posterior, p = whole[part], self.grid.right[:, part]
        if self.joint:
            after = [posterior * p, posterior * (1 - p)]
            return np.asarray(sum(_entropy(one.reshape(len(p), -1)) for one in after))
        # Right answers by threshold, with scales and lapses summed out; the wrong ones are the rest.
        right = np.matmul(p.transpose(1, 0, 2), posterior[:, :, None])[:, :, 0].T
        return np.asarray(_entropy(right) + _entropy(posterior.sum(axis=1) - right))

    def following(self) -> int:
        """The index of the level to ask next; the easiest of equal ones."""
        entropies = self.entropies()
        return int(len(entropies) - 1 - np.argmin(entropies[::-1]))

    def posterior(self) -> Posterior:
        """What is known by now."""
        if self._posterior is None:
            self._posterior = self._known()
        return self._posterior

    def _known(self) -> Posterior:
        whole = self.probabilities()
        marginal = whole.sum(axis=1)
        levels = self.grid.levels
        nuisance = whole.sum(axis=0)
        scale = float(np.exp(nuisance @ np.log(self.grid.scales)))
        lapse = float(nuisance @ self.grid.lapses)
        least, most = self._quantiles(marginal, -Z_95, Z_95)
        shift, stretch = map(float, recalibration(scale, lapse, most - least))
        (estimate,) = self._quantiles(marginal, shift)
        margin = float(levels[-1]) - estimate
        low, high = self._quantiles(marginal, *map(float, ends(shift, stretch, margin, scale)))
        return Posterior(
            estimate=estimate,
            low=low,
            high=high,
            below=float(marginal[self.grid.thresholds < levels[0]].sum()),
            above=float(marginal[self.grid.thresholds > levels[-1]].sum()),
            scale=scale,
            lapse=lapse,
            near_end=bool(near_end(margin, scale)),
        )

    def _quantiles(self, marginal: Floats, *deviates: float) -> list[float]:
        """The thresholds that have the shares of normal ``deviates`` below them."""
        return _quantiles(self.grid.thresholds, marginal, [float(ndtr(deviate)) for deviate in deviates])

    def curve(self, levels: Floats, options: int) -> Floats:
        """The expected probability of a right answer at ``levels`` with the ends of its 95% interval, shape (3,
        levels): mean, low, high, over the posterior."""
        weights = self.probabilities().ravel()
        kept = weights > 1e-6 * weights.max()
        t = np.repeat(self.grid.thresholds, self.grid.shape[1])[kept]
        s, lapse = (np.tile(axis, len(self.grid.thresholds))[kept] for axis in (self.grid.scales, self.grid.lapses))
        weights = weights[kept] / weights[kept].sum()
        z = np.clip((levels[:, None] - t) / s, -40, 40)
        p = 1 / options + (1 - 1 / options - lapse) / (1 + np.exp(-z))
        ends = []
        for row in p:
            order = np.argsort(row)
            mass = np.cumsum(weights[order])
            ends.append([row[order][min(np.searchsorted(mass, q), len(order) - 1)] for q in (0.025, 0.975)])
        return np.asarray(np.vstack([p @ weights, np.array(ends).T]))


def recalibration(
    scale: npt.ArrayLike, lapse: npt.ArrayLike, width: npt.ArrayLike, constants: Sequence[float] = (*STRETCH, *SHIFT)
) -> tuple[Floats, Floats]:
    """(shift, stretch): the normal deviates at which a threshold and its 95% interval are read from its posterior are
    ``shift`` and ``shift -+ 1.96 stretch``.

    ``scale`` is the estimate of the curve's scale in decades, ``lapse`` that of the lapse rate, and ``width`` that of
    the central interval of the mass 95% in decades. ``log stretch = c0 + v (c1 + c2 u)``, where ``v`` is the logarithm
    of the scale in tenths of a decade and ``u`` that of the width in units of 1.5 scales, and ``shift = c3 + c4 (lapse
    - 0.05)``: intervals of shallow curves are stretched and those of steep ones pressed, by more the less is known; and
    the more lapses, the lower an estimate.

    No term depends on how near the easiest level a threshold lies: a shift that does helps shallow curves without
    lapses and harms those with lapses as much, which answers do not tell apart where the levels end before the curve
    is level. Such thresholds are marked instead (:func:`near_end`), and their intervals are longer on that side
    (:func:`easy_stretch`)."""
    shallow = np.log(np.asarray(scale) / 0.1)
    unknown = np.log(np.asarray(width) / (1.5 * np.asarray(scale)))
    c, most = constants, np.log(_MOST_STRETCH)
    stretch = np.exp(np.clip(c[0] + shallow * (c[1] + c[2] * unknown), -most, most))
    shift = np.clip(c[3] + c[4] * (np.asarray(lapse) - 0.05), -_MOST_SHIFT, _MOST_SHIFT)
    return np.asarray(shift), np.asarray(stretch)


def near_end(margin: npt.ArrayLike, scale: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether the easiest level lies so few decades above a threshold (``margin``) that the threshold may be worse:
    less than 0.4 decades plus two ``scale`` (decades), by the estimates. Of simulated listeners in the easiest fifth of
    the levels with scales of 0.1 decades or more this marks 95 to 99% (``python -m bench.calibration edges``)."""
    return np.asarray(_closeness(margin, scale) > 0)


def easy_stretch(margin: npt.ArrayLike, scale: npt.ArrayLike, constant: float = EASY) -> Floats:
    """By what the distance of an interval's upper end (in normal deviates) is multiplied besides the stretch: 1 for
    thresholds that are not :func:`near_end`, and up to ``exp(constant)`` for one at the easiest level."""
    return np.asarray(np.exp(constant * _closeness(margin, scale)))


def ends(
    shift: npt.ArrayLike, stretch: npt.ArrayLike, margin: npt.ArrayLike, scale: npt.ArrayLike, easy: float = EASY
) -> tuple[Floats, Floats]:
    """The normal deviates at which the lower and the upper end of a 95% interval are read from the posterior, by the
    :func:`recalibration` and, with the constant ``easy``, the :func:`easy_stretch`."""
    centre, reach = np.asarray(shift), Z_95 * np.asarray(stretch)
    return np.asarray(centre - reach), np.asarray(centre + reach * easy_stretch(margin, scale, easy))


def _closeness(margin: npt.ArrayLike, scale: npt.ArrayLike) -> Floats:
    """From 0, where the levels reach far enough, to 1 at the easiest level and above."""
    return np.asarray(np.clip(1 - np.asarray(margin) / (_NEAR + _NEAR_SCALES * np.asarray(scale)), 0, 1))


def _entropy(parts: Floats) -> Floats:
    """-sum(q log(q / sum q)) of each row: the entropy of the row's distribution, times the row's probability."""
    total = parts.sum(axis=1)
    logs = np.log(np.maximum(parts, 1e-300))
    return np.asarray(total * np.log(np.maximum(total, 1e-300)) - (parts * logs).sum(axis=1))


def _quantiles(at: Floats, mass: Floats, shares: Sequence[float]) -> list[float]:
    """Quantiles of a density on an even grid, each point's mass spread over its cell."""
    step = at[1] - at[0]
    edges = np.concatenate([at - step / 2, at[-1:] + step / 2])
    cumulative = np.concatenate([[0.0], np.cumsum(mass)])
    return [float(np.interp(share, cumulative / cumulative[-1], edges)) for share in shares]
