"""``clipping(share)``: the loudest ``share`` of all samples is cut flat, as in a recording that was set too loud.

With T the (1 - share) quantile of |x| over all samples and channels, y = min(max(x, -T), T). The share makes it as
bad for every clip, whatever its level and its peaks. The level is not made up for. At 0.01 a clip crackles, at 0.1 it
is harsh, at 0.5 little is left but where it crosses zero. What is flat already (silence, a square wave) stays as it
is.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import in_range, like
from audiotest.words import Waveform

VERSION = 1


def check(*, share: float) -> None:
    """Raise ValueError for a share out of range."""
    in_range("clipping", "share", share, 0.0001, 0.99)


def apply(sound: Waveform, rng: np.random.Generator, *, share: float) -> Waveform:
    """Clip ``share`` (0.0001 to 0.99) of the samples."""
    check(share=share)
    limit = np.quantile(np.abs(sound.samples), 1 - share, method="lower")
    return like(sound, np.clip(sound.samples, -limit, limit))
