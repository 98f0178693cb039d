"""What sounds: tones, chords, melodies, noise, clicks, sweeps and silence.

Each source takes its part of the scene, its place there and the rate in Hz, and returns mono samples of
shape (frames,). Wave forms are sums of harmonics below the Nyquist frequency, so none of them aliases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from audiotest.audio.level import amplitude
from audiotest.audio.synth._envelope import shaped
from audiotest.audio.synth._reading import (
    LONGEST_S,
    SynthError,
    bounded,
    either,
    frequency,
    items,
    keys,
    number,
    one_of,
    seconds,
    whole,
)

Samples = npt.NDArray[np.float64]

WAVES: dict[str, dict[int, float]] = {
    "sine": {1: 1.0},
    "square": {k: 1 / k for k in range(1, 40, 2)},
    "saw": {k: (-1) ** (k + 1) / k for k in range(1, 40)},
    "triangle": {k: (-1) ** (k // 2) / k**2 for k in range(1, 40, 2)},
}
"""Amplitudes of the harmonics of each wave form."""
SLOPES = {"white": 0.0, "pink": -0.5, "brown": -1.0, "blue": 0.5}
"""Exponents of amplitude over frequency; power goes with twice of it: 1, 1/f, 1/f², f."""

_TONE = ("wave", "harmonics", "level_db")
_LEVEL_DB = -6.0
_FADE_S = 0.005
_LOWEST_NOISE_HZ = 20.0


def tone(spec: object, where: str, rate: int) -> Samples:
    """A steady tone, with vibrato if asked for; ``phase`` is where in its cycle it begins, in degrees."""
    given = keys(spec, where, "hz", "note", "seconds", "vibrato", "phase", *_TONE)
    name = either(given, where, "hz", "note")
    if name is None:
        raise SynthError(f"{where}: expected `hz` or `note`: how high is it?")
    hz = frequency(given[name], f"{where}.{name}", rate)
    times = _times(seconds(given, where), rate)
    phase = 2 * np.pi * hz * times
    if "phase" in given:
        phase = phase + np.radians(number(given["phase"], f"{where}.phase", -360, 360))
    if "vibrato" in given:
        phase = phase + _vibrato(given["vibrato"], f"{where}.vibrato", hz, times)
    return _faded(_level(given, where) * _wave(phase, hz, given, where, rate), rate)


def _vibrato(spec: object, where: str, hz: float, times: Samples) -> Samples:
    """The phase that a sinusoidal vibrato adds; ``cents`` is how far it goes to either side."""
    given = keys(spec, where, "hz", "cents")
    speed = number(given.get("hz", 5.5), f"{where}.hz", 0.1, 50)
    depth = number(given.get("cents", 50), f"{where}.cents", 0, 1200)
    return np.asarray(hz * (2 ** (depth / 1200) - 1) / speed * (1 - np.cos(2 * np.pi * speed * times)))


def _wave(phase: Samples, hz: float, given: Mapping[str, Any], where: str, rate: int) -> Samples:
    """A wave form with peak 1 over ``phase``."""
    out = np.zeros_like(phase)
    for k, weight in _harmonics(given, where).items():
        if weight and (k == 1 or k * hz < 0.47 * rate):
            out += weight * np.sin(k * phase)
    peak = float(np.abs(out).max(initial=0.0))
    return out / peak if peak else out


def _harmonics(given: Mapping[str, Any], where: str) -> dict[int, float]:
    if either(given, where, "wave", "harmonics") == "harmonics":
        weights = items(given["harmonics"], f"{where}.harmonics", "weights", 64)
        return {k: number(w, f"{where}.harmonics[{k - 1}]", 0, 10) for k, w in enumerate(weights, 1)}
    shape: dict[int, float] = one_of(given.get("wave", "sine"), f"{where}.wave", WAVES)
    return shape


def chord(spec: object, where: str, rate: int) -> Samples:
    """Tones at once, all of the same level; together no higher than ``level_db``."""
    given = keys(spec, where, "notes", "seconds", *_TONE)
    notes = items(given.get("notes"), f"{where}.notes", "notes or frequencies", 24)
    shared = {k: v for k, v in given.items() if k != "notes"}
    total = np.zeros(round(seconds(given, where) * rate))
    for i, note in enumerate(notes):
        hz = frequency(note, f"{where}.notes[{i}]", rate)
        total += tone({**shared, "hz": hz}, where, rate)
    return total / len(notes)


def melody(spec: object, where: str, rate: int) -> Samples:
    """Notes one after the other. ``gap`` is cut off the end of each, so that beats stay where they are."""
    given = keys(spec, where, "notes", "bpm", "beat_seconds", "gap", "envelope", *_TONE)
    notes = items(given.get("notes"), f"{where}.notes", "notes")
    beat = _beat(given, where)
    gap = number(given.get("gap", 0.03), f"{where}.gap", 0, 10)
    shared = {k: given[k] for k in _TONE if k in given}
    read = [_beats(note, f"{where}.notes[{i}]") for i, note in enumerate(notes)]
    bounded(sum(beats for _, beats in read) * beat, where)
    parts = []
    for i, (pitch, beats) in enumerate(read):
        part = np.zeros(round(beats * beat * rate))
        sounding = max(beats * beat - gap, 0.5 * beats * beat)
        if pitch != "rest":
            hz = frequency(pitch, f"{where}.notes[{i}]", rate)
            note = tone({**shared, "hz": hz, "seconds": max(sounding, 0.001)}, where, rate)
            if "envelope" in given:
                note = shaped(note, given["envelope"], f"{where}.envelope", rate)
            part[: len(note)] = note[: len(part)]
        parts.append(part)
    return np.concatenate(parts)


def _beat(given: Mapping[str, Any], where: str) -> float:
    if either(given, where, "bpm", "beat_seconds") == "beat_seconds":
        return number(given["beat_seconds"], f"{where}.beat_seconds", 0.01, 60)
    return 60 / number(given.get("bpm", 120), f"{where}.bpm", 1, 3000)


def _beats(note: object, where: str) -> tuple[object, float]:
    """``C4`` is a beat long, ``{C4: 2}`` two."""
    if not isinstance(note, Mapping):
        return note, 1.0
    if len(note) != 1:
        raise SynthError(f"{where}: expected one note with its beats, such as {{C4: 2}}, found {note!r:.60}")
    [(pitch, beats)] = note.items()
    return pitch, number(beats, f"{where}.{pitch}", 0.01, 1000)


def noise(spec: object, where: str, rate: int) -> Samples:
    """Noise of a color. Uniform, not Gaussian: its peak is known, so its level does not hang on chance."""
    given = keys(spec, where, "seconds", "color", "seed", "level_db")
    slope = one_of(given.get("color", "white"), f"{where}.color", SLOPES)
    frames = round(seconds(given, where) * rate)
    seed = whole(given.get("seed", 0), f"{where}.seed", 0, 2**32)
    out = (np.random.PCG64(seed).random_raw(frames) >> np.uint64(11)) * 2.0**-52 - 1.0
    if slope and frames > 2:
        spectrum = np.fft.rfft(out)
        hz = np.fft.rfftfreq(frames, 1 / rate)
        heard = hz >= _LOWEST_NOISE_HZ
        spectrum[~heard] = 0
        spectrum[heard] *= hz[heard] ** slope
        out = np.fft.irfft(spectrum, n=frames)
        out = out / max(float(np.abs(out).max()), 1e-12)
    return _faded(np.asarray(_level(given, where) * out, dtype=np.float64), rate)


def clicks(spec: object, where: str, rate: int) -> Samples:
    """Struck sounds at ``times``, or ``count`` of them at ``bpm``. Every ``accent_every``-th is louder."""
    known = ("count", "bpm", "times", "seconds", "hz", "level_db", "accent_every", "accent_db")
    given = keys(spec, where, *known)
    hz = frequency(given.get("hz", 1000), f"{where}.hz", rate)
    times = _click_times(given, where)
    period = whole(given.get("accent_every", 1), f"{where}.accent_every", 1, 100)
    plain = amplitude(-number(given.get("accent_db", 6), f"{where}.accent_db", 0, 60))
    length = seconds(given, where) if "seconds" in given else bounded(max(times) + 0.3, where)
    if max(times) >= length:
        raise SynthError(f"{where}: the last click, at {max(times):g} s, is not within its {length:g} s")
    click = _level(given, where) * _click(hz, rate)
    out = np.zeros(round(length * rate))
    for i, time in enumerate(times):
        first = round(time * rate)
        piece = click[: max(0, len(out) - first)]
        out[first : first + len(piece)] += piece * (1.0 if i % period == 0 else plain)
    return out


def _click_times(given: Mapping[str, Any], where: str) -> list[float]:
    if either(given, where, "times", "bpm") == "times" and either(given, where, "times", "count"):
        times = items(given["times"], f"{where}.times", "times in seconds")
        return [number(t, f"{where}.times[{i}]", 0, LONGEST_S) for i, t in enumerate(times)]
    interval = 60 / number(given.get("bpm", 120), f"{where}.bpm", 1, 3000)
    if "count" in given or "seconds" not in given:
        count = whole(given.get("count", 4), f"{where}.count", 1, 10_000)
    else:
        count = max(1, int(np.ceil(seconds(given, where) / interval - 1e-9)))
    return [i * interval for i in range(count)]


@lru_cache(maxsize=64)
def _click(hz: float, rate: int) -> Samples:
    """A tone of 30 ms that dies away (by 60 dB in 40 ms), with peak 1."""
    times = _times(0.03, rate)
    out = np.sin(2 * np.pi * hz * times) * np.exp(-times / 0.006)
    return np.asarray(out / np.abs(out).max())


def sweep(spec: object, where: str, rate: int) -> Samples:
    """A tone that glides, evenly in pitch (so many semitones a second)."""
    given = keys(spec, where, "from", "to", "seconds", *_TONE)
    for name in ("from", "to"):
        if name not in given:
            raise SynthError(f"{where}: missing key `{name}`: a frequency or a note")
    start = frequency(given["from"], f"{where}.from", rate)
    end = frequency(given["to"], f"{where}.to", rate)
    length = seconds(given, where)
    times = _times(length, rate)
    ratio = np.log(end / start)
    warped = times if abs(ratio) < 1e-9 else length / ratio * np.expm1(times / length * ratio)
    wave = _wave(2 * np.pi * start * warped, max(start, end), given, where, rate)
    return _faded(_level(given, where) * wave, rate)


def silence(spec: object, where: str, rate: int) -> Samples:
    """Nothing, for so many seconds."""
    return np.zeros(round(number(spec, where, 0, LONGEST_S) * rate))


SOURCES: dict[str, Callable[[object, str, int], Samples]] = {
    "tone": tone, "chord": chord, "melody": melody, "noise": noise, "clicks": clicks, "sweep": sweep,
    "silence": silence,
}  # fmt: skip


def _level(given: Mapping[str, Any], where: str) -> float:
    return amplitude(number(given.get("level_db", _LEVEL_DB), f"{where}.level_db", -120, 0))


def _times(length: float, rate: int) -> Samples:
    return np.arange(round(length * rate)) / rate


def _faded(samples: Samples, rate: int) -> Samples:
    edge = min(round(_FADE_S * rate), samples.shape[0] // 2)
    if edge:
        ramp = np.sin(np.linspace(0, np.pi / 2, edge)) ** 2
        samples[:edge] *= ramp
        samples[-edge:] *= ramp[::-1]
    return samples
