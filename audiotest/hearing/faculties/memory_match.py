"""Memory for a tone, same or different: which of two tones is the one that was heard before the pause?

A tone on about 440 Hz, ``level`` seconds of silence, and two tones a major third (400 cents) apart, one of which is the
same. The longer the pause, the harder. This is delayed matching to sample (ABX with the X first), and free of a
criterion: whoever asks "same or different" of one pair measures how readily a listener says "same" as well, and needs
d' to take that out; here the two options are alike, and either is right as often. The pair is drawn first, and then
which of its tones is the sample, so that the pair without the sample says nothing."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, apart, roved, tone

TITLE = "Memory for a tone over a pause (same or different)"
UNIT, SCALE, HARDEST, EASIEST = "s", "log", 60.0, 0.5
_OPTIONS = ("the second tone", "the third tone")
WORDINGS = (
    Wording(
        "There are three tones: one, a pause, and two more. Which of the last two is the same as the first?", _OPTIONS
    ),
    Wording("Of three tones, one differs in pitch from the first. Which one is it?", _OPTIONS, inverted=True),
    Wording(
        "The first tone comes once more later on. Is it the second or the third tone?", ("the second", "the third")
    ),
)
_CENTS = 400.0
_SECONDS, _BETWEEN, _EDGE = 0.4, 0.5, 0.2


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """A tone, a pause, and two tones, of which the one at ``answer`` is the first one again."""
    centre, half = roved(440, rng, 24), apart(_CENTS / 2)
    pair = [centre / half, centre * half]
    same = int(rng.integers(2))
    later = [pair[same], pair[1 - same]]
    tones = [tone(hz, _SECONDS) for hz in (pair[same], *(later if answer == 0 else later[::-1]))]
    silences = [{"silence": round(seconds, 3)} for seconds in (_EDGE, level, _BETWEEN, _EDGE)]
    return Stimulus({"sequence": [silences[0], tones[0], silences[1], tones[1], silences[2], tones[2], silences[3]]})


def seconds(level: float) -> float:
    """How long the sound is."""
    return level + 3 * _SECONDS + _BETWEEN + 2 * _EDGE


def highest_hz(variant: float) -> float:
    """The higher tone's, at its highest."""
    return 440 * apart(2400 + _CENTS / 2)
