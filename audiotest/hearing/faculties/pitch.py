"""Frequency discrimination: which of two tones is higher?

Two sines of 0.4 s, 0.5 s apart, lie ``level`` cents apart, half of it to either side of a base frequency that is
roved by a semitone. The figure for people is the difference limen for frequency (DLF)."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, apart, roved, row, tone

TITLE = "Pitch (frequency difference)"
UNIT, SCALE, HARDEST, EASIEST = "cents", "log", 0.2, 1000.0
VARIANTS, VARIANT_UNIT = (110.0, 220.0, 440.0, 880.0, 1760.0, 3520.0), "Hz"
_TONES = ("the first tone", "the second tone")
WORDINGS = (
    Wording("Two tones sound one after the other. Which of them is higher?", _TONES),
    Wording("Which of the two tones has the lower pitch?", _TONES, inverted=True),
    Wording("Is the second tone higher or lower in pitch than the first tone?", ("lower", "higher")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two tones, of which the one at ``answer`` is higher by ``level`` cents."""
    base = roved(variant, rng)
    half = apart(level / 2)
    pair = [base / half, base * half]
    return Stimulus(row([tone(hz) for hz in (pair if answer else pair[::-1])]))


def highest_hz(variant: float) -> float:
    """The highest tone of the faculty."""
    return variant * apart(EASIEST / 2 + 100)
