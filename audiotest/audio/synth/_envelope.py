"""Envelopes: how the level of an element goes over its length.

``percussive`` falls by 60 dB from the first sample to the last. A mapping may have ``attack`` (seconds of
linear rise), ``decay`` (seconds in which the level falls by 60 dB, from the end of the attack), ``release``
(seconds of linear fall at the end), and ``from_db`` and ``to_db`` (an even change of level in dB from end to
end). All given parts multiply.

``tremolo`` is sinusoidal amplitude modulation, (1 + m sin(2 pi f t)) / sqrt(1 + m^2 / 2): the power stays the same,
so that a change of loudness does not give the modulation away (Viemeister 1979). ``mute`` is silence within an
element, with edges as sharp as the rate allows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiotest.audio.level import amplitude
from audiotest.audio.synth._reading import LONGEST_S, SynthError, keys, number

Samples = npt.NDArray[np.float64]


def shaped(samples: Samples, spec: object, where: str, rate: int) -> Samples:
    """``samples`` of shape (frames, ...) under the envelope ``spec``."""
    frames = samples.shape[0]
    shape = _percussive(frames) if spec == "percussive" else _of(spec, where, frames, rate)
    return samples * shape.reshape(-1, *[1] * (samples.ndim - 1))


def _percussive(frames: int) -> Samples:
    return np.asarray(10 ** (-3 * np.arange(frames) / max(frames, 1)))


def _of(spec: object, where: str, frames: int, rate: int) -> Samples:
    if isinstance(spec, str):
        raise SynthError(f"{where}: expected `percussive` or a mapping, found {spec!r:.60}")
    given = keys(spec, where, "attack", "decay", "release", "from_db", "to_db")
    times = np.arange(frames) / rate
    first, last = (number(given.get(k, 0), f"{where}.{k}", -120, 40) for k in ("from_db", "to_db"))
    shape = amplitude(first) * 10 ** ((last - first) / 20 * times / max(frames / rate, 1e-9))
    rise, fall = (number(given.get(k, 0), f"{where}.{k}", 0, LONGEST_S) for k in ("attack", "release"))
    if "decay" in given:
        decay = number(given["decay"], f"{where}.decay", 0.001, LONGEST_S)
        shape = shape * 10 ** (-3 * np.maximum(times - rise, 0) / decay)
    if rise:
        shape = shape * np.minimum(1, times / rise)
    if fall:
        shape = shape * np.minimum(1, (frames / rate - times) / fall)
    return np.asarray(shape)


def trembling(samples: Samples, spec: object, where: str, rate: int) -> Samples:
    """``samples`` of shape (frames, ...) with the amplitude modulation ``{hz, depth}``; depth 1 reaches silence."""
    given = keys(spec, where, "hz", "depth")
    hz = number(given.get("hz", 5.0), f"{where}.hz", 0.1, 1000)
    depth = number(given.get("depth", 0.5), f"{where}.depth", 0, 1)
    wave = 1 + depth * np.sin(2 * np.pi * hz * np.arange(samples.shape[0]) / rate)
    return np.asarray(samples * (wave / np.sqrt(1 + depth**2 / 2)).reshape(-1, *[1] * (samples.ndim - 1)))


def muted(samples: Samples, spec: object, where: str, rate: int) -> Samples:
    """``samples`` without ``seconds`` of sound from the second ``at`` on; they keep their length."""
    given = keys(spec, where, "at", "seconds")
    first = round(number(given.get("at", 0), f"{where}.at", 0, LONGEST_S) * rate)
    frames = round(number(given.get("seconds", 0), f"{where}.seconds", 0, LONGEST_S) * rate)
    out = samples.copy()
    out[first : first + frames] = 0.0
    return out
