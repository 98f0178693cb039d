"""Mode: is the chord major or minor?

A triad whose third lies ``level`` cents above (major) or below (minor) the neutral third of 350 cents; 50 cents are
the thirds of equal temperament. The root is roved by six semitones. It is how far from neutral a third has to be to
be named reliably."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, apart, roved, row, tone

TITLE = "Mode (major or minor third)"
UNIT, SCALE, HARDEST, EASIEST = "cents", "log", 1.0, 50.0
WORDINGS = (
    Wording("Is this chord major or minor?", ("major", "minor")),
    Wording("You hear a triad. What is its quality?", ("a major triad", "a minor triad")),
    Wording("Is the third of this chord a major or a minor third?", ("a major third", "a minor third")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """A triad with a third on the major side (``answer`` 0) or on the minor side."""
    root = roved(260, rng, 6)
    third = 350 + (level if answer == 0 else -level)
    notes = [tone(root * apart(cents), 1.2, -24, harmonics=[1, 0.4, 0.2, 0.1]) for cents in (0, third, 700)]
    return Stimulus(row([{"layers": notes}]))


def highest_hz(variant: float) -> float:
    """The fourth harmonic of the highest fifth."""
    return 260 * apart(600 + 700) * 4
