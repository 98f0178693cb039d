"""``reverb(rt60, drr_db)``: the clip in a room whose sound falls by 60 dB in ``rt60`` seconds.

The room's response is a direct impulse and a tail of white Gaussian noise under exp(-3 ln(10) t / rt60), another one a
channel (Polack's model of the diffuse tail, 1988). The energy of the direct sound is ``drr_db`` decibels above
the tail's. The result has the clip's length and RMS: reverberation is the only difference.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import amplitude, in_range, like, rms, scaled_to
from audiotest.types import Waveform

VERSION = 1
EXAMPLES = ("reverb(rt60=0.2)",)


def check(*, rt60: float, drr_db: float = 0.0) -> None:
    """Raise ValueError for values out of range."""
    in_range("reverb", "an rt60", rt60, 0.05, 10)
    in_range("reverb", "a drr_db", drr_db, -40, 40)


def apply(sound: Waveform, rng: np.random.Generator, *, rt60: float, drr_db: float = 0.0) -> Waveform:
    """Reverberate; ValueError for an ``rt60`` outside 0.05 to 10 s or a ``drr_db`` outside -40 to 40."""
    from scipy.signal import oaconvolve

    check(rt60=rt60, drr_db=drr_db)
    frames = round(rt60 * sound.rate)
    envelope = np.exp(-3 * np.log(10) * np.arange(1, frames + 1) / frames)
    tail = rng.standard_normal((frames, sound.channels)) * envelope[:, None]
    tail /= np.sqrt(np.square(tail).sum(axis=0, keepdims=True))
    response = np.concatenate([np.full((1, sound.channels), amplitude(drr_db)), tail])
    wet = oaconvolve(sound.samples.astype(np.float64), response, axes=0)[: sound.samples.shape[0]]
    return like(sound, scaled_to(wet, rms(sound.samples)))
