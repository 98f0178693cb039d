"""Gap detection: which of three bursts of noise is interrupted?

Three bursts of white noise of 0.5 s; in the middle of one of them there is silence of ``level`` ms, with edges of one
sample. The noise on both sides hides the click that a cut in a tone would make."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import ONE_OF_THREE, Stimulus, Wording, noise, one_differs, row

TITLE = "Gap in noise"
UNIT, SCALE, HARDEST, EASIEST = "ms", "log", 0.5, 200.0
WORDINGS = (
    Wording(
        "Three bursts of noise follow each other. One of them is interrupted by a short silence. Which one?",
        ONE_OF_THREE,
    ),
    Wording("Which of the three noises has a gap in it?", ("the first noise", "the second noise", "the third noise")),
    Wording("You hear three noises. Two are continuous and one is broken for a moment. Which is broken?", ONE_OF_THREE),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Three bursts, with a gap in the one at ``answer``."""
    bursts = [noise(0.5, rng) for _ in range(3)]
    gap = {"at": round(0.25 + rng.uniform(-0.04, 0.04) - level / 2000, 5), "seconds": round(level / 1000, 6)}
    return Stimulus(row(one_differs(answer, 3, bursts, {**bursts[answer], "mute": gap}), 0.6))
