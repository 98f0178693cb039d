"""Memory for pitch: is the second tone higher or lower, after so many seconds?

As ``pitch`` with tones a major third (400 cents) apart, and ``level`` seconds of silence between them. The longer the
pause, the harder. The tones lie about 440 Hz, roved by two octaves to either side, so that the second one says little
without the first: a listener that forgets the first and judges the second by its height alone is right in 54%."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.faculties import pitch
from audiotest.hearing.question import Stimulus, apart, roved, row, tone

TITLE = "Memory for pitch over a pause"
UNIT, SCALE, HARDEST, EASIEST = "s", "log", 60.0, 0.5
WORDINGS = pitch.WORDINGS
_CENTS, _ROVED = 400.0, 24.0


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two tones with a pause, of which the one at ``answer`` is higher."""
    base, half = roved(440, rng, _ROVED), apart(_CENTS / 2)
    pair = [base / half, base * half]
    return Stimulus(row([tone(hz) for hz in (pair if answer else pair[::-1])], round(level, 3)))


def seconds(level: float) -> float:
    """How long the sound is."""
    return level + 1.2


def highest_hz(variant: float) -> float:
    """The higher tone's, at its highest."""
    return 440 * apart(100 * _ROVED + _CENTS / 2)
