"""Synthesised sound: scenes described in YAML, rendered the same on every machine.

A scene is an *element*: a mapping with one generator (a source such as ``tone``, or elements in order under
``sequence``, or at once under ``layers``) and, beside it, the modifiers ``envelope``, ``tremolo``, ``mute``,
``repeat``, ``gain_db`` and ``pan``, applied in that order whatever the order of writing::

    {sequence: [{tone: {hz: 440, seconds: 0.5}}, {silence: 0.2}, {tone: {note: E5, seconds: 0.5}}]}

Conventions
-----------
- Times in seconds, frequencies in Hz or as notes of equal temperament (``A4`` = 440 Hz, ``Bb3``, ``C#5``).
- ``level_db`` is a source's peak in dB full scale, -6 by default; ``gain_db`` is relative. A scene that would
  exceed full scale is scaled down as a whole, so that the relation of its parts stays.
- Every element has ``round(seconds * rate)`` frames; a sequence has the sum of its parts, layers the longest.
- Mono until something is panned; ``pan`` runs from -1 (left) to 1 (right) at constant power. What is mono
  beside something panned is in the middle.
- Sources fade in and out over 5 ms, so that nothing clicks that was not meant to.
- ``rate`` beside the outermost generator renders the scene at that rate (8, 16, 32, 44.1 or 48 kHz; default 16 kHz).
  No tone can alias: one above 47% of the rate is refused, and harmonics above it are left out.
- Samples lie on the grid of 16-bit PCM, or with ``bits: 24`` beside the generator on that of 24-bit PCM: the last
  bits of sines differ between processors and would else
  reach the samples. Noise is PCG64's raw stream (stable by NumPy's NEP 19) from a ``seed`` in the scene.

``schemas/synth.schema.json`` is the reference of every key.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.audio.synth._elements import element
from audiotest.audio.synth._reading import LONGEST_S, SynthError, frequency
from audiotest.types import Waveform

__all__ = ["LONGEST_S", "RATE", "VERSION", "SynthError", "frequency", "synthesise"]

VERSION = 2
"""Bumped when the same scene would give other samples: it goes into the names of cached replies."""
RATE = 16000
RATES = (8000, 16000, 32000, 44100, 48000)


def synthesise(spec: object, *, rate: int = RATE) -> Waveform:
    """Render the value under ``synth`` at ``rate`` Hz, as mono or stereo float32.

    Raises :class:`SynthError` (a ValueError) with the place in the scene, what was found and what was
    expected; so too for a scene of no length, or of more than 600 s.
    """
    bits = 16
    if isinstance(spec, Mapping) and ("rate" in spec or "bits" in spec):
        rate = _one(spec.get("rate", rate), "synth.rate", (*RATES, rate))
        bits = _one(spec.get("bits", bits), "synth.bits", (16, 24))
        spec = {key: value for key, value in spec.items() if key not in ("rate", "bits")}
    samples = element(spec, "synth", rate)
    if not samples.shape[0]:
        raise SynthError("synth: the scene has no length; give something in it a `seconds` above 0")
    peak = float(np.abs(samples).max())
    if peak > 1.0:
        samples = samples / peak
    full = 2.0 ** (bits - 1)
    grid = np.clip(np.round(samples * full), 1 - full, full - 1) / full
    return Waveform(np.ascontiguousarray(grid, dtype=np.float32), rate)


def _one(value: object, where: str, known: tuple[int, ...]) -> int:
    if isinstance(value, bool) or value not in known:
        raise SynthError(f"{where}: expected one of {', '.join(map(str, sorted(set(known))))}, found {value!r:.60}")
    assert isinstance(value, int | float)
    return int(value)
