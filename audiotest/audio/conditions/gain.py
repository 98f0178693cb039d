"""``gain(db)``: the clip louder or softer; nothing is clipped, samples may exceed ±1.

A model that hears should not mind; one that does has learnt levels instead of sounds.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import amplitude, like
from audiotest.words import Waveform

VERSION = 1


def apply(sound: Waveform, rng: np.random.Generator, *, db: float) -> Waveform:
    """Multiply by ``db`` decibels; ValueError beyond ±80."""
    if abs(db) > 80:
        raise ValueError(f"gain takes decibels from -80 to 80, not {db:g}")
    return like(sound, sound.samples * np.float32(amplitude(db)))
