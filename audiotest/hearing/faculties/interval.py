"""Melodic intervals: which of two steps is larger?

Two pairs of complex tones (harmonics falling as 1/k), each a step upwards of about a major third. One step is larger
by ``level`` cents. Both pairs start at roved pitches, so that neither the highest nor the lowest tone gives the
answer away."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, apart, roved, tone

TITLE = "Melodic interval"
UNIT, SCALE, HARDEST, EASIEST = "cents", "log", 5.0, 800.0
_PAIRS = ("the first pair", "the second pair")
WORDINGS = (
    Wording("Two pairs of notes are played. In which pair is the step from one note to the next larger?", _PAIRS),
    Wording("Which of the two pairs of notes spans the smaller interval?", _PAIRS, inverted=True),
    Wording("Compare the two melodic intervals. Which is wider?", ("the first interval", "the second interval")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two pairs, of which the one at ``answer`` has the larger step."""
    small = rng.uniform(350, 450) - min(level / 2, 250)
    parts = [{"silence": 0.2}]
    for i in range(2):
        low = roved(260, rng, 5)
        high = low * apart(small + level if i == answer else small)
        notes = [tone(hz, 0.35, -14, harmonics=[1, 0.5, 0.33, 0.25]) for hz in (low, high)]
        parts += [notes[0], {"silence": 0.05}, notes[1], {"silence": 0.7 if i == 0 else 0.2}]
    return Stimulus({"sequence": parts})


def highest_hz(variant: float) -> float:
    """The fourth harmonic of the highest note."""
    return 260 * apart(500 + 450 + 550) * 4
