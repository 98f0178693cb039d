"""``silence``: digital silence, as long as the original.

The model is given an audio part in which there is nothing. One that describes or chooses as if it had
heard is hallucinating; compare ``text_only``, where the prompt has no audio part at all.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import like
from audiotest.types import Waveform

VERSION = 1
soundless = True


def apply(sound: Waveform, rng: np.random.Generator) -> Waveform:
    """Zeros of the same shape and rate."""
    return like(sound, np.zeros_like(sound.samples))
