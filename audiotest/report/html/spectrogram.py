"""A clip as a picture: time to the right, frequency upwards, louder is brighter.

It is drawn here and not by the page, since a page from disk may play the files beside it but not read them.
"""

from __future__ import annotations

import io

import numpy as np

from audiotest.types import Waveform

WIDTH, HEIGHT = 360, 96
_WINDOW = 512
_RANGE_DB = 70.0
_COLOURS = 48
_SOFTEST_DB = -60.0
"""A clip is drawn against its own peak, but what is softer than this stays dark: silence is black."""


def png(sound: Waveform) -> bytes:
    """The picture of ``sound``, all its channels mixed: :data:`WIDTH` x :data:`HEIGHT` pixels, 0 to half its rate."""
    power = _power(sound.samples.mean(axis=1))
    db = 10 * np.log10(power + 1e-13)
    top = max(float(db.max(initial=_SOFTEST_DB)), _SOFTEST_DB)
    level = ((db - top) / _RANGE_DB + 1).clip(0, 1)
    return _encoded(np.rint(level[::-1] * (_COLOURS - 1)).astype(np.uint8))


def _power(samples: np.ndarray) -> np.ndarray:
    """Power by (frequency, time), 0 dB for a sine of full scale; a row is the loudest of its bins: no thin line
    is lost."""
    padded = np.pad(samples, (0, max(0, _WINDOW - len(samples))))
    starts = np.linspace(0, len(padded) - _WINDOW, WIDTH).astype(int)
    window = np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(padded[starts[:, None] + np.arange(_WINDOW)] * window)) ** 2
    edges = np.linspace(0, power.shape[1], HEIGHT + 1).astype(int)[:-1]
    scaled: np.ndarray = np.maximum.reduceat(power, edges, axis=1).T * (2 / window.sum()) ** 2
    return scaled


def _encoded(pixels: np.ndarray) -> bytes:
    """A PNG of indices into a palette from black over red to yellow."""
    from PIL import Image

    v = np.linspace(0, 1, _COLOURS)
    palette = np.stack([255 * np.minimum(1, 1.6 * v), 255 * v * v, 240 * (1 - v) * v], axis=1).astype(np.uint8)
    picture = Image.fromarray(pixels).convert("P")
    picture.putpalette(palette.tobytes())
    out = io.BytesIO()
    picture.save(out, "png")
    return out.getvalue()
