"""``cropped(seconds, where)``: only a part of the clip, to see how much of it an answer needs.

``where`` is ``start``, ``middle``, ``end`` or ``random`` (a place drawn for each case). The part is round(seconds x
rate) frames long, cut without a fade. What is asked about may lie outside of it: then there is nothing to be right
about.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import in_range, like
from audiotest.registry import unknown
from audiotest.words import NotApplicable, Waveform

VERSION = 1
_PLACES = ("start", "middle", "end", "random")


def check(*, seconds: float, where: str = "start") -> None:
    """Raise ValueError for a length out of range or a place that there is not."""
    in_range("cropped", "seconds", seconds, 0.001, 86_400)
    if where not in _PLACES:
        raise ValueError(unknown("place to crop:", where, list(_PLACES)))


def apply(sound: Waveform, rng: np.random.Generator, *, seconds: float, where: str = "start") -> Waveform:
    """Cut. Raises :class:`NotApplicable` for a clip that is no longer than ``seconds``."""
    check(seconds=seconds, where=where)
    frames = max(1, round(seconds * sound.rate))
    spare = sound.samples.shape[0] - frames
    if spare <= 0:
        raise NotApplicable(
            f"the clip is {sound.seconds:.2f} s long, so cropping it to {seconds:g} s takes nothing away"
        )
    if where == "random":
        first = int(rng.integers(spare + 1))
    else:
        first = {"start": 0, "middle": spare // 2, "end": spare}[where]
    return like(sound, sound.samples[first : first + frames])
