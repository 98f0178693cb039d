"""Sound files to samples.

Conventions
-----------
- Samples are float32 of shape (frames, channels), full scale ±1.0, at the file's own rate and channels; Opus, which has
  no rate of its own, is 48 kHz (RFC 7845).
- Times are seconds from the start of the file; a segment is [start, end), cut at whole frames.
- The length is that of what is decoded. A file is heard whole or refused: one that has less than its header promises,
  or of which much cannot be decoded, raises an error.
- wav, flac, Ogg Vorbis, aiff, au, caf and what else libsndfile reads come from libsndfile; mp3, mp2, m4a, aac, ac3,
  opus, webm, wma, wv, mp4 and what else FFmpeg reads come from FFmpeg, through PyAV.
- Written music (ABC, MIDI) is played (:mod:`audiotest.audio.notation`).
- Rates are 1 to 768 kHz, channels 1 to 64, and one clip takes at most 2 GiB once it is decoded.

We decode and resample here and hand arrays to models, so that every model hears the same samples. Resampling
is soxr's HQ setting. How channels are mixed is described in :mod:`audiotest.audio.layouts`.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from audiotest.audio import layouts, notation
from audiotest.audio._files import chunks, kinds, pyav, sndfile
from audiotest.audio._files.clip import Clip, segment
from audiotest.audio._files.ogg import Ogg
from audiotest.audio.errors import AudioError
from audiotest.types import Waveform

__all__ = ["VERSION", "AudioError", "conform", "fingerprint", "read", "seconds", "segment", "wav_bytes"]

VERSION = 2
"""Bumped when the same file would give other samples: it goes into the names of cached replies."""


def read(path: str | os.PathLike[str], *, start: float | None = None, end: float | None = None) -> Waveform:
    """Decode the segment [``start``, ``end``) of a file (all of it by default).

    Raises :class:`AudioError` for a file that is missing, is no sound, is damaged or cut short, is empty, or holds
    samples that are not numbers, and for a segment that the file does not have.
    """
    path = Path(path)
    _require(path)
    try:
        sound = _read(path, start, end)
        return replace(sound, file=str(path)) if start is None and end is None else sound
    except AudioError:
        raise
    except (OSError, MemoryError) as error:
        raise AudioError(f"{path} cannot be read: {error or type(error).__name__}") from None


def _read(path: Path, start: float | None, end: float | None) -> Waveform:
    with path.open("rb") as file:
        head = file.read(kinds.HEAD)
    if notation.is_notation(path, head):
        played = notation.read(path)
        frames = slice(*segment(str(path), len(played.samples), played.rate, start, end))
        return replace(played, samples=played.samples[frames])
    kinds.require_sound(path, head)
    sound, pages = chunks.sound_of(path, head), kinds.ogg_of(path, head)
    if sound is None and chunks.is_wav(head):
        raise AudioError(f"{path} is a wav without a data chunk: its header is damaged; fetch or encode it again")
    if end is None:
        _require_all_counted(path, sound, pages)
    first = kinds.library(path, head, sound, pages)
    sound_bytes = sound.heard if sound is not None and chunks.is_wav(head) else None
    clip = Clip(path, start, end)
    for source in _links(path, pages):
        _decode(clip, source, first, sound_bytes)
        if clip.complete:
            break
    return clip.waveform()


def _decode(clip: Clip, source: Path | io.BytesIO, first: kinds.Library, sound_bytes: int | None) -> None:
    """Hand ``source`` to ``clip`` by the library that is ``first``, or by the other where that one cannot open it."""
    reasons = []
    if first == "libsndfile":
        try:
            return sndfile.decode(clip, source)
        except sndfile.Undecodable as error:
            reasons.append(f"libsndfile: {error}")
    try:
        return pyav.decode(clip, source, sound_bytes)
    except pyav.Undecodable as error:
        reasons.append(f"FFmpeg: {error}")
    raise AudioError(
        f"{clip.name} cannot be decoded: it {kinds.without_header(Path(clip.name))} ({'; '.join(reasons)})"
    )


def _links(path: Path, pages: Ogg | None) -> list[Path] | list[io.BytesIO]:
    """What is decoded one after the other: the file, or the links of a chain, of which the libraries hear the first."""
    if pages is None or len(pages.links) < 2:
        return [path]
    content = path.read_bytes()
    return [io.BytesIO(content[first:last]) for first, last in pages.links]


def _require_all_counted(path: Path, sound: chunks.Sound | None, pages: Ogg | None) -> None:
    """Raise :class:`AudioError` for a file that has less, or much more, than its header counts, or damaged pages."""
    if sound is not None and not sound.streamed:
        if sound.promised - sound.there > sound.promised / 100:
            raise AudioError(
                f"{path} is cut short: its header promises {sound.promised} bytes of sound and {sound.there} are "
                "there; fetch or encode it again"
            )
        if sound.after > max(1024, sound.promised // 10):
            raise AudioError(
                f"{path} has a damaged header: it counts {sound.promised} bytes of sound, and {sound.after} bytes "
                "after them belong to nothing; fetch or encode it again"
            )
    if pages is not None and pages.cut:
        raise AudioError(f"{path} is cut short: its last page is not complete; fetch or encode it again")
    if pages is not None and pages.lost > path.stat().st_size // 100:
        raise AudioError(
            f"{path} is damaged: {pages.lost} of its bytes are in no intact page; fetch or encode it again"
        )


@lru_cache(maxsize=1 << 16)
def seconds(path: str) -> float:
    """About how long a file is, for planning: by its header or bit rate, nothing decoded; 0.0 for what has neither.

    An mp3 without a header and a chained ogg may be longer or shorter than this; :func:`read` is exact.
    """
    where = Path(path)
    try:
        with where.open("rb") as file:
            head = file.read(kinds.HEAD)
        if notation.is_notation(where, head):
            return 0.0
        kinds.require_sound(where, head)
        first = "ffmpeg" if head[:4] == b"OggS" else kinds.library(where, head, chunks.sound_of(where, head), None)
    except (OSError, AudioError):
        return 0.0
    for length in (sndfile.seconds, pyav.seconds) if first == "libsndfile" else (pyav.seconds,):
        try:
            if header := length(where):
                return header
        except (pyav.Undecodable, sndfile.Undecodable):
            continue
    return 0.0


def _require(path: Path) -> None:
    if not path.exists():
        raise AudioError(f"there is no sound file {path}")
    if path.is_dir():
        raise AudioError(f"{path} is a folder, not a sound file")
    if not path.is_file():
        raise AudioError(f"{path} is a device or a pipe, not a sound file")
    if not os.access(path, os.R_OK):
        raise AudioError(f"{path} may not be read; change its permissions")


def conform(
    sound: Waveform, *, rate: int | None = None, channels: int | None = None, mono: Literal["mean", "first"] = "mean"
) -> Waveform:
    """``sound`` at ``rate`` Hz with 1 or 2 ``channels``; None keeps what it has.

    Stereo from mono repeats the channel; for the rest see :mod:`audiotest.audio.layouts`, unless ``mono`` asks for the
    first channel. Mixing comes before resampling, which is then done on fewer channels.
    """
    if channels not in (None, 1, 2):
        raise AudioError(f"a model can ask for 1 or 2 channels, not {channels}")
    if rate in (None, sound.rate) and channels in (None, sound.channels):
        return replace(sound, samples=np.ascontiguousarray(sound.samples, dtype=np.float32))
    samples, layout = sound.samples, sound.layout
    if channels is not None and channels != sound.channels:
        samples = samples[:, :1] if channels == 1 and mono == "first" else layouts.mixed(sound, channels)
        layout = ()
    if rate is not None and rate != sound.rate:
        import soxr

        samples = soxr.resample(samples, sound.rate, rate, quality="HQ")
        if not samples.shape[0]:  # a clip shorter than one sample of the new rate
            samples = np.zeros((1, samples.shape[1]), np.float32)
    return Waveform(np.ascontiguousarray(samples, dtype=np.float32), rate or sound.rate, layout)


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
