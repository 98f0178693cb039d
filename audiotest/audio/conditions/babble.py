"""``babble(snr_db, talkers)``: several other clips of the suite at once, under the clip, at a signal-to-noise ratio.

Each is brought to the same RMS, started at a place of its own, repeated to the clip's length and mixed down to its
channels; their sum is scaled so that 20 log10(RMS of the clip / RMS of the babble) = ``snr_db``. Multi-talker babble
is the standard masker of speech tests (NOISEX-92; six talkers and more are heard as babble rather than as voices).
Which clips lend themselves is a fixed cycle through the suite.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiotest.audio.conditions.noise import SILENT_LEVEL
from audiotest.audio.decode import conform
from audiotest.audio.level import amplitude, in_range, like, rms, scaled_to
from audiotest.types import NotApplicable, Waveform

VERSION = 1
EXAMPLES = ("babble(snr_db=5,talkers=2)",)
NEEDS_OTHERS = 6


def check(*, snr_db: float, talkers: int = NEEDS_OTHERS) -> None:
    """Raise ValueError for values out of range."""
    in_range("babble", "snr_db", snr_db, -60, 100)
    in_range("babble", "talkers", talkers, 1, 64)


def apply(
    sound: Waveform, rng: np.random.Generator, *, snr_db: float, talkers: int = NEEDS_OTHERS, others: Sequence[Waveform]
) -> Waveform:
    """Add ``talkers`` of ``others`` at ``snr_db`` decibels (-60 to 100); ValueError outside of that."""
    check(snr_db=snr_db, talkers=talkers)
    frames = sound.samples.shape[0]
    voices = np.zeros(frames)
    for other in others[:talkers]:
        voice = conform(other, rate=sound.rate, channels=1).samples[:, 0]
        start = int(rng.integers(len(voice)))
        looped = np.take(voice, np.arange(start, start + frames), mode="wrap")
        voices += scaled_to(looped, 1.0)
    if not voices.any():
        raise NotApplicable("the other clips are silent, so there is no babble")
    level = rms(sound.samples)
    wanted = level / amplitude(snr_db) if level > 0 else SILENT_LEVEL
    return like(sound, sound.samples + scaled_to(voices, wanted)[:, None])
