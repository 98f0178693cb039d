"""What the header of a wav, aiff, caf, w64, au or NIST file says about its sound, and whether that is all that the file
has.

Sources: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991), chapter 3, for wav; EBU
Tech 3306 for RF64; Audio Interchange File Format 1.3 (Apple, 1989); Apple Core Audio Format Specification; NIST SPHERE.
A size of 0 or of nearly 2^32 is written by programs that could not go back to the header when the sound was complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

UNKNOWN_SIZE = 0x7FFFF000
"""Sizes of 32 bits from here on stand for a length that was not known when writing began."""
_EXTENSIBLE = 0xFFFE
_W64_TAIL = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
_NIST = re.compile(rb"^(sample_count|sample_n_bytes|channel_count) -i (\d+)", re.MULTILINE)
_NIST_HEADER = 1024
_FILES = (b"RIFF", b"RIFX", b"RF64", b"FORM", b"riff")
"""What a second file that was joined to the first begins with."""


@dataclass(frozen=True)
class _Form:
    """How a family of files writes its chunks. Sizes in bytes."""

    first: int
    """Where the first chunk begins."""
    order: Literal["big", "little"]
    name_bytes: int = 4
    size_bytes: int = 4
    align: int = 2
    counts_head: bool = False
    """Whether a chunk's size includes its name and size."""
    sound: bytes = b"data"


@dataclass(frozen=True)
class Sound:
    """The chunk that holds the sound. Sizes in bytes."""

    codec: int
    """The tag of a wav's codec (1: PCM, 3: float, 0x55: mp3...), 0 elsewhere."""
    promised: int
    """What the header says that the sound takes."""
    there: int
    """What is between the beginning of the sound and the end of the file."""
    after: int
    """How much after the sound is no chunk: sound that the header does not count, or rubbish."""
    streamed: bool
    """Whether the size was not known when the header was written."""

    @property
    def heard(self) -> int:
        """How many bytes of the file are sound."""
        return self.there if self.streamed else min(self.promised, self.there)


def is_wav(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is a wav of any byte order and size."""
    return head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE"


def sound_of(path: Path, head: bytes) -> Sound | None:
    """The sound of a file that begins with ``head``; None for one without chunks, or without one that holds sound."""
    size = path.stat().st_size
    if head[:4] in (b".snd", b"dns."):
        return _au(head, size)
    if head.startswith(b"NIST_1A"):
        return _nist(head, size)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        whole = int.from_bytes(head[4:8], "little")
        return Sound(0, whole, size - 8, 0, whole == 0 or whole >= UNKNOWN_SIZE)
    form = _form(head)
    if form is None:
        return None
    codec, long_size = 0, None
    with path.open("rb") as file:
        for name, length, place in _chunks(file, form, form.first, size):
            if name == b"ds64":
                long_size = int.from_bytes(file.read(16)[8:], "little")
            elif name == b"fmt " and is_wav(head):
                codec = _codec(form, file.read(min(length, 64)))
            elif name == form.sound:
                there = size - place
                if form.size_bytes == 4 and length == 0xFFFFFFFF and long_size is not None:
                    length = long_size
                    streamed = False
                else:
                    streamed = _is_unknown(form, head, length, size)
                after = 0 if streamed else _no_chunks(file, form, place + length, size)
                return Sound(codec, length, there, after, streamed)
    return None


def _form(head: bytes) -> _Form | None:
    if is_wav(head):
        return _Form(12, "big" if head[:4] == b"RIFX" else "little")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _Form(12, "big", sound=b"SSND")
    if head[:4] == b"FORM" and head[8:12] in (b"8SVX", b"16SV"):
        return _Form(12, "big", sound=b"BODY")
    if head[:4] == b"caff":
        return _Form(8, "big", size_bytes=8, align=1)
    if head[:4] == b"riff" and head[4:8] == b"\x2e\x91\xcf\x11":
        return _Form(40, "little", name_bytes=16, size_bytes=8, align=8, counts_head=True, sound=b"data" + _W64_TAIL)
    return None


def _chunks(file: BinaryIO, form: _Form, place: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, length of the content, where it begins) of each chunk; the file is positioned at the content."""
    head = form.name_bytes + form.size_bytes
    while place + head <= size:
        file.seek(place)
        name = file.read(form.name_bytes)
        length = int.from_bytes(file.read(form.size_bytes), form.order)
        length = max(0, length - head) if form.counts_head else length
        yield name, length, place + head
        place += head + length
        place += -place % form.align


def _no_chunks(file: BinaryIO, form: _Form, place: int, size: int) -> int:
    """How many bytes from ``place`` to the end are in no chunk."""
    place += -place % form.align
    for name, length, begin in _chunks(file, form, place, size):
        if name[:4] in _FILES or not all(32 <= c < 127 for c in name[:4]) or begin + length > size + 1:
            break
        place = begin + length + -(begin + length) % form.align
    return max(0, size - place)


def _is_unknown(form: _Form, head: bytes, length: int, size: int) -> bool:
    if form.size_bytes == 8:
        return length >= 1 << 62
    whole = int.from_bytes(head[4:8], form.order)
    return length >= UNKNOWN_SIZE or (length == 0 and whole + 8 < size)


def _codec(form: _Form, content: bytes) -> int:
    tag = int.from_bytes(content[:2], form.order)
    return int.from_bytes(content[24:26], form.order) if tag == _EXTENSIBLE and len(content) >= 26 else tag


def _au(head: bytes, size: int) -> Sound | None:
    order: Literal["big", "little"] = "big" if head[:4] == b".snd" else "little"
    first, promised = int.from_bytes(head[4:8], order), int.from_bytes(head[8:12], order)
    there = size - first
    if len(head) < 24 or there < 0:
        return None
    streamed = promised >= UNKNOWN_SIZE
    return Sound(0, promised, there, 0 if streamed else max(0, there - promised), streamed)


def _nist(head: bytes, size: int) -> Sound | None:
    fields = {name: int(value) for name, value in _NIST.findall(head[:_NIST_HEADER])}
    if len(fields) < 3 or b"shorten" in head[:_NIST_HEADER]:
        return None
    promised = fields[b"sample_count"] * fields[b"sample_n_bytes"] * fields[b"channel_count"]
    there = size - _NIST_HEADER
    return Sound(0, promised, there, max(0, there - promised), False)
