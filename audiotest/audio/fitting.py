"""One sound in the form of another, so that the two can be added."""

from __future__ import annotations

import numpy as np

from audiotest.audio.decode import conform
from audiotest.words import Waveform


def fitted(other: Waveform, sound: Waveform) -> np.ndarray:
    """The samples of ``other`` at the rate and with the channels of ``sound``; shape (frames, channels of ``sound``).

    Equal numbers of channels stay as they are; otherwise the mean of the channels goes to every one.
    """
    if other.channels == sound.channels:
        return conform(other, rate=sound.rate).samples
    return np.repeat(conform(other, rate=sound.rate, channels=1).samples, sound.channels, axis=1)


def of_length(samples: np.ndarray, frames: int) -> np.ndarray:
    """``samples`` cut at ``frames``, or filled up with silence to it."""
    return np.pad(samples[:frames], ((0, max(0, frames - samples.shape[0])), (0, 0)))
