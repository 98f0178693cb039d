"""``gain(db)``: the clip louder or softer, and nothing else.

Samples times 10^(db/20); not clipped, models take floats beyond ±1. Answers should not hang on the level:
``gain(db=-30)`` is still easy for people to hear. For what happens to a recording that is too loud, see ``clipping``.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import amplitude, in_range, like
from audiotest.words import Waveform

VERSION = 1


def check(*, db: float) -> None:
    """Raise ValueError for a gain out of range."""
    in_range("gain", "db", db, -100, 60)


def apply(sound: Waveform, rng: np.random.Generator, *, db: float) -> Waveform:
    """Scale by ``db`` decibels (-100 to 60)."""
    check(db=db)
    return like(sound, sound.samples * np.float32(amplitude(db)))
