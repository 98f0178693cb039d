"""``other_audio``: mismatched audio, another case's clip in the place of this one's.

The random-track audit of MuChoMusic (arXiv 2408.01337): the sound is real and of the same kind, only not the one that
is asked about. Which case lends its clip is a fixed cycle through the suite: each lends to one other, none to itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiotest.types import Waveform

VERSION = 1
changes_length = True
NEEDS_OTHERS = 1
foreign_sound = True


def apply(sound: Waveform, rng: np.random.Generator, *, others: Sequence[Waveform]) -> Waveform:
    """The other clip, whole, at its own rate and channels."""
    return others[0]
