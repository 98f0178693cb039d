"""``speed(factor)``: the clip played faster or slower; pitch and tempo change together, as on a tape.

The samples are taken to be at ``factor`` times their rate and resampled to it (soxr, HQ): length / ``factor``, all
frequencies times ``factor``. An answer that depends on absolute pitch or tempo changes with it: expect ``recorded``.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import in_range, like
from audiotest.types import Waveform

VERSION = 1
changes_length = True
EXAMPLES = ("speed(factor=1.3)",)


def check(*, factor: float) -> None:
    """Raise ValueError for values out of range."""
    in_range("speed", "a factor", factor, 0.25, 4)


def apply(sound: Waveform, rng: np.random.Generator, *, factor: float) -> Waveform:
    """Play ``factor`` times as fast; ValueError outside 0.25 to 4."""
    import soxr

    check(factor=factor)
    played = soxr.resample(sound.samples, sound.rate * factor, sound.rate, quality="HQ")
    return like(sound, played if played.shape[0] else sound.samples[:1])
