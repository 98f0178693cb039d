"""Language change: which of three pieces of speech is in another language?

Three pieces of ``level`` seconds, cut at random places out of the first article of the Universal Declaration of Human
Rights, spoken by espeak-ng. Two are in one language and one is in another of English, German, French, Spanish,
Italian and Dutch. The shorter the pieces, the harder."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import ONE_OF_THREE, Stimulus, Wording
from audiotest.hearing.speech import DECLARATION, excerpt, joined, kept, missing, spoken

__all__ = ["missing", "stimulus"]

TITLE = "Language change"
UNIT, SCALE, HARDEST, EASIEST = "s", "log", 0.1, 4.0
WORDINGS = (
    Wording(
        "Three pieces of speech follow each other. Two are in the same language. Which one is in another?", ONE_OF_THREE
    ),
    Wording("The language changes for one of the three pieces of speech. For which one?", ONE_OF_THREE),
    Wording(
        "Which of the three recordings is in a different language?",
        ("the first recording", "the second recording", "the third recording"),
    ),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Three pieces, of which the one at ``answer`` is in another language."""
    plain, other = (list(DECLARATION)[i] for i in rng.permutation(len(DECLARATION))[:2])
    parts = [(other if i == answer else plain, float(rng.random())) for i in range(3)]
    sound = f"language {level:.5g} {parts}"
    path = kept(sound, lambda: joined([excerpt(spoken(DECLARATION[v], v), level, at) for v, at in parts], 0.4))
    return Stimulus(file=str(path))


def seconds(level: float) -> float:
    """How long the sound is."""
    return 3 * level + 1.6


def highest_hz(variant: float) -> float:
    """What speech needs to be understood well: the band of a telephone."""
    return 3400.0
