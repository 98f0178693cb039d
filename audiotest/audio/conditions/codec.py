"""``codec(format, kbps)``: through a lossy codec and back: ``mp3`` or ``opus`` at about ``kbps`` kilobits a second.

libsndfile encodes at a constant bit rate and decodes. A clip at a rate that the codec does not have goes through the
next higher one. What an encoder adds in front is taken off again by the lag of the best cross-correlation, and the
length stays, so that times in questions keep their meaning.
"""

from __future__ import annotations

import io

import numpy as np

from audiotest.audio.decode import conform
from audiotest.audio.level import like
from audiotest.words import NotApplicable, Waveform

VERSION = 1
_MOST_LAG = 2880  # samples; encoders delay by less
_RATES = {
    "mp3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "opus": (8000, 12000, 16000, 24000, 48000),
}


def apply(sound: Waveform, rng: np.random.Generator, *, format: str, kbps: float) -> Waveform:
    """Encode and decode; ValueError for another format or a bit rate outside 6 to 320.

    :class:`NotApplicable` for more than two channels, which these codecs do not take.
    """
    if format not in _RATES or not 6 <= kbps <= 320:
        raise ValueError(f"codec takes a format of {', '.join(_RATES)} and 6 to 320 kbps, not {format!r}, {kbps:g}")
    if sound.channels > 2:
        raise NotApplicable(f"{format} takes one or two channels, this clip has {sound.channels}")
    rate = next((r for r in _RATES[format] if r >= sound.rate), 48000)
    there = conform(sound, rate=rate)
    decoded = _aligned(there.samples, _through(there, format, kbps))
    return like(sound, _sized(conform(Waveform(decoded, rate), rate=sound.rate).samples, sound.samples.shape[0]))


def _through(sound: Waveform, format: str, kbps: float) -> np.ndarray:
    import soundfile

    file = io.BytesIO()
    level = _compression(format, kbps, sound.rate, sound.channels)
    if format == "mp3":
        soundfile.write(file, sound.samples, sound.rate, format="MP3", subtype="MPEG_LAYER_III",
                        compression_level=level, bitrate_mode="CONSTANT")  # fmt: skip
    else:
        soundfile.write(file, sound.samples, sound.rate, format="OGG", subtype="OPUS", compression_level=level)
    file.seek(0)
    samples: np.ndarray = soundfile.read(file, dtype="float32", always_2d=True)[0]
    return samples


def _compression(format: str, kbps: float, rate: int, channels: int) -> float:
    """libsndfile's level, 0 to 1, which it maps onto the codec's range of bit rates."""
    if format == "opus":
        most, least = 256.0 * channels, 6.0 * channels
    elif rate >= 32000:
        most, least = 320.0, 32.0
    else:
        most, least = (160.0, 8.0) if rate >= 16000 else (64.0, 8.0)
    return float(np.clip((most - kbps) / (most - least), 0.0, 0.99))


def _aligned(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    from scipy.signal import correlate, correlation_lags

    part = slice(0, min(len(before), len(after), 1 << 17))
    found = correlate(after[part, 0], before[part, 0], mode="full", method="fft")
    lags = correlation_lags(len(after[part]), len(before[part]))
    near = np.abs(lags) <= _MOST_LAG
    lag = int(lags[near][np.argmax(np.abs(found[near]))]) if np.any(before) else 0
    return _sized(after[lag:] if lag >= 0 else np.pad(after, ((-lag, 0), (0, 0))), len(before))


def _sized(samples: np.ndarray, frames: int) -> np.ndarray:
    return np.pad(samples[:frames], ((0, max(0, frames - len(samples))), (0, 0)))
