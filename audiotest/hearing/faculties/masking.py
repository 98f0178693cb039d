"""Masking: in which of two tones is a second one hidden?

A masking tone of 1 kHz and -14 dB full scale sounds twice for 0.5 s; with one of them, a probe sounds at the
variant's frequency. ``level`` is the probe's level relative to the masker's, in dB. Probes above the masker are
masked more than those below it in people (upward spread of masking)."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, roved, row, tone

TITLE = "Masking by a tone of 1 kHz"
UNIT, SCALE, HARDEST, EASIEST = "dB", "db", -80.0, 0.0
VARIANTS, VARIANT_UNIT = (600.0, 1400.0, 2400.0), "Hz"
_SOUNDS = ("the first sound", "the second sound")
WORDINGS = (
    Wording(
        "Two sounds follow each other. One is a single tone, the other is two tones at once. Which has two tones?",
        _SOUNDS,
    ),
    Wording("Which of the two sounds is a single pure tone?", _SOUNDS, inverted=True),
    Wording("A second, softer tone is hidden in one of these two sounds. In which one?", _SOUNDS),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two maskers, with a probe beside the one at ``answer``."""
    masker, probe = tone(1000, 0.5), tone(roved(variant, rng, 0.5), 0.5, -14 + level)
    return Stimulus({"bits": 24, **row([{"layers": [masker, probe]} if i == answer else masker for i in range(2)])})


def highest_hz(variant: float) -> float:
    """The probe's, at its highest."""
    return max(variant, 1000) * 1.03
