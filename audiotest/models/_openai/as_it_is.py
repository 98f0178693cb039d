"""Files that go over the wire as they are: what is there already need not be encoded again.

A file does if it is of the format that is asked for, whole, at the rate and with the channels that the model is to hear
(:attr:`~audiotest.types.Waveform.file`), and would be the same sound encoded: a wav or flac of 16 bits, and any mp3,
which only loses by being encoded twice. Nothing but the sound is sent: tags, titles, pictures, labels and notes, which
may well hold the answer, stay here. A wav or flac that has some is encoded from its samples, which are the same; an mp3
goes without its ID3 and APE tags.

Sources: Multimedia Programming Interface and Data Specifications 1.0 (1991), chapter 3; RFC 9639, sections 8.1 to 8.6;
ID3v2.4, section 3.1; APE tags 2.0.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

from audiotest.types import Waveform

_PCM, _BITS = 1, 16
_FLAC_HARMLESS = frozenset({0, 1, 3})
"""STREAMINFO, PADDING, SEEKTABLE. VORBIS_COMMENT (4) is too where it only names the encoder."""
_TAG_WITHIN = re.compile(rb"ID3[\2\3\4]|APETAGEX|LYRICSBEGIN")
"""Tags among the frames of an mp3 that was joined of parts, or behind those of a flac, and Lyrics3: such a file is
encoded from its samples."""
_MOST_BESIDE = 1 << 16
"""Bytes that a file may have more than its sound takes as PCM; one with more has something else in it."""


def bytes_of(clip: Waveform, audio_format: str) -> bytes | None:
    """The file of ``clip`` as it goes over the wire as ``audio_format``; None where it has to be encoded."""
    if not clip.file:
        return None
    path = Path(clip.file)
    try:
        if audio_format == "mp3":
            return _mp3(clip, path)
        with path.open("rb") as file:
            most = clip.samples.shape[0] * clip.channels * _BITS // 8 + _MOST_BESIDE
            data = file.read(most + 1)
    except OSError:
        return None  # it was there when it was decoded
    fits = len(data) <= most and {"wav": _is_plain_wav, "flac": _is_plain_flac}[audio_format](clip, data)
    return data if fits else None


def _is_plain_wav(clip: Waveform, data: bytes) -> bool:
    """Whether ``data`` is a wav of the clip's form with nothing in it but the sound."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE" or int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    at, names = 12, []
    while at + 8 <= len(data):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"fmt ":
            whole = 16 <= length <= min(18, len(data) - at - 8)
            form = struct.unpack("<HHIIHH", data[at + 8 : at + 24]) if whole else ()
            block = clip.channels * _BITS // 8
            if form != (_PCM, clip.channels, clip.rate, clip.rate * block, block, _BITS):
                return False
        elif name == b"data" and length != clip.samples.shape[0] * clip.channels * _BITS // 8:
            return False
        names.append(name)
        at += 8 + length + length % 2
    return names == [b"fmt ", b"data"] and at == len(data)


def _is_plain_flac(clip: Waveform, data: bytes) -> bool:
    """Whether ``data`` is a flac of 16 bits and of the clip's form whose metadata say nothing about it."""
    if data[:4] != b"fLaC":
        return False
    at, last = 4, False
    while not last and at + 4 <= len(data):
        last, kind, length = bool(data[at] & 0x80), data[at] & 0x7F, int.from_bytes(data[at + 1 : at + 4], "big")
        block = data[at + 4 : at + 4 + length]
        if kind == 0 and _flac_form(block) != (clip.rate, clip.channels, _BITS, clip.samples.shape[0]):
            return False
        if not (kind in _FLAC_HARMLESS or (kind == 4 and _names_encoder_only(block))) or (kind == 1 and any(block)):
            return False
        at += 4 + length
    return last and data[-128:-125] != b"TAG" and not _TAG_WITHIN.search(data, at)


def _flac_form(info: bytes) -> tuple[int, int, int, int]:
    """(rate, channels, bits, frames) by STREAMINFO."""
    packed = int.from_bytes(info[10:18], "big")
    return packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1, packed & ((1 << 36) - 1)


def _names_encoder_only(comments: bytes) -> bool:
    vendor = int.from_bytes(comments[:4], "little")
    return comments[4 + vendor :] == bytes(4)


def _mp3(clip: Waveform, path: Path) -> bytes | None:
    import soundfile

    if path.suffix.lower() != ".mp3":
        return None
    try:
        about = soundfile.info(str(path))
    except soundfile.LibsndfileError:
        return None
    if (about.format, about.samplerate, about.channels) != ("MP3", clip.rate, clip.channels):
        return None
    frames = without_tags(path.read_bytes())
    return frames if frames and not _TAG_WITHIN.search(frames) else None


def without_tags(data: bytes) -> bytes:
    """The frames of an mp3 without the tags before and after them (ID3v1, ID3v2, APE)."""
    first, last = 0, len(data)
    while data[first : first + 3] == b"ID3" and first + 10 <= last:
        first += id3_length(data[first : first + 10])
    while True:
        if data[last - 128 : last - 125] == b"TAG" and last - 128 >= first:
            last -= 128
        elif data[last - 32 : last - 24] == b"APETAGEX" and last - 32 >= first:
            size, flags = struct.unpack("<I4xI", data[last - 20 : last - 8])
            last = max(first, last - max(size, 32) - (32 if flags >> 31 else 0))  # the size counts these 32 bytes
        elif data[last - 10 : last - 7] == b"3DI" and last - 10 >= first:
            last = max(first, last - id3_length(b"ID3" + data[last - 7 : last]))
        else:
            return data[first:last]


def id3_length(head: bytes) -> int:
    """The length in bytes of the ID3v2 tag with this head of 10 bytes, its footer included."""
    size = head[6:10]
    return 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3]) + (10 if head[5] & 0x10 else 0)
