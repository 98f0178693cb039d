"""What a faculty hands over: a sound and what is asked about it; and the scenes that most of them are made of.

Conventions
    A scene is what :func:`audiotest.audio.synth.synthesise` renders. Levels of tones are those of their peaks in dB
    full scale (a sine of 0 dB has an amplitude of 1). White noise of a scene is uniform: its RMS lies 4.77 dB below
    its peak, that of a sine 3.01 dB. What a listener could use beside the cue that is measured is varied at random
    (roved): base frequencies by a semitone to either side, levels where loudness could give the answer away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct

Scene = dict[str, Any]
WHITE_NOISE_RMS_DB = -4.77
"""RMS of uniform noise, relative to its peak: 10 log10(1/3)."""
SINE_RMS_DB = -3.01
FIRST_OR_SECOND = ("the first", "the second")
ONE_OF_THREE = ("the first", "the second", "the third")
HALVES = ("in the first half", "in the second half")


class Wording(Struct, frozen=True):
    """One way to ask: the question and its options. ``inverted``: it asks for the other one of two, so that its
    answer is the opposite of the stimulus's."""

    question: str
    choices: tuple[str, ...] = ()
    inverted: bool = False


class Stimulus(Struct, frozen=True):
    """A sound, as a scene or as a file. ``choices``: the options, where they depend on it, in place of the
    wording's."""

    scene: Scene | None = None
    file: str | None = None
    choices: tuple[str, ...] = ()


def tone(hz: float, seconds: float = 0.4, level_db: float = -14.0, **more: Any) -> Scene:
    """A tone; numbers are rounded to what no ear resolves, so that scenes are short to write."""
    return {"tone": {"hz": round(float(hz), 4), "seconds": round(seconds, 6), "level_db": round(level_db, 3), **more}}


def noise(seconds: float, rng: np.random.Generator, level_db: float = -14.0) -> Scene:
    """White noise with a seed of its own."""
    return {"noise": {"seconds": round(seconds, 6), "level_db": round(level_db, 3), "seed": int(rng.integers(2**31))}}


def row(parts: Sequence[Scene], pause: float = 0.5, edge: float = 0.2) -> Scene:
    """Sounds one after the other with ``pause`` seconds between them, and ``edge`` seconds of silence around them."""
    out: list[Scene] = [{"silence": edge}]
    for part in parts:
        out += [part, {"silence": pause}]
    return {"sequence": [*out[:-1], {"silence": edge}]}


def one_differs(answer: int, count: int, plain: Sequence[Scene], changed: Scene) -> list[Scene]:
    """``count`` sounds, of which the one at ``answer`` is ``changed``."""
    return [changed if i == answer else plain[i] for i in range(count)]


def roved(hz: float, rng: np.random.Generator, semitones: float = 1.0) -> float:
    """``hz``, up to so many semitones higher or lower."""
    return float(hz * 2 ** (rng.uniform(-semitones, semitones) / 12))


def apart(cents: float) -> float:
    """The ratio of two frequencies that are ``cents`` apart."""
    return float(2 ** (cents / 1200))
