"""Modulation masking: the depth of a modulation that is heard beside another one.

As ``amplitude_modulation`` at 16 Hz, but all three noises are modulated at the variant's rate, half as deep as can
be. Where this threshold lies above that without a masker, modulations share a channel (Bacon and Grantham 1989;
Houtgast 1989)."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import ONE_OF_THREE, Scene, Stimulus, Wording, noise, row

TITLE = "Amplitude modulation at 16 Hz, masked by another"
UNIT, SCALE, HARDEST, EASIEST = "dB (20 log m)", "db", -45.0, 0.0
VARIANTS, VARIANT_UNIT = (4.0, 64.0), "Hz"
WORDINGS = (
    Wording(
        "Three fluctuating noises follow each other. One of them has a second, regular flutter in addition. Which one?",
        ONE_OF_THREE,
    ),
    Wording("Two of the three noises fluctuate in the same way. Which one is different?", ONE_OF_THREE),
    Wording(
        "Which of the three noises has an additional flutter?",
        ("the first noise", "the second noise", "the third noise"),
    ),
)
_PROBE_HZ, _MASKER_DEPTH = 16.0, 0.5


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Three modulated noises, of which the one at ``answer`` has a second modulation."""
    probe = {"hz": _PROBE_HZ, "depth": round(min(10 ** (level / 20), 1.0), 6)}
    parts: list[Scene] = []
    for i in range(3):
        masked = {**noise(0.8, rng, -18), "tremolo": {"hz": variant, "depth": _MASKER_DEPTH}}
        parts.append({"sequence": [masked], "tremolo": probe} if i == answer else masked)
    return Stimulus(row(parts))
