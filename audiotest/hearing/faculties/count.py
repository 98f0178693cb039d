"""Number of events: how many clicks are there?

``level`` clicks at irregular moments, 0.25 to 0.4 s apart; the options are three numbers in a row. People know up to
four at a glance (subitising), and at this pace count the rest."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording

TITLE = "Number of events"
UNIT, SCALE, HARDEST, EASIEST = "clicks", "log", 60.0, 2.0
LEVELS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 19, 22, 26, 30, 36, 43, 51, 60)
WORDINGS = (
    Wording("How many clicks do you hear?"),
    Wording("Count the clicks in this recording. What is the number of clicks?"),
    Wording("How many separate clicks are there in the recording?"),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """So many clicks; the right number stands at ``answer`` among the three."""
    count = round(level)
    times = np.cumsum([0.2, *rng.uniform(0.25, 0.4, count - 1)]).round(4).tolist()
    scene = {"clicks": {"times": times, "seconds": round(times[-1] + 0.3, 4), "level_db": -8}}
    return Stimulus(scene, choices=tuple(str(count - answer + i) for i in range(3)))
