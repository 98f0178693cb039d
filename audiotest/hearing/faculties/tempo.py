"""Tempo discrimination: which of two click trains is faster?

Two trains of six clicks at the tempo of the variant, roved by 5%; they differ by ``level`` per cent of the slower
one, and are 1.8 beats apart."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Scene, Stimulus, Wording

TITLE = "Tempo (click trains)"
UNIT, SCALE, HARDEST, EASIEST = "%", "log", 0.1, 60.0
VARIANTS, VARIANT_UNIT = (60.0, 100.0, 180.0), "BPM"
_TRAINS = ("the first", "the second")
_CLICKS = 6
WORDINGS = (
    Wording("Two series of clicks follow each other, with a pause between them. Which series is faster?", _TRAINS),
    Wording("You hear two series of clicks. Which of the two is slower?", _TRAINS, inverted=True),
    Wording("Which of the two click trains has the higher tempo?", ("the first train", "the second train")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two trains, of which the one at ``answer`` is faster by ``level`` per cent."""
    middle = variant * (1 + rng.uniform(-0.05, 0.05))
    step = (1 + level / 100) ** 0.5
    trains = [_train(middle * step if i == answer else middle / step) for i in range(2)]
    pause = {"silence": round(1.8 * 60 / middle, 4)}
    return Stimulus({"sequence": [{"silence": 0.2}, trains[0], pause, trains[1], {"silence": 0.2}]})


def _train(bpm: float) -> Scene:
    times = [round(i * 60 / bpm, 5) for i in range(_CLICKS)]
    return {"clicks": {"times": times, "seconds": round(times[-1] + 0.05, 5), "level_db": -8}}
