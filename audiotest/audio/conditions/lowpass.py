"""``lowpass(hz)``: only what lies below ``hz``, as over a telephone (3,400 Hz) or behind a wall (500 Hz).

A Butterworth filter of order 8, run forwards and backwards, so that nothing is delayed (scipy's ``sosfiltfilt``):
-6 dB at ``hz``, about -96 dB an octave above. A clip that has nothing above ``hz``, by its rate, cannot take it.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import in_range, like
from audiotest.types import NotApplicable, Waveform

VERSION = 1
EXAMPLES = ("lowpass(hz=1000)",)


def check(*, hz: float) -> None:
    """Raise ValueError for values out of range."""
    in_range("lowpass", "a frequency", hz, 20, 100_000)


def apply(sound: Waveform, rng: np.random.Generator, *, hz: float) -> Waveform:
    """Filter; ValueError for an ``hz`` below 20, :class:`NotApplicable` at half of the clip's rate and above."""
    check(hz=hz)
    if hz >= sound.rate / 2:
        raise NotApplicable(f"a clip at {sound.rate} Hz has nothing above {hz:g} Hz to take away")
    return like(sound, filtered(sound, hz, "lowpass"))


def filtered(sound: Waveform, hz: float, kind: str) -> np.ndarray:
    """The samples through a Butterworth filter of order 8, forwards and backwards; ``hz`` below half of the rate."""
    from scipy.signal import butter, sosfiltfilt

    sos = butter(8, hz, kind, fs=sound.rate, output="sos")
    pad = min(sound.samples.shape[0] - 1, round(3 * sound.rate / hz) + 24)
    out: np.ndarray = sosfiltfilt(sos, sound.samples.astype(np.float64), axis=0, padlen=max(pad, 0))
    return out
