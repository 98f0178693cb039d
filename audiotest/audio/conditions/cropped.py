"""``cropped(seconds, where)``: a part of the clip only, to see how much of it an answer needs.

``where`` is ``start``, ``middle``, ``end`` or ``random`` (drawn by the trial's seed).
"""

from __future__ import annotations

import numpy as np

from audiotest.audio.level import in_range, like
from audiotest.types import NotApplicable, Waveform

VERSION = 1
changes_length = True
EXAMPLES = ("cropped(seconds=0.01)",)
_PLACES = ("start", "middle", "end", "random")


def check(*, seconds: float, where: str = "middle") -> None:
    """Raise ValueError for values out of range."""
    in_range("cropped", "seconds", seconds, 0.001, 86_400)
    if where not in _PLACES:
        raise ValueError(f"cropped takes a place of {', '.join(_PLACES)}, not {where!r}")


def apply(sound: Waveform, rng: np.random.Generator, *, seconds: float, where: str = "middle") -> Waveform:
    """Keep ``seconds``; ValueError for another place, :class:`NotApplicable` for a clip that is no longer."""
    check(seconds=seconds, where=where)
    frames = round(seconds * sound.rate)
    spare = sound.samples.shape[0] - frames
    if spare <= 0:
        raise NotApplicable(f"a clip of {sound.seconds:.2f} s cannot be cropped to {seconds:g} s")
    start = {"start": 0, "middle": spare // 2, "end": spare, "random": int(rng.integers(spare + 1))}[where]
    return like(sound, sound.samples[start : start + max(frames, 1)])
