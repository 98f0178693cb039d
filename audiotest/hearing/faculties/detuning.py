"""Mistuning: which of two complex tones is out of tune?

Two complex tones of harmonics 1 to 8 of equal level on a fundamental of 220 Hz, roved by two semitones, last 0.8 s.
In one of them the fourth harmonic is ``level`` cents too high or too low. Below 20 cents or so people hear its beats
rather than a tone of its own."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import FIRST_OR_SECOND, Scene, Stimulus, Wording, apart, roved, row, tone

TITLE = "Mistuned harmonic"
UNIT, SCALE, HARDEST, EASIEST = "cents", "log", 1.0, 300.0
_SOUNDS = ("the first sound", "the second sound")
WORDINGS = (
    Wording("Two sounds follow each other. One of them is out of tune in itself. Which one?", _SOUNDS),
    Wording("Which of the two sounds is harmonic and free of beats?", _SOUNDS, inverted=True),
    Wording("In one of these two complex tones one partial is mistuned. In which one?", FIRST_OR_SECOND),
)
_HARMONICS, _MISTUNED = 8, 4


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two complex tones, of which the one at ``answer`` has a mistuned harmonic."""
    base = roved(220, rng, 2)
    ratio = apart(level if rng.integers(2) else -level)
    return Stimulus(row([_complex(base, ratio if i == answer else 1.0, rng) for i in range(2)]))


def _complex(base: float, ratio: float, rng: np.random.Generator) -> Scene:
    phases = rng.uniform(0, 360, _HARMONICS).round(1)
    tones = [
        tone(base * k * (ratio if k == _MISTUNED else 1.0), 0.8, -30, phase=float(phase))
        for k, phase in enumerate(phases, 1)
    ]
    return {"layers": tones}


def highest_hz(variant: float) -> float:
    """The eighth harmonic's."""
    return 220 * 8 * apart(200)
