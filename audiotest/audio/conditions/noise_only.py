"""``noise_only``: white Gaussian noise of the same length, channels and level, and nothing else.

The audit of MuChoMusic (arXiv 2408.01337), MMAR (arXiv 2505.13032, its table 6) and MMAU-Pro (arXiv 2508.13992): a
model that scores on noise as it does on the sound reads the options instead of listening.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.conditions.noise import SILENT_LEVEL
from audiotest.audio.level import like, rms, scaled_to
from audiotest.types import Waveform

VERSION = 1
soundless = True


def apply(sound: Waveform, rng: np.random.Generator) -> Waveform:
    """Noise with the RMS of ``sound``; a silent clip gives noise at -40 dB full scale."""
    noise = rng.standard_normal(sound.samples.shape)
    return like(sound, scaled_to(noise, rms(sound.samples) or SILENT_LEVEL))
