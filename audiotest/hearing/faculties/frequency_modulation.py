"""Frequency modulation: which of three tones wavers?

Three sines of 1 kHz, roved by two semitones, last 0.8 s each; one of them has a vibrato of the variant's rate.
``level`` is how far the frequency goes to either side, in cents."""

from __future__ import annotations

from typing import Any

import numpy as np

from audiotest.hearing.question import ONE_OF_THREE, Stimulus, Wording, roved, row, tone

TITLE = "Frequency modulation (vibrato)"
UNIT, SCALE, HARDEST, EASIEST = "cents", "log", 0.2, 300.0
VARIANTS, VARIANT_UNIT = (5.0,), "Hz"
WORDINGS = (
    Wording("Three tones follow each other. One of them wavers in pitch. Which one?", ONE_OF_THREE),
    Wording("Two of the three tones are steady and one has a vibrato. Which one has it?", ONE_OF_THREE),
    Wording("Which of the three tones wobbles in pitch?", ("the first tone", "the second tone", "the third tone")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Three tones, of which the one at ``answer`` wavers."""
    hz = roved(1000, rng, 2)
    given: dict[str, Any] = {"vibrato": {"hz": variant, "cents": round(level, 4)}}
    return Stimulus(row([tone(hz, 0.8, **(given if i == answer else {})) for i in range(3)]))


def highest_hz(variant: float) -> float:
    """The tone's, at its highest."""
    return 1340.0
