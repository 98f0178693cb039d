"""``threshold_snr``: the signal-to-noise ratio, in dB, at which accuracy is half-way between guessing and the best.

A psychometric curve is fitted to a sweep over ``noise(snr_db=...)`` (or ``babble``) by maximum likelihood: p(x) = g
+ (1 - g - l) / (1 + exp(-(x - t) / s)), with the guessing rate g = mean of 1/k, and threshold t, slope s and lapse
rate l free (Wichmann and Hill 2001; scipy's L-BFGS-B). The interval is the percentile bootstrap's over clips, 200
fits.

At least two ratios are needed, and an accuracy that changes between them: otherwise there is no threshold to find.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from audiotest.analyse.intervals import LEVEL
from audiotest.analyse.trials import NotMeasured, Trials, by_case, clip_of
from audiotest.types import Estimate

_SWEEP = re.compile(r"(?:noise|babble)\((?:.*,)?snr_db=(-?[\d.]+)(?:,.*)?\)")
_RESAMPLES = 500
_LEAST_CHANGE = 0.1


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
    ratios = np.array([sweep[name] for name in names])
    if right.mean(axis=0).max() - right.mean(axis=0).min() < _LEAST_CHANGE:
        over = f"from {ratios[0]:g} to {ratios[-1]:g} dB"
        raise NotMeasured(f"accuracy changes by less than {_LEAST_CHANGE:.0%} {over}: there is no threshold")
    clips: dict[str, list[int]] = {}
    for i, rows in enumerate(cases.values()):
        clips.setdefault(clip_of(rows[0][0]), []).append(i)
    middle = (ratios[0] + ratios[-1]) / 2
    fit = _fit(ratios, right, guess, [_start(ratios, at) for at in (ratios[0], middle, ratios[-1])])
    value = float(fit[0])
    groups = [np.array(rows) for rows in clips.values()]
    if len(groups) < 2:
        return Estimate(value, n=len(cases))
    rng = np.random.default_rng(0)
    draws = (np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))]) for _ in range(_RESAMPLES))
    found = [_fit(ratios, right[drawn], guess, [fit])[0] for drawn in draws]
    low, high = np.quantile(found, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return Estimate(value, float(low), float(high), len(cases))


def _start(ratios: np.ndarray, threshold: float) -> np.ndarray:
    return np.array([threshold, np.log((ratios[-1] - ratios[0]) / 8), 0.02])


def _fit(ratios: np.ndarray, right: np.ndarray, guess: float, starts: list[np.ndarray]) -> np.ndarray:
    """Threshold in dB, logarithm of the slope, lapse rate; ``right`` has shape (cases, ratios)."""
    from scipy.optimize import minimize

    hits, n = right.sum(axis=0), right.shape[0]
    span = float(ratios[-1] - ratios[0])

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        """The negative log-likelihood and its gradient."""
        threshold, log_slope, lapse = parameters
        slope = np.exp(log_slope)
        z = np.clip((ratios - threshold) / slope, -30, 30)
        curve = 1 / (1 + np.exp(-z))
        height = 1 - guess - lapse
        p = np.clip(guess + height * curve, 1e-6, 1 - 1e-6)
        by_p = -(hits / p - (n - hits) / (1 - p))
        steep = height * curve * (1 - curve)
        gradient = [(by_p * -steep / slope).sum(), (by_p * -steep * z).sum(), (by_p * -curve).sum()]
        return float(-(hits * np.log(p) + (n - hits) * np.log(1 - p)).sum()), np.array(gradient)

    bounds = [(ratios[0] - span, ratios[-1] + span), (np.log(0.05 * span), np.log(2 * span)), (0.0, 0.5 * (1 - guess))]
    fits = [minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds) for start in starts]
    best: np.ndarray = min(fits, key=lambda fit: float(fit.fun)).x
    return best
