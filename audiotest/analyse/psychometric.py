"""A psychometric curve: how the probability of a right answer rises with the signal-to-noise ratio.

p(x) = g + (1 - g - l) / (1 + exp(-(x - t) / s)), with the guessing rate g known and threshold t, slope s and lapse rate
l free, by maximum likelihood (Wichmann and Hill 2001, Perception & Psychophysics 63: 1293). A sample is fitted by
scipy's L-BFGS-B, from the best curve of a grid; the hundreds of resamples of a bootstrap on the grid alone, between its
thresholds (1.5% of the sweep apart) by a parabola. That is one matrix product for all of them.
"""

from __future__ import annotations

import numpy as np

from audiotest.analyse.clusters import Floats

_BEYOND = 0.25
"""How far beyond the sweep, as a share of its span, a threshold is looked for: enough to see that it is outside."""


class Grid:
    """All curves of a grid over a sweep at ``ratios`` (dB, ascending), for the fit of many samples at once."""

    def __init__(self, ratios: Floats, guess: float) -> None:
        span = float(ratios[-1] - ratios[0])
        self.ratios, self.guess = ratios, guess
        self.thresholds = np.linspace(ratios[0] - _BEYOND * span, ratios[-1] + _BEYOND * span, 101)
        self.slopes = np.geomspace(0.05 * span, 2 * span, 10)
        self.lapses = np.linspace(0, 0.5 * (1 - guess), 6)
        at, slope, lapse = np.meshgrid(self.thresholds, self.slopes, self.lapses, indexing="ij")
        self.curves = np.stack([at.ravel(), np.log(slope.ravel()), lapse.ravel()], axis=1)
        p = _curve(ratios, guess, self.curves)
        self.logs = np.concatenate([np.log(p), np.log(1 - p)], axis=1).T

    def likelihoods(self, sums: Floats) -> Floats:
        """From right answers at each ratio and, last, the number of cases: shape (samples, ratios + 1) to (samples,
        curves)."""
        right, cases = sums[:, :-1], sums[:, -1:]
        return np.asarray(np.hstack([right, cases - right]) @ self.logs)

    def fits(self, sums: Floats) -> Floats:
        """The threshold of each sample: the best of the grid over slopes and lapses, refined by a parabola."""
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
