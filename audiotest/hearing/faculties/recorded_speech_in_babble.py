"""Recorded speech in recorded babble: which number is spoken by a person?

A number from one to nine of Asterisk's recorded prompts (English, one voice, 8 or 16 kHz), in the babble of six voices
of its prompts in other languages. Nothing in it is synthesised. ``level`` is the signal-to-noise ratio in dB over the
word; the threshold is a speech reception threshold (SRT) for three options, at 67% correct. The recordings are looked
for in the folder ``$AUDIOTEST_RECORDINGS``, as ``make recordings`` fetches them, and where Debian's packages
``asterisk-core-sounds-en-wav``, ``-fr-wav`` and so on put them."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording
from audiotest.hearing.recorded_speech import NOT_HERE, babblers, in_babble, recorded_numbers
from audiotest.hearing.speech import NUMBERS

TITLE = "Recorded speech in recorded babble (SRT)"
UNIT, SCALE, HARDEST, EASIEST = "dB SNR", "db", -30.0, 25.0
WORDINGS = (
    Wording("Which number is spoken in this recording?"),
    Wording("Somebody says a number in the babble of voices. Which one?"),
    Wording("Which word do you hear?"),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """A number in babble, with two others to choose from."""
    words = [NUMBERS[i] for i in rng.permutation(len(NUMBERS))[:3]]
    path = in_babble(words[answer], level, int(rng.integers(2**31)))
    return Stimulus(file=str(path), choices=tuple(words))


def highest_hz(variant: float) -> float:
    """What speech needs to be understood well: the band of a telephone."""
    return 3400.0


def missing() -> str:
    """A sentence where there are no recordings."""
    if not recorded_numbers():
        return NOT_HERE.format("numbers")
    return "" if babblers() else NOT_HERE.format("prompts")
