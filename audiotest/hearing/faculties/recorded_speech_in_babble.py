"""Recorded speech in recorded babble: which number is spoken by a person?

A number from one to nine of Asterisk's recorded prompts (English, one voice, 8 or 16 kHz), in the babble of six voices
of its prompts in other languages. Nothing in it is synthesised. ``level`` is the signal-to-noise ratio in dB over the
word; the threshold is a speech reception threshold (SRT) for three options, at 67% correct. The recordings are looked
for in the folder ``$AUDIOTEST_RECORDINGS``, as ``make recordings`` fetches them, and where Debian's packages
``asterisk-core-sounds-en-wav``, ``-fr-wav`` and so on put them."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.faculties import speech_in_babble
from audiotest.hearing.question import Stimulus
from audiotest.hearing.recorded_speech import NOT_HERE, babblers, in_babble, recorded_numbers
from audiotest.hearing.speech import three_numbers

TITLE = "Recorded speech in recorded babble (SRT)"
UNIT, SCALE, HARDEST, EASIEST = "dB SNR", "db", -30.0, 25.0
WORDINGS = speech_in_babble.WORDINGS
highest_hz = speech_in_babble.highest_hz


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """A number in babble, with two others to choose from."""
    words = three_numbers(rng)
    path = in_babble(words[answer], level, int(rng.integers(2**31)))
    return Stimulus(file=str(path), choices=words)


def missing() -> str:
    """A sentence where there are no recordings."""
    if not recorded_numbers():
        return NOT_HERE.format("numbers")
    return "" if babblers() else NOT_HERE.format("prompts")
