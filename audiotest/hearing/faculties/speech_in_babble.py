"""Speech in babble: which number is spoken?

A number from one to nine, in one of six voices of espeak-ng, in the babble of six voices that say other words.
``level`` is the signal-to-noise ratio in dB over the word. The threshold is a speech reception threshold (SRT) for
three options, at 67% correct."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording
from audiotest.hearing.speech import VOICES, hidden, missing, three_numbers

__all__ = ["missing", "stimulus"]

TITLE = "Speech in babble (SRT)"
UNIT, SCALE, HARDEST, EASIEST = "dB SNR", "db", -30.0, 25.0
WORDINGS = (
    Wording("Which number is spoken in this recording?"),
    Wording("Somebody says a number in the babble of voices. Which one?"),
    Wording("Which word do you hear?"),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """A number in babble, with two others to choose from."""
    words = three_numbers(rng)
    voice = VOICES[int(rng.integers(len(VOICES)))]
    path = hidden(words[answer], voice, level, "babble", int(rng.integers(2**31)))
    return Stimulus(file=str(path), choices=words)


def highest_hz(variant: float) -> float:
    """What speech needs to be understood well: the band of a telephone."""
    return 3400.0
