"""``mixed(with, snr_db, offset)``: another clip mixed in, as AIR-Bench makes its mixed audio.

The other clip is brought to a loudness relative to this one, 20 log10(RMS of this / RMS of the other) = ``snr_db``,
and starts ``offset`` seconds after it (before it, if negative: then this one starts later). The result lasts as
long as either. Loudness control and temporal dislocation of two clips: AIR-Bench (arXiv 2402.07729); the paper does
not give its loudness measure, RMS is ours. ``with`` is ``other`` (the next clip in a fixed cycle through the suite)
or a case's id.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiotest.audio.decode import conform
from audiotest.audio.level import amplitude, in_range, like, rms, scaled_to
from audiotest.types import NotApplicable, Waveform

VERSION = 1
changes_length = True
EXAMPLES = ("mixed(snr_db=3,offset=0.01)",)
NEEDS_OTHERS = 1


def check(*, snr_db: float = 0.0, offset: float = 0.0, with_: str = "other") -> None:
    """Raise ValueError for values out of range."""
    in_range("mixed", "an snr_db", snr_db, -60, 100)
    in_range("mixed", "an offset", offset, -3600, 3600)


def apply(
    sound: Waveform,
    rng: np.random.Generator,
    *,
    snr_db: float = 0.0,
    offset: float = 0.0,
    with_: str = "other",
    others: Sequence[Waveform],
) -> Waveform:
    """Both clips in one, at this one's rate, with the channels of the wider; ValueError for values out of range."""
    check(snr_db=snr_db, offset=offset, with_=with_)
    channels = 2 if sound.channels == 2 or (sound.channels == 1 and others[0].channels > 1) else sound.channels
    own = conform(sound, channels=channels if channels <= 2 else None).samples
    added = conform(others[0], rate=sound.rate, channels=min(channels, 2)).samples
    if added.shape[1] != own.shape[1]:
        added = np.repeat(added[:, :1], own.shape[1], axis=1)
    level = rms(own)
    if not level or not rms(added):
        raise NotApplicable("one of the two clips is silent, so they have no ratio of levels")
    added = scaled_to(added, level / amplitude(snr_db))
    later = round(offset * sound.rate)
    out = np.zeros((max(len(own) + max(0, -later), len(added) + max(0, later)), own.shape[1]), np.float32)
    out[max(0, -later) : max(0, -later) + len(own)] += own
    out[max(0, later) : max(0, later) + len(added)] += added
    return like(sound, out)
