"""``highpass(hz)``: only what lies above ``hz``, as from a small loudspeaker.

The filter of ``lowpass``, mirrored: Butterworth of order 8, forwards and backwards, -6 dB at ``hz``, about -96 dB an
octave below. ``highpass(hz=300)+lowpass(hz=3400)`` is a telephone line.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.conditions.lowpass import filtered
from audiotest.audio.level import in_range, like
from audiotest.types import NotApplicable, Waveform

VERSION = 1
EXAMPLES = ("highpass(hz=300)",)


def check(*, hz: float) -> None:
    """Raise ValueError for a frequency out of range."""
    in_range("highpass", "hz", hz, 20, 100_000)


def apply(sound: Waveform, rng: np.random.Generator, *, hz: float) -> Waveform:
    """Filter. Raises :class:`NotApplicable` where the clip's rate has nothing above ``hz`` that could be left."""
    check(hz=hz)
    if hz >= sound.rate / 2:
        raise NotApplicable(f"a clip at {sound.rate} Hz has nothing above {sound.rate / 2:g} Hz, so highpass({hz:g}) "
                            "leaves nothing")  # fmt: skip
    return like(sound, filtered(sound, hz, "highpass"))
