"""Sound files to samples.

Conventions
-----------
- Samples are float32 of shape (frames, channels), full scale ±1.0, at the file's own rate and channels.
- Times are seconds from the start of the file; a segment is [start, end), cut at whole frames.
- wav, flac, ogg (Vorbis, Opus), mp3, aiff and what else libsndfile reads; m4a, mp4 and webm where PyAV is
  installed (``pip install audiotest[ffmpeg]``).

We decode and resample here and hand arrays to models, so that every model hears the same samples. Resampling
is soxr's HQ setting. Mono is the mean of the channels unless a model card asks for the first.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from audiotest.errors import AudiotestError
from audiotest.types import Waveform

VERSION = 1
"""Bumped when the same file would give other samples: it goes into the names of cached replies."""


_CORRECTED = re.compile(r"^ *(?:data|SSND|Data Size) *: *(\d+) \(should be (\d+)\)", re.MULTILINE)
_SLOWEST_HZ, _FASTEST_HZ = 1_000, 10_000_000
"""Resampled to what a model hears, a few seconds at 1 Hz would fill the memory."""
_UNKNOWN_LENGTH = 0x7FFFF000


class AudioError(AudiotestError, ValueError):
    """Sound that cannot be used; says which file, what is wrong with it, and what to do."""


def read(path: str | os.PathLike[str], *, start: float | None = None, end: float | None = None) -> Waveform:
    """Decode the segment [``start``, ``end``) of a file (all of it by default).

    Raises :class:`AudioError` for a file that is missing, is no sound, is cut short, is empty, or holds samples
    that are not numbers, and for a segment that the file does not have.
    """
    import soundfile

    path = Path(path)
    _require(path)
    try:
        with soundfile.SoundFile(path) as file:
            first, last = segment(path, file.frames, file.samplerate, start, end)
            if end is None:
                _require_whole(path, file.extra_info)
            file.seek(first)
            samples = file.read(last - first, dtype="float32", always_2d=True)
            rate = file.samplerate
    except soundfile.LibsndfileError as error:
        return _through_ffmpeg(path, start, end, str(error))
    if samples.shape[0] < last - first:
        raise AudioError(
            f"{path} is cut short: its header promises {last} frames and {first + samples.shape[0]} could be decoded; "
            "fetch or encode it again"
        )
    return _checked(path, samples, rate)


@lru_cache(maxsize=1 << 16)
def seconds(path: str) -> float:
    """The length of a file by its header, nothing decoded; 0.0 for what has none that libsndfile reads."""
    import soundfile

    try:
        return float(soundfile.info(path).duration)
    except (OSError, RuntimeError, TypeError):  # TypeError: raw samples
        return 0.0


def _require(path: Path) -> None:
    if not path.exists():
        raise AudioError(f"there is no sound file {path}")
    if path.is_dir():
        raise AudioError(f"{path} is a folder, not a sound file")
    if path.suffix.lower() == ".raw":
        raise AudioError(f"{path} is raw samples, which do not say their rate and channels; convert it to wav or flac")
    if not os.access(path, os.R_OK):
        raise AudioError(f"{path} may not be read; change its permissions")


def _require_whole(path: Path, told: str) -> None:
    """Raise :class:`AudioError` for a wav, aiff or au whose header promises more than the file has, which libsndfile
    corrects and mentions in what it ``told``. Sizes that a few bytes are missing of are a writer's slip, and the
    largest ones stand for a length that was not known when writing began."""
    for promised, there in ((int(p), int(t)) for p, t in _CORRECTED.findall(told)):
        if promised < _UNKNOWN_LENGTH and promised - there > promised / 100:
            raise AudioError(
                f"{path} is cut short: its header promises {promised} bytes of sound and {there} are there; "
                "fetch or encode it again"
            )


def segment(
    what: object, frames: int, rate: int, start: float | None = None, end: float | None = None
) -> tuple[int, int]:
    """The first frame of [``start``, ``end``) and the one after its last, in ``frames`` of ``what`` at ``rate`` Hz.

    Raises :class:`AudioError`, calling the sound ``what``, where there is no such segment.
    """
    if frames <= 0:
        raise AudioError(f"{what} holds no sound (0 frames)")
    first = round((start or 0.0) * rate)
    last = frames if end is None else round(end * rate)
    if first >= frames or last > frames or last <= first:
        raise AudioError(
            f"{what} has no segment from {start or 0:g} s to {'its end' if end is None else f'{end:g} s'}: "
            f"it is {frames / rate:g} s long"
        )
    return first, last


def _checked(path: Path, samples: np.ndarray, rate: int) -> Waveform:
    if not samples.size:
        raise AudioError(f"{path} holds no sound (0 frames)")
    if not np.isfinite(samples).all():
        bad = int(np.count_nonzero(~np.isfinite(samples)))
        raise AudioError(f"{path} holds {bad} samples that are not numbers (NaN or infinite); encode it again")
    if not _SLOWEST_HZ <= rate <= _FASTEST_HZ:
        raise AudioError(f"{path} says that its rate is {rate} Hz, which no sound has; its header is damaged")
    return Waveform(samples, int(rate))


def _through_ffmpeg(path: Path, start: float | None, end: float | None, reason: str) -> Waveform:
    """What libsndfile cannot read (m4a, mp4, webm), through PyAV if it is installed."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[4:8] != b"ftyp" and head[:4] != b"\x1aE\xdf\xa3":
        hint = "it is empty" if not head else "it is no sound file, or damaged"
        raise AudioError(f"{path} cannot be decoded: {hint} ({reason.rstrip('.')})")
    try:
        import av
    except ImportError:
        raise AudioError(
            f"{path} needs FFmpeg to decode: pip install 'audiotest[ffmpeg]', or convert it to flac"
        ) from None
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            rate = int(stream.rate)
            resampler = av.AudioResampler(format="fltp", layout=stream.layout, rate=rate)
            pieces = [out.to_ndarray() for frame in container.decode(stream) for out in resampler.resample(frame)]
    except (av.FFmpegError, IndexError) as error:
        raise AudioError(f"{path} cannot be decoded: {error}") from None
    samples = (
        np.concatenate(pieces, axis=1).T.astype(np.float32, copy=False) if pieces else np.zeros((0, 1), np.float32)
    )
    first, last = segment(path, samples.shape[0], rate, start, end)
    return _checked(path, np.ascontiguousarray(samples[first:last]), rate)


