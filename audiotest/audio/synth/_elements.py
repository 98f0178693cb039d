"""How a scene is put together: elements in order, at once, and what is done to one as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from audiotest.audio.level import amplitude
from audiotest.audio.synth._envelope import muted, shaped, trembling
from audiotest.audio.synth._reading import SynthError, bounded, items, keys, number, whole
from audiotest.audio.synth._sources import SOURCES
from audiotest.registry import unknown

Samples = npt.NDArray[np.float64]
MODIFIERS = ("envelope", "tremolo", "mute", "repeat", "gain_db", "pan")
_DEEPEST = 40


def element(spec: object, where: str, rate: int, depth: int = 0) -> Samples:
    """Render one element: float64 of shape (frames, 1 or 2). Raises :class:`SynthError`."""
    if depth > _DEEPEST:
        raise SynthError(f"{where[:80]}...: elements are nested more than {_DEEPEST} deep")
    samples = _generated(spec, where, rate, depth)
    assert isinstance(spec, Mapping)
    if "envelope" in spec:
        samples = shaped(samples, spec["envelope"], f"{where}.envelope", rate)
    if "tremolo" in spec:
        samples = trembling(samples, spec["tremolo"], f"{where}.tremolo", rate)
    if "mute" in spec:
        samples = muted(samples, spec["mute"], f"{where}.mute", rate)
    if "repeat" in spec:
        times = whole(spec["repeat"], f"{where}.repeat", 1, 10_000)
        bounded(times * samples.shape[0] / rate, where)
        samples = np.tile(samples, (times, 1))
    if "gain_db" in spec:
        samples = samples * amplitude(number(spec["gain_db"], f"{where}.gain_db", -120, 40))
    return _panned(samples, spec["pan"], f"{where}.pan") if "pan" in spec else samples


def _generated(spec: object, where: str, rate: int, depth: int) -> Samples:
    known = (*SOURCES, *_COMPOUND)
    if not isinstance(spec, Mapping):
        raise SynthError(f"{where}: expected a mapping with one of {', '.join(known)}, found {spec!r:.60}")
    for key in spec:
        if key not in known and key not in MODIFIERS:
            raise SynthError(f"{where}: {unknown('key', str(key), [*known, *MODIFIERS])}")
    keys = [key for key in spec if key in known]
    if len(keys) != 1:
        given = f"{' and '.join(keys)}: put them under `sequence` or `layers`" if keys else "none"
        raise SynthError(f"{where}: expected exactly one of {', '.join(known)}; found {given}")
    name = keys[0]
    if name in SOURCES:
        return SOURCES[name](spec[name], f"{where}.{name}", rate)[:, None]
    return _COMPOUND[name](spec[name], f"{where}.{name}", rate, depth)


def _sequence(spec: object, where: str, rate: int, depth: int) -> Samples:
    parts: list[Samples] = []
    frames = 0
    for i, part in enumerate(items(spec, where, "elements")):
        parts.append(element(part, f"{where}[{i}]", rate, depth + 1))
        frames += parts[-1].shape[0]
        bounded(frames / rate, where)  # as it grows: a list of long parts must not fill the memory first
    wide = any(p.shape[1] == 2 for p in parts)
    return np.concatenate([_widened(p) if wide else p for p in parts])


def _layers(spec: object, where: str, rate: int, depth: int) -> Samples:
    total = np.zeros((0, 1))
    for i, part in enumerate(items(spec, where, "elements")):
        total = _added(total, element(part, f"{where}[{i}]", rate, depth + 1))
    return total


def _added(one: Samples, other: Samples) -> Samples:
    if one.shape[1] != other.shape[1]:
        one, other = _widened(one), _widened(other)
    if one.shape[0] < other.shape[0]:
        one, other = other, one
    out = one.copy()
    out[: other.shape[0]] += other
    return out


def _widened(samples: Samples) -> Samples:
    """Stereo, with what was mono in the middle: as ``pan: 0`` has it."""
    return samples if samples.shape[1] == 2 else np.repeat(samples * np.sqrt(0.5), 2, axis=1)


def _panned(samples: Samples, spec: object, where: str) -> Samples:
    """A place, ``{from, to}``, or a list of places passed at an even pace; constant power."""
    if samples.shape[1] == 2:
        raise SynthError(f"{where}: something inside is panned already; pan either the whole or its parts")
    if isinstance(spec, Mapping):
        given = keys(spec, where, "from", "to")
        points = [number(given.get(k, 0), f"{where}.{k}", -1, 1) for k in ("from", "to")]
    elif isinstance(spec, list):
        points = [number(p, f"{where}[{i}]", -1, 1) for i, p in enumerate(items(spec, where, "places", 1000))]
    else:
        points = [number(spec, where, -1, 1)]
    places = np.interp(np.linspace(0, max(len(points) - 1, 0), samples.shape[0]), range(len(points)), points)
    angles = (places + 1) * np.pi / 4
    return np.stack([samples[:, 0] * np.cos(angles), samples[:, 0] * np.sin(angles)], axis=1)


_COMPOUND: dict[str, Callable[[object, str, int, int], Samples]] = {"sequence": _sequence, "layers": _layers}
