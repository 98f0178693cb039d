"""Temporal order: which of two tones starts first?

A high and a low tone (1,200 and 500 Hz, roved by two semitones) end together after about 0.8 s; one starts ``level``
ms before the other."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, roved, tone

TITLE = "Onset asynchrony (temporal order)"
UNIT, SCALE, HARDEST, EASIEST = "ms", "log", 2.0, 500.0
_TONES = ("the high tone", "the low tone")
WORDINGS = (
    Wording("A high tone and a low tone start at slightly different times. Which of them starts first?", _TONES),
    Wording(
        "Of the two tones, one enters a little later than the other. Which one enters later?", _TONES, inverted=True
    ),
    Wording("Which tone do you hear first?", ("the high one", "the low one")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two tones, of which the high one (``answer`` 0) or the low one is first by ``level`` ms."""
    tones = []
    for i, hz in enumerate((1200, 500)):
        late = 0.0 if i == answer else level / 1000
        sound = tone(roved(hz, rng, 2), 0.8 + 0.5 - late)
        tones.append({"sequence": [{"silence": round(0.2 + late, 6)}, sound]})
    return Stimulus({"sequence": [{"layers": tones}, {"silence": 0.2}]})


def highest_hz(variant: float) -> float:
    """The high tone's, at its highest."""
    return 1350.0
