"""``speed(factor)``: the clip played faster or slower, as a tape is: tempo *and* pitch change.

The clip is resampled (soxr HQ) to 1/factor of its frames and played at its own rate: y(t) = x(factor t). Its length
is divided by ``factor``, its pitch moves by 12 log2(factor) semitones (1.06 is one up), its formants with it; what
comes to lie above half the rate is lost. Questions about tempo, pitch or duration may get another answer. Speed
perturbation: Ko et al., Interspeech 2015, with 0.9 and 1.1.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.fitting import of_length
from audiotest.audio.level import in_range, like
from audiotest.words import Waveform

VERSION = 1


def check(*, factor: float) -> None:
    """Raise ValueError for a factor out of range."""
    in_range("speed", "factor", factor, 0.25, 4)


def apply(sound: Waveform, rng: np.random.Generator, *, factor: float) -> Waveform:
    """Resample by ``factor`` (0.25 to 4; above 1 is faster); at least one frame is left."""
    import soxr

    check(factor=factor)
    frames = max(1, round(sound.samples.shape[0] / factor))
    faster = soxr.resample(sound.samples, sound.rate * factor, sound.rate, quality="HQ")
    return like(sound, of_length(faster, frames))
