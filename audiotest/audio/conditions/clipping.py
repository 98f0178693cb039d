"""``clipping(share)``: the loudest ``share`` of samples cut off flat, as by an overdriven microphone.

The limit is the (1 - ``share``) quantile of the absolute samples over all channels. The level is left as it comes out.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import like
from audiotest.words import NotApplicable, Waveform

VERSION = 1


def apply(sound: Waveform, rng: np.random.Generator, *, share: float) -> Waveform:
    """Clip; ValueError for a ``share`` outside 0 to 0.95, :class:`NotApplicable` for a silent clip."""
    if not 0 < share <= 0.95:
        raise ValueError(f"clipping takes a share above 0 and up to 0.95, not {share:g}")
    limit = float(np.quantile(np.abs(sound.samples), 1 - share))
    if limit == 0:
        raise NotApplicable("most of the clip is silence, so there is nothing to cut off")
    return like(sound, np.clip(sound.samples, -limit, limit))
