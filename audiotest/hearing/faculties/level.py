"""Intensity discrimination: which of two tones is louder?

Two sines of 1 kHz and 0.4 s differ by ``level`` dB, half of it to either side of -24 dB full scale, which is roved by
3 dB."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, row, tone

TITLE = "Level (intensity difference)"
UNIT, SCALE, HARDEST, EASIEST = "dB", "log", 0.02, 20.0
_TONES = ("the first tone", "the second tone")
WORDINGS = (
    Wording("Two tones sound one after the other. Which of them is louder?", _TONES),
    Wording("Which of the two tones is softer?", _TONES, inverted=True),
    Wording("Is the second tone louder or softer than the first tone?", ("softer", "louder")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two tones, of which the one at ``answer`` is louder by ``level`` dB."""
    middle = -24 + rng.uniform(-3, 3)
    return Stimulus(row([tone(1000, level_db=middle + (level / 2 if i == answer else -level / 2)) for i in range(2)]))


def highest_hz(variant: float) -> float:
    """The tone's."""
    return 1000.0
