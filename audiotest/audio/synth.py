"""Synthesised sound: scenes described in YAML, rendered the same on every machine.

A scene is one *element*, or elements in order (``sequence``) or at once (``layers``). Every element is a mapping with one
generator and, beside it, the modifiers ``gain_db``, ``pan``, ``envelope`` and ``repeat``::

    {sequence: [{tone: {hz: 440, seconds: 0.5}}, {silence: 0.2}, {tone: {note: E5, seconds: 0.5}}]}

Conventions
-----------
- Times in seconds, frequencies in Hz or as notes (``A4`` = 440 Hz, equal temperament; ``Bb3``, ``C#5``), levels in dB.
- A generator's peak is 0.5 (-6 dB full scale) before ``gain_db``; a scene that would exceed 1.0 is scaled down as a whole.
- 16 kHz. Mono until something is panned; ``pan`` runs from -1 (left) to 1 (right) with constant power.
- Edges are faded over 5 ms so that nothing clicks that was not meant to. Noise comes from ``seed`` (default 0).
- The reference of all keys is ``schemas/synth.schema.json``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from audiotest.words import Waveform

VERSION = 1
"""Bumped when the same scene would give other samples."""
RATE = 16000
LONGEST_S = 600.0
PEAK = 0.5
_FADE_S = 0.005
_NOTE = re.compile(r"([A-Ga-g])([#b♯♭]?)(-?\d)")
_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SLOPES = {"white": 0.0, "pink": -0.5, "brown": -1.0}
Samples = np.ndarray


class SynthError(ValueError):
    """A scene that cannot be rendered; names the place in it and what was expected."""


def synthesise(spec: object, *, rate: int = RATE) -> Waveform:
    """Render the value that stands under ``synth``. Raises :class:`SynthError`."""
    samples = _element(spec, "synth", rate)
    if not samples.shape[0]:
        raise SynthError("synth: the scene has no length")
    peak = float(np.abs(samples).max())
    if peak > 1.0:
        samples = samples / peak
    return Waveform(np.ascontiguousarray(samples, dtype=np.float32), rate)


def frequency(pitch: object, where: str = "pitch") -> float:
    """Hz of a number or a note name. Raises :class:`SynthError`."""
    if isinstance(pitch, int | float) and not isinstance(pitch, bool):
        if not 1 <= pitch <= 24000:
            raise SynthError(f"{where}: a frequency from 1 to 24000 Hz was expected, not {pitch:g}")
        return float(pitch)
    match = _NOTE.fullmatch(str(pitch))
    if not match:
        raise SynthError(f"{where}: a frequency in Hz or a note such as A4 or Bb3 was expected, not {pitch!r}")
    step = _STEPS[match[1].lower()] + {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[match[2]]
    return float(440.0 * 2 ** ((step + 12 * (int(match[3]) + 1) - 69) / 12))


# -- elements ---------------------------------------------------------------------------------------------


def _element(spec: object, where: str, rate: int) -> Samples:
    if not isinstance(spec, Mapping):
        raise SynthError(f"{where}: a mapping with one generator was expected, not {type(spec).__name__}")
    generators = [key for key in spec if key in _GENERATORS]
    unknown = [key for key in spec if key not in _GENERATORS and key not in _MODIFIERS]
    if unknown or len(generators) != 1:
        said = f"unknown key {unknown[0]!r}" if unknown else f"{len(generators)} generators"
        raise SynthError(f"{where}: one of {', '.join(_GENERATORS)} was expected (with {', '.join(_MODIFIERS)}); {said}")
    name = generators[0]
    samples = _GENERATORS[name](spec[name], f"{where}.{name}", rate)
    if "envelope" in spec:
        samples = _enveloped(samples, spec["envelope"], f"{where}.envelope", rate)
    if "repeat" in spec:
        times = int(_number(spec["repeat"], f"{where}.repeat", 1, 1000))
        _bounded(times * samples.shape[0] / rate, where)
        samples = np.tile(samples, (times, 1))
    if "gain_db" in spec:
        samples = samples * 10 ** (_number(spec["gain_db"], f"{where}.gain_db", -120, 40) / 20)
    return _panned(samples, spec["pan"], f"{where}.pan", rate) if "pan" in spec else samples


def _sequence(spec: object, where: str, rate: int) -> Samples:
    parts = _all(spec, where, rate)
    _bounded(sum(p.shape[0] for p in parts) / rate, where)
    return np.concatenate(_same_channels(parts))


def _layers(spec: object, where: str, rate: int) -> Samples:
    parts = _same_channels(_all(spec, where, rate))
    out = np.zeros((max(p.shape[0] for p in parts), parts[0].shape[1]))
    for part in parts:
        out[: part.shape[0]] += part
    return out


def _all(spec: object, where: str, rate: int) -> list[Samples]:
    if not isinstance(spec, list) or not spec:
        raise SynthError(f"{where}: a list of elements was expected")
    return [_element(part, f"{where}[{i}]", rate) for i, part in enumerate(spec)]


def _same_channels(parts: list[Samples]) -> list[Samples]:
    # Mono beside stereo stands in the middle: constant power, as `pan: 0` would.
    if all(p.shape[1] == parts[0].shape[1] for p in parts):
        return parts
    return [p if p.shape[1] == 2 else np.repeat(p, 2, axis=1) * np.sqrt(0.5) for p in parts]


# -- generators -------------------------------------------------------------------------------------------


def _tone(spec: object, where: str, rate: int) -> Samples:
    given = _keys(spec, where, "hz", "note", "seconds", "wave", "harmonics", "vibrato_hz", "vibrato_cents")
    hz = _pitch(given, where)
    times = _times(_seconds(given, where), rate)
    phase = 2 * np.pi * hz * times
    if "vibrato_hz" in given:
        depth = _number(given.get("vibrato_cents", 50), f"{where}.vibrato_cents", 0, 1200)
        speed = _number(given["vibrato_hz"], f"{where}.vibrato_hz", 0.1, 50)
        phase = phase + hz * (2 ** (depth / 1200) - 1) / speed * (1 - np.cos(2 * np.pi * speed * times))
    return _faded(_wave(phase, hz, given, where, rate), rate)


def _wave(phase: Samples, hz: float, given: Mapping[str, Any], where: str, rate: int) -> Samples:
    """Sum of harmonics below the Nyquist frequency, so that no wave form aliases."""
    weights = _harmonics(given, where)
    out = np.zeros_like(phase)
    for k, weight in weights.items():
        if k * hz < 0.95 * rate / 2:
            out += weight * np.sin(k * phase)
    peak = np.abs(out).max() if out.size else 0.0
    return PEAK * out / peak if peak else out


def _harmonics(given: Mapping[str, Any], where: str) -> dict[int, float]:
    if "harmonics" in given:
        return {k: float(_number(w, f"{where}.harmonics[{k - 1}]", 0, 10)) for k, w in enumerate(given["harmonics"], 1)}
    waves: dict[str, dict[int, float]] = {
        "sine": {1: 1.0},
        "square": {k: 1 / k for k in range(1, 40, 2)},
        "saw": {k: (-1) ** (k + 1) / k for k in range(1, 40)},
        "triangle": {k: (-1) ** (k // 2) / k**2 for k in range(1, 40, 2)},
    }
    wave = given.get("wave", "sine")
    if wave not in waves:
        raise SynthError(f"{where}.wave: one of {', '.join(waves)} was expected, not {wave!r}")
    return waves[wave]


def _chord(spec: object, where: str, rate: int) -> Samples:
    given = _keys(spec, where, "notes", "seconds", "wave", "harmonics")
    notes = given.get("notes")
    if not isinstance(notes, list) or not notes:
        raise SynthError(f"{where}.notes: a list of notes or frequencies was expected")
    shared = {k: v for k, v in given.items() if k != "notes"}
    parts = [_tone({**shared, "hz": frequency(n, f"{where}.notes[{i}]")}, where, rate) for i, n in enumerate(notes)]
    return np.sum(parts, axis=0) / len(parts)


def _melody(spec: object, where: str, rate: int) -> Samples:
    given = _keys(spec, where, "notes", "note_seconds", "wave", "harmonics", "gap")
    notes = given.get("notes")
    if not isinstance(notes, list) or not notes:
        raise SynthError(f"{where}.notes: a list of notes was expected; `rest` is a pause")
    length = _number(given.get("note_seconds", 0.3), f"{where}.note_seconds", 0.01, 60)
    gap = _number(given.get("gap", 0.02), f"{where}.gap", 0, 10)
    _bounded(len(notes) * (length + gap), where)
    shared = {k: v for k, v in given.items() if k in ("wave", "harmonics")}
    parts = []
    for i, note in enumerate(notes):
        if note == "rest":
            parts.append(np.zeros((round(length * rate), 1)))
        else:
            hz = frequency(note, f"{where}.notes[{i}]")
            parts.append(_tone({**shared, "hz": hz, "seconds": length}, where, rate))
        parts.append(np.zeros((round(gap * rate), 1)))
    return np.concatenate(parts)


def _noise(spec: object, where: str, rate: int) -> Samples:
    given = _keys(spec, where, "seconds", "color", "seed")
    color = given.get("color", "white")
    if color not in _SLOPES:
        raise SynthError(f"{where}.color: one of {', '.join(_SLOPES)} was expected, not {color!r}")
    frames = round(_seconds(given, where) * rate)
    rng = np.random.default_rng(int(_number(given.get("seed", 0), f"{where}.seed", 0, 2**32)))
    # Uniform, not Gaussian: its peak is known, so its level does not depend on its length.
    white = rng.uniform(-1, 1, frames)
    if _SLOPES[color] and frames > 2:
        spectrum = np.fft.rfft(white)
        weights = np.arange(len(spectrum), dtype=np.float64)
        weights[1:] **= _SLOPES[color]
        white = np.fft.irfft(spectrum * weights, n=frames)
        white = white / np.abs(white).max()
    return _faded(PEAK * white, rate)


def _clicks(spec: object, where: str, rate: int) -> Samples:
    given = _keys(spec, where, "count", "bpm", "times", "seconds", "hz")
    hz = _number(given.get("hz", 1000), f"{where}.hz", 20, rate / 2)
    if "times" in given:
        if not isinstance(given["times"], list):
            raise SynthError(f"{where}.times: a list of seconds was expected")
        times = [_number(t, f"{where}.times[{i}]", 0, LONGEST_S) for i, t in enumerate(given["times"])]
    else:
        bpm = _number(given.get("bpm", 120), f"{where}.bpm", 1, 3000)
        count = int(_number(given.get("count", 4), f"{where}.count", 1, 10_000))
        times = [i * 60 / bpm for i in range(count)]
    length = _seconds(given, where) if "seconds" in given else (max(times, default=0) + 0.3)
    _bounded(length, where)
    out = np.zeros(round(length * rate))
    click = _click(hz, rate)
    for time in times:
        first = round(time * rate)
        piece = click[: max(0, len(out) - first)]
        out[first : first + len(piece)] += piece
    return out[:, None]


@lru_cache(maxsize=64)
def _click(hz: float, rate: int) -> Samples:
    """A struck sound: a tone of 30 ms that dies away."""
    times = np.arange(round(0.03 * rate)) / rate
    return np.asarray(PEAK * 1.2 * np.sin(2 * np.pi * hz * times) * np.exp(-times / 0.006))


def _sweep(spec: object, where: str, rate: int) -> Samples:
    given = _keys(spec, where, "from", "to", "seconds")
    if not {"from", "to"} <= set(given):
        raise SynthError(f"{where}: `from` and `to` were expected")
    start, end = frequency(given["from"], f"{where}.from"), frequency(given["to"], f"{where}.to")
    seconds = _seconds(given, where)
    times = _times(seconds, rate)
    ratio = np.log(end / start)
    phase = times if abs(ratio) < 1e-9 else seconds / ratio * (np.exp(times / seconds * ratio) - 1)
    return _faded(PEAK * np.sin(2 * np.pi * start * phase), rate)


def _silence(spec: object, where: str, rate: int) -> Samples:
    return np.zeros((round(_number(spec, where, 0, LONGEST_S) * rate), 1))


# -- modifiers --------------------------------------------------------------------------------------------


def _enveloped(samples: Samples, spec: object, where: str, rate: int) -> Samples:
    """``percussive``; ``{from_db, to_db}`` for a steady change of level; ``{attack, release}`` in seconds."""
    frames = samples.shape[0]
    times = np.arange(frames) / rate
    if spec == "percussive":
        return samples * np.exp(-times / max(0.15 * frames / rate, 0.01))[:, None]
    given = _keys(spec, where, "attack", "release", "from_db", "to_db")
    shape = np.ones(frames)
    if "from_db" in given or "to_db" in given:
        first = _number(given.get("from_db", 0), f"{where}.from_db", -120, 40)
        last = _number(given.get("to_db", 0), f"{where}.to_db", -120, 40)
        shape = shape * 10 ** (np.linspace(first, last, frames) / 20)
    rise = _number(given.get("attack", 0), f"{where}.attack", 0, LONGEST_S)
    fall = _number(given.get("release", 0), f"{where}.release", 0, LONGEST_S)
    if rise:
        shape = shape * np.minimum(1, times / rise)
    if fall:
        shape = shape * np.minimum(1, (frames / rate - times) / fall)
    return samples * shape[:, None]


def _panned(samples: Samples, spec: object, where: str, rate: int) -> Samples:
    """A place, or ``{from, to}`` for a sound that moves; constant power."""
    if isinstance(spec, Mapping):
        given = _keys(spec, where, "from", "to")
        first, last = (_number(given.get(k, 0), f"{where}.{k}", -1, 1) for k in ("from", "to"))
        places = np.linspace(first, last, samples.shape[0])
    else:
        places = np.full(samples.shape[0], _number(spec, where, -1, 1))
    angles = (places + 1) * np.pi / 4
    mono = samples.mean(axis=1)
    return np.stack([mono * np.cos(angles), mono * np.sin(angles)], axis=1)


# -- small things -----------------------------------------------------------------------------------------


def _keys(spec: object, where: str, *known: str) -> Mapping[str, Any]:
    if not isinstance(spec, Mapping):
        raise SynthError(f"{where}: a mapping with {', '.join(known)} was expected, not {spec!r}")
    for key in spec:
        if key not in known:
            raise SynthError(f"{where}: unknown key {key!r}; it takes {', '.join(known)}")
    return spec


def _number(value: object, where: str, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise SynthError(f"{where}: a number from {least:g} to {most:g} was expected, not {value!r}")
    return float(value)


def _pitch(given: Mapping[str, Any], where: str) -> float:
    if ("hz" in given) == ("note" in given):
        raise SynthError(f"{where}: either `hz` or `note` was expected")
    return frequency(given.get("hz", given.get("note")), where)


def _seconds(given: Mapping[str, Any], where: str) -> float:
    if "seconds" not in given:
        raise SynthError(f"{where}: `seconds` was expected")
    return _number(given["seconds"], f"{where}.seconds", 0.001, LONGEST_S)


def _bounded(seconds: float, where: str) -> None:
    if seconds > LONGEST_S:
        raise SynthError(f"{where}: {seconds:.0f} s of sound; a scene may be {LONGEST_S:g} s long")


def _times(seconds: float, rate: int) -> Samples:
    return np.arange(round(seconds * rate)) / rate


def _faded(samples: Samples, rate: int) -> Samples:
    edge = min(round(_FADE_S * rate), samples.shape[0] // 2)
    if edge:
        ramp = np.sin(np.linspace(0, np.pi / 2, edge)) ** 2
        samples = samples.copy()
        samples[:edge] *= ramp
        samples[-edge:] *= ramp[::-1]
    return samples[:, None]


_GENERATORS: dict[str, Callable[[object, str, int], Samples]] = {
    "tone": _tone, "chord": _chord, "melody": _melody, "noise": _noise, "clicks": _clicks, "sweep": _sweep,
    "silence": _silence, "sequence": _sequence, "layers": _layers,
}  # fmt: skip
_MODIFIERS = ("gain_db", "pan", "envelope", "repeat")
