"""Tone in quiet: in which half of the recording is the tone?

A sine of 0.5 s, at the variant's frequency, begins somewhere in the first or the second half of 3 s of digital
silence. ``level`` is its peak in dB full scale, on a grid of 24 bits. It is the model's audiogram; what a listener's
ear has as dB sound pressure depends on the equipment that full scale is played by, so the figures for people stand
beside it for their shape only."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import HALVES, Stimulus, Wording, tone

TITLE = "Tone in quiet"
UNIT, SCALE, HARDEST, EASIEST = "dBFS", "db", -120.0, -6.0
VARIANTS, VARIANT_UNIT = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0), "Hz"
WORDINGS = (
    Wording(
        "A tone, perhaps a very soft one, sounds once here. Is it in the first half or in the second half?",
        HALVES,
    ),
    Wording("When does the tone sound in this recording?", ("during the first half", "during the second half")),
    Wording(
        "One half of this recording is silent, the other holds a tone. Which half is silent?",
        ("the first half", "the second half"),
        inverted=True,
    ),
)
HALF_S, _TONE_S = 1.5, 0.5


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """A tone in the half at ``answer``."""
    before = answer * HALF_S + rng.uniform(0.2, HALF_S - _TONE_S - 0.2)
    after = 2 * HALF_S - before - _TONE_S
    parts = [{"silence": round(before, 4)}, tone(variant, _TONE_S, level), {"silence": round(after, 4)}]
    return Stimulus({"rate": rate(variant), "bits": 24, "sequence": parts})


def rate(variant: float) -> int:
    """16 kHz as long as that carries the tone."""
    return 16000 if variant < 7000 else 48000


def highest_hz(variant: float) -> float:
    """The tone's."""
    return variant