def conform(
    sound: Waveform, *, rate: int | None = None, channels: int | None = None, mono: Literal["mean", "first"] = "mean"
) -> Waveform:
    """``sound`` at ``rate`` Hz with 1 or 2 ``channels``; None keeps what it has.

    Stereo from mono repeats the channel; stereo from more keeps the first two (front left and right in every
    common layout). Mixing comes before resampling, which is then done on fewer channels.
    """
    samples = sound.samples
    if channels == 1 and sound.channels > 1:
        samples = _mean(samples) if mono == "mean" else samples[:, :1]
    elif channels == 2 and sound.channels == 1:
        samples = np.repeat(samples, 2, axis=1)
    elif channels == 2 and sound.channels > 2:
        samples = samples[:, :2]
    elif channels not in (None, 1, 2):
        raise AudioError(f"a model can ask for 1 or 2 channels, not {channels}")
    if rate is not None and rate != sound.rate:
        import soxr

        samples = soxr.resample(samples, sound.rate, rate, quality="HQ")
        if not samples.shape[0]:  # a clip shorter than one sample of the new rate
            samples = np.zeros((1, samples.shape[1]), np.float32)
    return Waveform(np.ascontiguousarray(samples, dtype=np.float32), rate or sound.rate)


def _mean(samples: np.ndarray) -> np.ndarray:
    # A product with a vector: the obvious samples.mean(axis=1) takes longer than decoding the clip did.
    weights = np.full(samples.shape[1], 1 / samples.shape[1], np.float32)
    return (samples @ weights)[:, None]


def fingerprint(path: str | os.PathLike[str]) -> str:
    """SHA-256 of the file's bytes, remembered for as long as its size and time stay.

    Raises :class:`AudioError` for a missing file.
    """
    path = Path(path)
    _require(path)
    stat = path.stat()
    return _digest(str(path), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=200_000)
def _digest(path: str, size: int, time_ns: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wav_bytes(sound: Waveform) -> bytes:
    """``sound`` as a WAV file with 32-bit float samples: nothing is lost or clipped."""
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, sound.samples, sound.rate, format="WAV", subtype="FLOAT")
    return out.getvalue()
