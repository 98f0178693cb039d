"""Lateral position by time: to which side of the first sound is the second?

Two tones of 500 Hz and 0.5 s: the first is the same in both channels, the second is ahead on one side by ``level``
microseconds (the interaural time difference, in the phase; both channels start together). 500 microseconds are a
quarter of a period. Only for models that hear stereo."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Scene, Stimulus, Wording, row, tone

TITLE = "Lateral position (time difference)"
UNIT, SCALE, HARDEST, EASIEST = "us", "log", 2.0, 500.0
CHANNELS = 2
_SIDES = ("to the left", "to the right")
WORDINGS = (
    Wording(
        "Two tones follow each other, the first one from the middle. To which side of it is the second one?", _SIDES
    ),
    Wording("Is the second sound to the left or to the right of the first one?", _SIDES),
    Wording("From which side does the second tone come?", ("from the left", "from the right")),
)
_HZ = 500.0


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """A tone from the middle and one from the left (``answer`` 0) or the right."""
    half = 360 * _HZ * level * 1e-6 / 2 * (1 if answer else -1)
    start = float(rng.uniform(0, 180))
    return Stimulus(row([_both(start, start), _both(start - half, start + half)]))


def _both(left: float, right: float) -> Scene:
    """A tone with its phase in each channel; the one that is ahead is the nearer one."""
    sides = zip((left, right), (-1, 1), strict=True)
    return {"layers": [{**tone(_HZ, 0.5, phase=round(phase, 4)), "pan": side} for phase, side in sides]}


def highest_hz(variant: float) -> float:
    """The tone's."""
    return _HZ
