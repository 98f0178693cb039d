"""Lateral position by level: to which side of the first sound is the second?

Two bursts of noise of 0.5 s: the first comes from the middle, the second is louder on one side by ``level`` dB (the
interaural level difference). Only for models that hear stereo."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, noise, row

TITLE = "Lateral position (level difference)"
UNIT, SCALE, HARDEST, EASIEST = "dB", "log", 0.1, 30.0
CHANNELS = 2
_SIDES = ("to the left", "to the right")
WORDINGS = (
    Wording(
        "Two noises follow each other, the first one from the middle. To which side of it is the second one?", _SIDES
    ),
    Wording("Is the second sound to the left or to the right of the first one?", _SIDES),
    Wording("From which side does the second noise come?", ("from the left", "from the right")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """A noise from the middle and one from the left (``answer`` 0) or the right."""
    place = float(np.arctan(10 ** (level / 20)) * 4 / np.pi - 1)  # tan of the angle is right over left
    side = round(place if answer else -place, 7)
    return Stimulus(row([{**noise(0.5, rng), "pan": 0}, {**noise(0.5, rng), "pan": side}]))
