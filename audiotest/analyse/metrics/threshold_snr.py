"""``threshold_snr``: the signal-to-noise ratio, in dB, at which accuracy is half-way between guessing and the best.

The counterpart of a speech reception threshold. A psychometric curve is fitted to a sweep over ``noise(snr_db=...)``
(or ``babble``) by maximum likelihood: p(x) = g + (1 - g - l) / (1 + exp(-(x - t) / s)), with the guessing rate g = mean
of 1/k, and threshold t, slope s and lapse rate l free (Wichmann and Hill 2001, Perception & Psychophysics 63: 1293).
The interval is the percentile bootstrap's over clips; each resample is fitted on a grid (thresholds 1% of the sweep
apart, refined by a parabola), the sample itself by scipy's L-BFGS-B as well.

Nothing is said about ratios that were not measured. At least two are needed, and an accuracy that changes between
them. A threshold outside the sweep is no figure but a reason ("above 10 dB, not measured"). Where only an end of the
interval lies outside, that end is None: it is somewhere beyond the sweep, and a gate on it is not satisfied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.analyse.intervals import by_clip, levels, resampled
from audiotest.analyse.trials import NotMeasured, Trials, by_case, clip_of
from audiotest.types import Estimate

_SWEEP = re.compile(r"(?:noise|babble)\((?:.*,)?snr_db=(-?[\d.]+)(?:,.*)?\)")
_RESAMPLES = 500
_LEAST_CHANGE = 0.1
_BEYOND = 0.25
"""How far beyond the sweep, as a share of its span, a threshold is looked for: enough to see that it is outside."""


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The threshold over the sweep, of cases that were judged under all of it."""
    sweep = {c: float(match[1]) for c in trials.by_condition if (match := _SWEEP.fullmatch(c))}
    if len(set(sweep.values())) < 2:
        raise NotMeasured(f"a threshold needs a sweep of at least two ratios, noise(snr_db=[...]); {len(sweep)} ran")
    names = sorted(sweep, key=sweep.__getitem__)
    cases = by_case(trials, names, scorer, tags)
    right = np.array([[float(bool(v.correct)) for _, v in rows] for rows in cases.values()])
    guess = float(np.mean([1 / len(rows[0][0].choices) if rows[0][0].choices else 0.0 for rows in cases.values()]))
    return threshold(
        np.array([sweep[name] for name in names]), right, guess, [clip_of(r[0][0]) for r in cases.values()]
    )


def threshold(ratios: Floats, right: Floats, guess: float, clips: list[str]) -> Estimate:
    """The threshold in dB of ``right``, shape (cases, ratios), at ``ratios`` in dB, ascending; ``clips`` of the cases.

    Raises :class:`NotMeasured` where it is not within the sweep.
    """
    _changes(ratios, right, guess)
    grid = Grid(ratios, guess)
    sums = by_clip(np.column_stack([right, np.ones(len(right))]), clips)
    value = grid.fit(sums.sum(axis=0))
    if not ratios[0] <= value <= ratios[-1]:
        raise NotMeasured(_outside(ratios, below=value < ratios[0]))
    if len(sums) < 2:
        return Estimate(value, n=len(right))
    low, high = np.quantile(grid.fits(resampled(sums, np.random.default_rng(0), _RESAMPLES)), levels(len(sums)))
    return Estimate(
        value,
        min(float(low), value) if low >= ratios[0] else None,
        max(float(high), value) if high <= ratios[-1] else None,
        len(right),
    )


def _outside(ratios: Floats, *, below: bool) -> str:
    side, end, word = ("below", ratios[0], "lowest") if below else ("above", ratios[-1], "highest")
    return f"{side} {end:g} dB, not measured: that is the {word} ratio of the sweep, and the threshold lies beyond it"


