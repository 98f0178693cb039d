"""Values of a scene, each checked: each reader returns what is meant or raises an error with the place.

A place is written as the path inside the scene: ``synth.sequence[1].tone.hz``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from audiotest.errors import AudiotestError
from audiotest.registry import unknown

LONGEST_S = 600.0
"""No scene is longer: ten minutes of stereo doubles are 150 MB."""

_NOTE = re.compile(r"([A-Ga-g])([#b♯♭]?)(-?\d)")
_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}


class SynthError(AudiotestError, ValueError):
    """A scene that cannot be rendered; names the place in it and what was expected."""


def keys(spec: object, where: str, *known: str) -> Mapping[str, Any]:
    """``spec`` as a mapping that has no keys but ``known``."""
    if not isinstance(spec, Mapping):
        raise SynthError(f"{where}: expected a mapping with {', '.join(known)}, found {spec!r:.60}")
    for key in spec:
        if key not in known:
            raise SynthError(f"{where}: {unknown('key', str(key), list(known))}")
    return spec


def number(value: object, where: str, least: float, most: float) -> float:
    """A number in [``least``, ``most``]; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise SynthError(f"{where}: expected a number from {least:g} to {most:g}, found {value!r:.60}")
    return float(value)


def whole(value: object, where: str, least: int, most: int) -> int:
    """A whole number in [``least``, ``most``]."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SynthError(f"{where}: expected a whole number from {least} to {most}, found {value!r:.60}")
    return value


def items(value: object, where: str, what: str, most: int = 10_000) -> list[Any]:
    """A list of 1 to ``most`` entries; ``what`` says of what."""
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        given = f"{len(value)} entries" if isinstance(value, list) else f"{value!r:.60}"
        raise SynthError(f"{where}: expected a list of 1 to {most} {what}, found {given}")
    return value


def one_of(value: object, where: str, known: Mapping[str, Any]) -> Any:
    """What ``known`` has under the name ``value``."""
    if not isinstance(value, str) or value not in known:
        raise SynthError(f"{where}: {unknown('value', str(value), list(known))}")
    return known[value]


def seconds(given: Mapping[str, Any], where: str) -> float:
    """The length under the key ``seconds``, which has to be there."""
    if "seconds" not in given:
        raise SynthError(f"{where}: missing key `seconds`: how long is it?")
    return number(given["seconds"], f"{where}.seconds", 0.001, LONGEST_S)


def bounded(length: float, where: str) -> float:
    """``length`` in seconds, if no longer than a scene may be."""
    if length > LONGEST_S:
        raise SynthError(f"{where}: {length:.0f} s of sound; a scene may last {LONGEST_S:g} s at most")
    return length


def frequency(pitch: object, where: str = "pitch", rate: int | None = None) -> float:
    """Hz of a number or a note name; with ``rate``, one that can be rendered at that rate."""
    if isinstance(pitch, int | float) and not isinstance(pitch, bool):
        hz = number(pitch, where, 1, 24000)
    else:
        match = _NOTE.fullmatch(str(pitch))
        if not match:
            raise SynthError(f"{where}: expected Hz or a note such as A4 or Bb3, found {pitch!r:.60}")
        semitones = _STEPS[match[1].lower()] + _ACCIDENTALS[match[2]] + 12 * (int(match[3]) + 1) - 69
        hz = float(440.0 * 2 ** (semitones / 12))
    if rate is not None and hz > 0.47 * rate:
        most = 0.47 * rate
        raise SynthError(f"{where}: {hz:.0f} Hz cannot be rendered at {rate} Hz; expected at most {most:.0f} Hz")
    return hz


def either(given: Mapping[str, Any], where: str, *names: str) -> str | None:
    """Which of ``names`` is given; None if none is, an error if several are."""
    present = [name for name in names if name in given]
    if len(present) > 1:
        raise SynthError(f"{where}: `{present[0]}` and `{present[1]}` say the same thing twice; leave one out")
    return present[0] if present else None
