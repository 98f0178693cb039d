"""Speaker change: which of three words is spoken by somebody else?

Three numbers in one voice of espeak-ng. One of them is played ``level`` per cent faster or slower, resampled, so that
its pitch and its formants move together, as those of a larger or smaller person do. The words differ from each other,
and the length of a word gives nothing away."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import ONE_OF_THREE, Stimulus, Wording
from audiotest.hearing.speech import NUMBERS, VOICES, joined, kept, missing, spoken, stretched

__all__ = ["missing", "stimulus"]

TITLE = "Speaker (size of the voice)"
UNIT, SCALE, HARDEST, EASIEST = "%", "log", 1.0, 60.0
WORDINGS = (
    Wording("Three words are spoken. Two are spoken by one person and one by somebody else. Which one?", ONE_OF_THREE),
    Wording("Which of the three words is in another voice?", ("the first word", "the second word", "the third word")),
    Wording("You hear three words. The speaker changes for one of them. For which?", ONE_OF_THREE),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Three words, of which the one at ``answer`` is in a larger or smaller voice."""
    words = [NUMBERS[i] for i in rng.permutation(len(NUMBERS))[:3]]
    voice = VOICES[int(rng.integers(len(VOICES)))]
    factor = (1 + level / 100) ** (1 if rng.integers(2) else -1)
    parts = [(word, voice, factor if i == answer else 1.0) for i, word in enumerate(words)]
    path = kept(f"speaker {parts}", lambda: joined([stretched(spoken(w, v), f) for w, v, f in parts], 0.4))
    return Stimulus(file=str(path))


def highest_hz(variant: float) -> float:
    """What speech needs to be understood well: the band of a telephone."""
    return 3400.0
