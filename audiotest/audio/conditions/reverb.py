"""``reverb(rt60, drr_db)``: the clip in a reverberant room, by a synthetic impulse response.

h(t) = d δ(t) + r n(t) 10^(-3 t / rt60) for 0 <= t < rt60, with n white Gaussian noise: after ``rt60`` seconds the
tail has fallen by 60 dB (Polack's model of a diffuse field). d² and r² Σ(...)² are the energies of direct sound and
tail; their ratio is ``drr_db`` in decibels and their sum 1, so the level stays as it was on average. Each channel has
a tail of its own.

0.3 s is a living room, 1 s a lecture hall, 2 s a concert hall, 5 s a church. The length stays: the tail is cut where
the clip ends. Room models for data augmentation: Ko et al., ICASSP 2017.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import amplitude, in_range, like
from audiotest.words import Waveform

VERSION = 1


def check(*, rt60: float, drr_db: float = 0.0) -> None:
    """Raise ValueError for parameters out of range."""
    in_range("reverb", "rt60", rt60, 0.05, 20)
    in_range("reverb", "drr_db", drr_db, -60, 60)


def apply(sound: Waveform, rng: np.random.Generator, *, rt60: float, drr_db: float = 0.0) -> Waveform:
    """Convolve with the impulse response; ``rt60`` in seconds (0.05 to 20)."""
    from scipy.signal import fftconvolve

    check(rt60=rt60, drr_db=drr_db)
    response = impulse_response(rng, sound.rate, sound.channels, rt60, drr_db)
    frames = sound.samples.shape[0]
    return like(sound, fftconvolve(sound.samples.astype(np.float64), response[:frames], axes=0)[:frames])


def impulse_response(rng: np.random.Generator, rate: int, channels: int, rt60: float, drr_db: float) -> np.ndarray:
    """h, float64 of shape (rt60 in frames, channels), each channel of energy 1."""
    frames = max(1, round(rt60 * rate))
    decay = 10.0 ** (-3.0 * np.arange(frames) / (rt60 * rate))
    tail = rng.standard_normal((frames, channels)) * decay[:, None]
    direct = amplitude(drr_db) ** 2 / (1 + amplitude(drr_db) ** 2)
    tail *= np.sqrt((1 - direct) / np.sum(tail**2, axis=0))
    # The direct sound comes before the tail: where both fall on one sample, their energies would not add up.
    return np.concatenate([np.full((1, channels), np.sqrt(direct)), tail])
