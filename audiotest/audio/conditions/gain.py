"""``gain(db)``: the clip louder or softer; nothing is clipped, samples may exceed ±1.

A model that hears should not mind; one that does has learnt levels instead of sounds.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import amplitude, in_range, like
from audiotest.types import Waveform

VERSION = 1
EXAMPLES = ("gain(db=-6)",)


def check(*, db: float) -> None:
    """Raise ValueError for values out of range."""
    in_range("gain", "decibels", db, -80, 80)


def apply(sound: Waveform, rng: np.random.Generator, *, db: float) -> Waveform:
    """Multiply by ``db`` decibels; ValueError beyond ±80."""
    check(db=db)
    return like(sound, sound.samples * np.float32(amplitude(db)))
