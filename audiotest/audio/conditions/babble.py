"""``babble(snr_db, voices)``: other clips of the suite, several at once, behind this one.

In a suite of speech this is the babble of a crowd: the noise that people find hardest, since it is like what they
listen for. In a suite of music or sounds it is a hubbub of its like. ``voices`` other cases (the next ones in the
suite's seeded cycle) lend their clips; each is mixed down to mono, brought to this clip's rate, begun at a place
drawn at random and repeated to this clip's length; all are given the same RMS and added up. The sum stands ``snr_db``
below the clip: ``snr_db`` = 20 log10(RMS of the clip / RMS of the babble), over all samples and channels. It is the
same in all channels. Neither scaled nor clipped afterwards; a silent clip gets babble at -40 dB full scale.

Three to seven voices are usual: the augmentation of x-vectors (Snyder et al., ICASSP 2018) draws as many from MUSAN
(arXiv 1510.08484). One voice is a competing talker. For noise that does not depend on the suite, see ``noise``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiotest.audio.conditions.noise import under
from audiotest.audio.decode import conform
from audiotest.audio.level import in_range, like, scaled_to
from audiotest.words import NotApplicable, Waveform

VERSION = 1
NEEDS_OTHERS = "voices"


def check(*, snr_db: float, voices: int = 4) -> None:
    """Raise ValueError for parameters out of range."""
    in_range("babble", "snr_db", snr_db, -60, 100)
    in_range("babble", "voices", voices, 1, 16)


def apply(
    sound: Waveform, rng: np.random.Generator, *, others: Sequence[Waveform], snr_db: float, voices: int = 4
) -> Waveform:
    """Add the sum of ``others``. Raises :class:`NotApplicable` if all of them are silent."""
    check(snr_db=snr_db, voices=voices)
    frames = sound.samples.shape[0]
    babble = np.zeros((frames, 1), np.float32)
    for other in others:
        voice = conform(other, rate=sound.rate, channels=1).samples
        start = int(rng.integers(voice.shape[0]))
        babble += scaled_to(np.resize(np.roll(voice, -start, axis=0), (frames, 1)), 0.1)
    if not babble.any():
        raise NotApplicable("babble needs sounds, and the other clips that it would be made of are silent")
    return like(sound, sound.samples + under(sound, babble, snr_db))
