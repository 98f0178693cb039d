"""Duration discrimination: which of two tones is longer?

Two sines of 1 kHz last 400 ms on average and differ by ``level`` ms. Their levels are roved by 2 dB, since what is
longer is louder to people."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, row, tone

TITLE = "Duration (of a tone of 400 ms)"
UNIT, SCALE, HARDEST, EASIEST = "ms", "log", 1.0, 600.0
_TONES = ("the first tone", "the second tone")
WORDINGS = (
    Wording("Two tones sound one after the other. Which of them is longer?", _TONES),
    Wording("Which of the two tones is shorter?", _TONES, inverted=True),
    Wording(
        "Does the first tone or the second tone last longer?",
        ("the first tone lasts longer", "the second tone lasts longer"),
    ),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Two tones, of which the one at ``answer`` is longer by ``level`` ms."""
    hz = 1000 * 2 ** rng.uniform(-0.25, 0.25)
    lengths = [0.4 + (level if i == answer else -level) / 2000 for i in range(2)]
    return Stimulus(row([tone(hz, seconds, -14 + rng.uniform(-2, 2)) for seconds in lengths], 0.6))


def highest_hz(variant: float) -> float:
    """The tone's, at its highest."""
    return 1190.0
