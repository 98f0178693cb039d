"""``noise(snr_db, color)``: the clip with noise added at a signal-to-noise ratio.

``snr_db`` = 20 log10(RMS of the clip / RMS of the noise), both over all samples and channels. At 20 dB people
hardly mind, at 0 dB both are as loud, at -10 dB little is left. A sweep over it gives a model's threshold.

Colours by power over frequency f: ``white`` 1, ``pink`` 1/f, ``brown`` 1/f², ``blue`` f. The sum is neither scaled
nor clipped, so the clip's own level stays; models take floats beyond ±1. A silent clip has no level to be held
against: it gets noise at -40 dB full scale.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import amplitude, in_range, like, rms, scaled_to
from audiotest.types import Waveform

VERSION = 1
EXAMPLES = ("noise(snr_db=10)",)
SILENT_LEVEL = amplitude(-40.0)
_SLOPES = {"white": 0.0, "pink": -0.5, "brown": -1.0, "blue": 0.5}


def check(*, snr_db: float, color: str = "white") -> None:
    """Raise ValueError for another colour, or a ratio out of range."""
    if color not in _SLOPES:
        raise ValueError(f"noise knows the colours {', '.join(_SLOPES)}, not {color!r}")
    in_range("noise", "snr_db", snr_db, -60, 100)


def apply(sound: Waveform, rng: np.random.Generator, *, snr_db: float, color: str = "white") -> Waveform:
    """Add noise of ``color`` at ``snr_db`` decibels (-60 to 100).

    Raises ValueError for another colour or a ratio outside that range.
    """
    check(snr_db=snr_db, color=color)
    noise = rng.standard_normal(sound.samples.shape)
    if _SLOPES[color]:
        noise = _coloured(noise, _SLOPES[color])
    return like(sound, sound.samples + under(sound, noise, snr_db))


def under(sound: Waveform, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """``noise`` at the level that lies ``snr_db`` below that of ``sound``."""
    level = rms(sound.samples)
    return scaled_to(noise, level / amplitude(snr_db) if level > 0 else SILENT_LEVEL)


def _coloured(noise: np.ndarray, slope: float) -> np.ndarray:
    """White noise with its amplitudes weighted by frequency to the power ``slope``; no constant part."""
    spectrum = np.fft.rfft(noise, axis=0)
    weights = np.arange(spectrum.shape[0], dtype=np.float64)
    weights[1:] **= slope
    weights[0] = 1.0 if spectrum.shape[0] == 1 else 0.0
    shaped = np.fft.irfft(spectrum * weights[:, None], n=noise.shape[0], axis=0)
    return shaped if np.any(shaped) else noise
