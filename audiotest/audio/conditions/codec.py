"""``codec(format, kbps)``: the clip encoded and decoded again, as most sound on its way to a model has been.

============  =========================================================================================
format        what ``kbps`` (thousands of bits a second, over all channels) means
============  =========================================================================================
``mp3``       constant bitrate, the nearest that the rate knows: 32-320 from 32 kHz on, 8-160 from 16 kHz on, else 8-64
``opus``      the target; 6-256 a channel
``vorbis``    the quality whose size comes nearest, sought on the first ten seconds: Vorbis has no other way
``flac``      not taken; the control: 24 bits, lossless, so what is left of a difference lies in the handling
============  =========================================================================================

Encoded by libsndfile (LAME, libopus, libvorbis). MP3 and Opus take some rates only, Vorbis those up to 192 kHz: other
clips are resampled (soxr HQ) to the next of them for the codec, and back. The delay of the codec is taken out and the
length stays. Levels beyond ±1 reach the codec as they are, up to ±1,000: of louder ones lossy codecs make silence or
noise, and LAME ends the process. Decoded samples can differ in the last bits between versions of these libraries.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from audiotest.audio.decode import conform
from audiotest.audio.level import like
from audiotest.types import NotApplicable, Waveform

VERSION = 3
EXAMPLES = (
    "codec(format=flac)",
    "codec(format=mp3,kbps=32)",
    "codec(format=opus,kbps=24)",
    "codec(format=vorbis,kbps=48)",
)
_FILES = {
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "opus": ("OGG", "OPUS"),
    "vorbis": ("OGG", "VORBIS"),
    "flac": ("FLAC", "PCM_24"),
}
_RATES = {
    "mp3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "opus": (8000, 12000, 16000, 24000, 48000),
}
_FASTEST_VORBIS = 192_000
"""At 250,000 Hz libvorbis ends the process."""
_LOUDEST = 1000.0
_MP3_DELAY = 1105
"""Samples that LAME (576) and the decoder (529) put in front, where a file has no room for the tag that says so."""


def check(*, format: str, kbps: float | None = None) -> None:
    """Raise ValueError for a format that there is not, a bitrate out of range, one missing or one too many."""
    if format not in _FILES:
        raise ValueError(f"codec takes a format of {', '.join(_FILES)}, not {format!r}")
    if format == "flac" and kbps is not None:
        raise ValueError("codec(flac) is lossless and takes no kbps")
    if format != "flac" and (kbps is None or not 6 <= kbps <= 512):
        raise ValueError(f"codec({format}) takes kbps from 6 to 512, not {'none' if kbps is None else f'{kbps:g}'}")


def apply(sound: Waveform, rng: np.random.Generator, *, format: str, kbps: float | None = None) -> Waveform:
    """Encode and decode.

    Raises :class:`NotApplicable` for more than two channels, for a bitrate that the codec does not have at the rate
    and, but for ``flac``, for samples beyond 1,000 times full scale.
    """
    check(format=format, kbps=kbps)
    if sound.channels > 2:
        raise NotApplicable(f"codec takes mono and stereo; this clip has {sound.channels} channels")
    loudest = float(np.max(np.abs(sound.samples), initial=0.0))
    if format != "flac" and loudest > _LOUDEST:
        raise NotApplicable(
            f"{format} cannot take samples that reach {loudest:.0f} times full scale; floats are meant to lie within ±1"
        )
    rates = _RATES.get(format, (min(sound.rate, _FASTEST_VORBIS) if format == "vorbis" else sound.rate,))
    rate = next((r for r in rates if r >= sound.rate), rates[-1])
    given = conform(sound, rate=rate)
    decoded = _flac(given) if format == "flac" else _decode(_encode(given, format, _level(given, format, kbps or 0.0)))
    if format == "mp3" and decoded.shape[0] > given.samples.shape[0]:
        decoded = decoded[_MP3_DELAY:]
    back = conform(Waveform(_sized(decoded, given.samples.shape[0]), rate), rate=sound.rate)
    return like(sound, _sized(back.samples, sound.samples.shape[0]))


def _level(sound: Waveform, format: str, kbps: float) -> float:
    """libsndfile's compression level (0: best, 1: smallest) for ``kbps``."""
    if format == "vorbis":
        return _vorbis_level(sound, kbps)
    if format == "opus":
        low, high = 6 * sound.channels, 256 * sound.channels
    else:
        low, high = (32, 320) if sound.rate >= 32000 else (8, 160) if sound.rate >= 16000 else (8, 64)
    if not low <= kbps <= high:
        form = f"{sound.rate} Hz, {sound.channels} channel{'s' * (sound.channels > 1)}"
        raise NotApplicable(f"{format} takes {low} to {high} kbps for this clip ({form}), not {kbps:g}")
    return min((high - kbps) / (high - low), 0.999)  # at 1.0 its encoder of mp3 refuses


def _vorbis_level(sound: Waveform, kbps: float) -> float:
    start = Waveform(sound.samples[: 10 * sound.rate], sound.rate)
    silent = Waveform(start.samples[:1] * 0, sound.rate)
    low, high = 0.0, 1.0
    for _ in range(7):
        level = (low + high) / 2
        size = len(_encode(start, "vorbis", level)) - len(_encode(silent, "vorbis", level))
        if size * 8 / start.seconds > kbps * 1000:
            low = level
        else:
            high = level
    return high


def _flac(sound: Waveform) -> np.ndarray:
    """FLAC holds integers up to full scale: what is louder is brought below it by a power of two, and back. It does not
    know every rate, and as it is lossless none matters to the samples."""
    loudest = float(np.max(np.abs(sound.samples), initial=0.0))
    scale = 2.0 ** max(0, int(np.ceil(np.log2(loudest)) + 1)) if loudest >= 1 else 1.0
    return _decode(_encode(Waveform(sound.samples / np.float32(scale), 48_000), "flac", 0.5)) * np.float32(scale)


def _encode(sound: Waveform, format: str, level: float) -> bytes:
    import soundfile

    out = io.BytesIO()
    container, subtype = _FILES[format]
    extra: dict[str, Any] = {"bitrate_mode": "CONSTANT"} if format == "mp3" else {}
    soundfile.write(out, sound.samples, sound.rate, format=container, subtype=subtype, compression_level=level, **extra)
    return out.getvalue()


def _decode(data: bytes) -> np.ndarray:
    import soundfile

    samples: np.ndarray = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0]
    return samples


def _sized(samples: np.ndarray, frames: int) -> np.ndarray:
    return np.pad(samples[:frames], ((0, max(0, frames - samples.shape[0])), (0, 0)))
