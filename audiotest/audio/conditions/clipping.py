"""``clipping(share)``: the loudest ``share`` of samples cut off flat, as by an overdriven microphone.

The limit is the (1 - ``share``) quantile of the absolute samples over all channels. The level is left as it comes out.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import in_range, like
from audiotest.types import NotApplicable, Waveform

VERSION = 1
EXAMPLES = ("clipping(share=0.1)",)


def check(*, share: float) -> None:
    """Raise ValueError for values out of range."""
    in_range("clipping", "a share", share, 0.0001, 0.95)


def apply(sound: Waveform, rng: np.random.Generator, *, share: float) -> Waveform:
    """Clip; ValueError for a ``share`` outside 0.0001 to 0.95, :class:`NotApplicable` for a silent clip."""
    check(share=share)
    limit = float(np.quantile(np.abs(sound.samples), 1 - share))
    if limit == 0:
        raise NotApplicable("most of the clip is silence, so there is nothing to cut off")
    return like(sound, np.clip(sound.samples, -limit, limit))