def _changes(ratios: Floats, right: Floats, guess: float) -> None:
    """Raises :class:`NotMeasured` where accuracy is the same over the whole sweep, saying on which side it is."""
    accuracy = right.mean(axis=0)
    if accuracy.max() - accuracy.min() >= _LEAST_CHANGE:
        return
    over = f"accuracy changes by less than {_LEAST_CHANGE:.0%} from {ratios[0]:g} to {ratios[-1]:g} dB"
    if accuracy.min() > (1 + guess) / 2:
        raise NotMeasured(
            f"below {ratios[0]:g} dB, not measured: {over}, where it is high: there is no threshold in it"
        )
    if accuracy.max() < guess + _LEAST_CHANGE:
        raise NotMeasured(
            f"above {ratios[-1]:g} dB, not measured: {over}, where it is near guessing: there is no threshold in it"
        )
    raise NotMeasured(f"{over}: there is no threshold")


class Grid:
    """The log-likelihoods of all curves of a grid, for many samples at once."""

    def __init__(self, ratios: Floats, guess: float) -> None:
        span = float(ratios[-1] - ratios[0])
        self.ratios, self.guess = ratios, guess
        self.thresholds = np.linspace(ratios[0] - _BEYOND * span, ratios[-1] + _BEYOND * span, 151)
        self.slopes = np.geomspace(0.05 * span, 2 * span, 12)
        self.lapses = np.linspace(0, 0.5 * (1 - guess), 7)
        at, slope, lapse = np.meshgrid(self.thresholds, self.slopes, self.lapses, indexing="ij")
        self.curves = np.stack([at.ravel(), np.log(slope.ravel()), lapse.ravel()], axis=1)
        p = _curve(ratios, guess, self.curves)
        self.log_right, self.log_wrong = np.log(p).T, np.log(1 - p).T

    def likelihoods(self, sums: Floats) -> Floats:
        """From right answers at each ratio and, last, the number of cases: shape (samples, ratios + 1) to (samples,
        curves)."""
        right, cases = sums[:, :-1], sums[:, -1:]
        return np.asarray(right @ self.log_right + (cases - right) @ self.log_wrong)

    def fits(self, sums: Floats) -> Floats:
        """The threshold of each sample: the best of the grid over slopes and lapses, between its points by a parabola."""
        profile = self.likelihoods(sums).reshape(len(sums), len(self.thresholds), -1).max(axis=2)
        best = profile.argmax(axis=1).clip(1, len(self.thresholds) - 2)
        before, at, after = (np.take_along_axis(profile, best[:, None] + i, axis=1)[:, 0] for i in (-1, 0, 1))
        bend = before - 2 * at + after
        shift = np.where(bend < 0, (before - after) / np.where(bend < 0, 2 * bend, 1.0), 0.0).clip(-1, 1)
        return np.asarray(self.thresholds[best] + shift * (self.thresholds[1] - self.thresholds[0]))

    def fit(self, sums: Floats) -> float:
        """The threshold of one sample, by the best curve of all, starting from the best of the grid."""
        from scipy.optimize import minimize

        right, cases = sums[:-1], sums[-1]

        def loss(curve: Floats) -> float:
            p = _curve(self.ratios, self.guess, curve[None, :])[0]
            return -float((right * np.log(p) + (cases - right) * np.log(1 - p)).sum())

        start = self.curves[self.likelihoods(sums[None, :])[0].argmax()]
        bounds = [(axis[0], axis[-1]) for axis in (self.thresholds, np.log(self.slopes), self.lapses)]
        return float(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x[0])


def _curve(ratios: Floats, guess: float, curves: Floats) -> Floats:
    """The probability of a right answer, shape (curves, ratios); a curve: threshold, logarithm of the slope, lapses."""
    at, log_slope, lapse = curves.T[:, :, None]
    z = np.clip((ratios - at) / np.exp(log_slope), -30, 30)
    return np.asarray(np.clip(guess + (1 - guess - lapse) / (1 + np.exp(-z)), 1e-6, 1 - 1e-6))
