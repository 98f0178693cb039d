"""Beats: which of two sounds rises and falls in loudness, since it consists of two tones?

A sine of 1 kHz, roved by two semitones, and two sines that are 4 Hz apart, of the same power; each lasts 1 s, four
beats. ``level`` is the level of the upper one of the two relative to the lower one. Where its amplitude is ``a`` times
that of the lower one, the envelope goes from ``1 - a`` to ``1 + a``; at 0 dB the sum vanishes four times."""

from __future__ import annotations

import math

import numpy as np

from audiotest.hearing.question import FIRST_OR_SECOND, Scene, Stimulus, Wording, apart, roved, row, tone

TITLE = "Beats (of two tones 4 Hz apart)"
UNIT, SCALE, HARDEST, EASIEST = "dB re the other tone", "db", -50.0, 0.0
_SOUNDS = ("the first sound", "the second sound")
WORDINGS = (
    Wording("Two sounds follow each other. One of them beats: it rises and falls in loudness. Which one?", _SOUNDS),
    Wording("Which of the two sounds is a single steady tone?", _SOUNDS, inverted=True),
    Wording("One of these sounds consists of two tones that beat with each other. Which one?", FIRST_OR_SECOND),
)
_RATE, _SECONDS, _LEVEL = 4.0, 1.0, -20.0


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two sounds, of which the one at ``answer`` beats."""
    hz = roved(1000, rng, 2)
    return Stimulus(row([_pair(hz, level, rng) if i == answer else tone(hz, _SECONDS, _LEVEL) for i in range(2)]))


def _pair(hz: float, level: float, rng: np.random.Generator) -> Scene:
    lower = _LEVEL - 10 * math.log10(1 + 10 ** (level / 10))
    phase = round(float(rng.uniform(0, 360)), 1)
    return {"layers": [tone(hz, _SECONDS, lower), tone(hz + _RATE, _SECONDS, lower + level, phase=phase)]}


def highest_hz(variant: float) -> float:
    """The upper tone's."""
    return 1000 * apart(200) + _RATE
