"""What a wav file says about itself, and whether the sound that its header counts is all that the file has.

Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991), chapter 3; EBU Tech 3306
for RF64. Chunks stand at even places; a size of 0 or near 2^32 is written by programs that could not go back.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

UNKNOWN_SIZE = 0x7FFFF000
"""Sizes from here on stand for a length that was not known when writing began."""
_EXTENSIBLE = 0xFFFE


@dataclass(frozen=True)
class Riff:
    """Sizes in bytes. ``codec`` is the format's tag (1: PCM, 3: float, 0x55: mp3...), 0 where there is none."""

    codec: int
    promised: int
    """What the header says that the sound takes."""
    there: int
    """What stands between the beginning of the sound and the end of the file."""
    after: int
    """How much after the sound is no chunk: sound that the header does not count, or rubbish."""
    streamed: bool
    """Whether the size was not known when the header was written."""


def riff(path: Path) -> Riff | None:
    """Read the chunks of a wav; None for a file that is no RIFF WAVE or has no sound in it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] not in (b"RIFF", b"RIFX", b"RF64") or head[8:12] != b"WAVE":
            return None
        order = ">" if head[:4] == b"RIFX" else "<"
        whole = struct.unpack(order + "I", head[4:8])[0]
        codec, long_size, place = 0, None, 12
        while place + 8 <= size:
            file.seek(place)
            name, length = struct.unpack(order + "4sI", file.read(8))
            if name == b"ds64":
                long_size = struct.unpack("<Q", file.read(16)[8:].ljust(8, b"\0"))[0]
            elif name == b"fmt ":
                codec = _codec(order, file.read(min(length, 64)))
            elif name == b"data":
                there = size - place - 8
                promised = long_size if long_size is not None and length == 0xFFFFFFFF else length
                streamed = (length >= UNKNOWN_SIZE and long_size is None) or (
                    length == 0 and whole + 8 < place + 8 + there
                )
                after = 0 if streamed else _no_chunks(file, place + 8 + promised, size)
                return Riff(codec, promised, there, after, streamed)
            place += 8 + length + length % 2
    return None


def _codec(order: str, content: bytes) -> int:
    if len(content) < 2:
        return 0
    tag = int(struct.unpack(order + "H", content[:2])[0])
    if tag == _EXTENSIBLE and len(content) >= 26:
        tag = int(struct.unpack(order + "H", content[24:26])[0])
    return tag


def _no_chunks(file: BinaryIO, place: int, size: int) -> int:
    """How many bytes from ``place`` to the end are in no chunk."""
    place += place % 2
    while place + 8 <= size:
        file.seek(place)
        name, length = struct.unpack("<4sI", file.read(8))
        if not all(32 <= character < 127 for character in name) or place + 8 + length > size + 1:
            break
        place += 8 + length + length % 2
    return max(0, size - place)
