"""Levels. RMS is over all samples of all channels; decibels are 20 log10 of amplitude, full scale 0 dB."""

from __future__ import annotations

import numpy as np

from audiotest.types import Waveform


def rms(samples: np.ndarray) -> float:
    """Root mean square of ``samples`` (any shape), in double precision."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if samples.size else 0.0


def amplitude(db: float) -> float:
    """The factor that ``db`` decibels stand for."""
    return float(10.0 ** (db / 20.0))


def scaled_to(samples: np.ndarray, level: float) -> np.ndarray:
    """``samples`` with the RMS ``level``; silence stays silence."""
    now = rms(samples)
    return (samples * (level / now)).astype(np.float32) if now > 0 else samples.astype(np.float32)


def like(sound: Waveform, samples: np.ndarray) -> Waveform:
    """New samples at the rate of ``sound``, and with its layout where the number of channels is the same."""
    layout = sound.layout if samples.shape[1] == sound.channels else ()
    return Waveform(np.ascontiguousarray(samples, dtype=np.float32), sound.rate, layout)


def in_range(condition: str, parameter: str, value: float, low: float, high: float) -> None:
    """Raise ValueError for a parameter below ``low`` or above ``high``."""
    if not low <= value <= high:
        raise ValueError(f"{condition} takes {parameter} from {low:g} to {high:g}, not {value:g}")
