"""``mixed(with, snr_db, offset)``: another clip of the suite sounds at the same time, as in the mixtures of AIR-Bench.

``snr_db`` = 20 log10(RMS of this clip / RMS of the other), each over its own length: the control of loudness. The
other one begins ``offset`` seconds after this one, or before it if negative: the shift in time. Both are heard whole,
so the sound lasts from where the first begins to where the last ends. The other clip is brought to this one's rate
and channels. Neither scaled nor clipped; if this clip is silent the other keeps its own level.

``with`` is the id of a case whose first clip is mixed into all others, or ``other`` (the default): each case's next
one in the suite's seeded cycle. AIR-Bench chat mixes speech with sounds and music so (arXiv 2402.07729): loudness
control and temporal dislocation. What is asked should stay answerable from this clip alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiotest.audio.fitting import fitted
from audiotest.audio.level import amplitude, in_range, like, rms, scaled_to
from audiotest.words import Waveform

VERSION = 1
NEEDS_OTHERS = "with_"


def check(*, with_: str = "other", snr_db: float = 0.0, offset: float = 0.0) -> None:
    """Raise ValueError for parameters out of range."""
    in_range("mixed", "snr_db", snr_db, -60, 100)
    in_range("mixed", "offset", offset, -3600, 3600)


def apply(
    sound: Waveform,
    rng: np.random.Generator,
    *,
    others: Sequence[Waveform],
    with_: str = "other",
    snr_db: float = 0.0,
    offset: float = 0.0,
) -> Waveform:
    """Add the other clip; the result can be longer than either."""
    check(with_=with_, snr_db=snr_db, offset=offset)
    other = fitted(others[0], sound)
    if level := rms(sound.samples):
        other = scaled_to(other, level / amplitude(snr_db))
    shift = round(offset * sound.rate)
    own_start, other_start = max(0, -shift), max(0, shift)
    frames = max(own_start + sound.samples.shape[0], other_start + other.shape[0])
    mixture = np.zeros((frames, sound.channels), np.float32)
    mixture[own_start : own_start + sound.samples.shape[0]] += sound.samples
    mixture[other_start : other_start + other.shape[0]] += other
    return like(sound, mixture)
