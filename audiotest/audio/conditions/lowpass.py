"""``lowpass(hz)``: only what lies below ``hz`` is left, as through a wall, a telephone or a poor loudspeaker.

A Butterworth filter of 4th order, run forwards and backwards (``scipy.signal.sosfiltfilt``): no delay, -6 dB at ``hz``,
about 48 dB an octave above it. Length, rate and channels stay. 3400 Hz is the upper end of a telephone line.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import in_range, like
from audiotest.words import NotApplicable, Waveform

VERSION = 1


def check(*, hz: float) -> None:
    """Raise ValueError for a frequency out of range."""
    in_range("lowpass", "hz", hz, 20, 100_000)


def apply(sound: Waveform, rng: np.random.Generator, *, hz: float) -> Waveform:
    """Filter. Raises :class:`NotApplicable` where the clip's rate leaves nothing above ``hz`` to take away."""
    check(hz=hz)
    if hz >= sound.rate / 2:
        raise NotApplicable(f"a clip at {sound.rate} Hz has nothing above {sound.rate / 2:g} Hz, so lowpass({hz:g}) "
                            "takes nothing away")  # fmt: skip
    return like(sound, filtered(sound, hz, "lowpass"))


def filtered(sound: Waveform, hz: float, kind: str) -> np.ndarray:
    """The samples through a Butterworth filter of 4th order, forwards and backwards; ``hz`` below half the rate."""
    from scipy.signal import butter, sosfiltfilt

    sos = butter(4, hz, kind, fs=sound.rate, output="sos")
    edge = min(15, sound.samples.shape[0] - 1)  # a clip may be shorter than the usual run-in
    out: np.ndarray = sosfiltfilt(sos, sound.samples.astype(np.float64), axis=0, padlen=edge)
    return out
