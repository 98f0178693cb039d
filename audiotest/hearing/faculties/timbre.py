"""Timbre: which of two tones is brighter?

Two complex tones of 20 harmonics on about 200 Hz, whose amplitudes fall as k^-p. Their spectral centroids (the mean
of the harmonics' frequencies, weighted by amplitude) differ by ``level`` per cent, half of it to either side of 4.5
times the fundamental. Levels are roved by 3 dB."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from audiotest.hearing.question import Stimulus, Wording, roved, row, tone

TITLE = "Timbre (brightness)"
UNIT, SCALE, HARDEST, EASIEST = "%", "log", 0.5, 100.0
_TONES = ("the first tone", "the second tone")
WORDINGS = (
    Wording("Two tones of the same pitch sound one after the other. Which of them is brighter?", _TONES),
    Wording("Which of the two tones has the darker timbre?", _TONES, inverted=True),
    Wording("Which of the two tones has more energy in its upper harmonics?", _TONES),
)
_HARMONICS = np.arange(1, 21)
_MIDDLE = 4.5


def centroid(power: float) -> float:
    """The centroid of amplitudes that fall as k^-``power``, in fundamentals."""
    weights = _HARMONICS**-power
    return float((_HARMONICS * weights).sum() / weights.sum())


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two tones, of which the one at ``answer`` has the higher centroid."""
    hz = roved(200, rng, 2)
    step = (1 + level / 100) ** 0.5
    tones = []
    for i in range(2):
        wanted = _MIDDLE * step if i == answer else _MIDDLE / step
        power = brentq(lambda p, wanted=wanted: centroid(p) - wanted, -1.0, 4.0)
        weights = [round(float(w), 6) for w in _HARMONICS**-power / (_HARMONICS**-power).max()]
        tones.append(tone(hz, 0.5, -14 + rng.uniform(-3, 3), harmonics=weights))
    return Stimulus(row(tones))


def highest_hz(variant: float) -> float:
    """The twentieth harmonic's."""
    return 200 * 20 * 2 ** (2 / 12)
