"""The pages of an Ogg file: which streams it holds one after the other, and whether its last page is whole.

Source: RFC 3533. A chained file holds complete streams one after the other; libsndfile decodes the first one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_FIRST_OF_STREAM = 2
_HEAD, _MOST = 27, 27 + 255 + 255 * 255
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Ogg:
    """``links`` are the (first, last) bytes of each link of the chain; ``codecs`` are the beginnings of the packets
    that open the streams of the first link; ``cut`` says whether the last page is incomplete; ``lost`` counts bytes
    that are in no intact page."""

    links: tuple[tuple[int, int], ...]
    codecs: tuple[bytes, ...]
    cut: bool
    lost: int


def ogg(path: Path) -> Ogg:
    """Walk over the pages of ``path``."""
    starts: list[int] = []
    codecs: list[bytes] = []
    size, place, lost, opening = path.stat().st_size, 0, 0, False
    with path.open("rb") as file:
        for first, last, kind, content in _pages(file, size):
            lost += first - place
            place = last
            begins = bool(kind & _FIRST_OF_STREAM)
            if begins and not opening:
                starts.append(first)
            if begins and len(starts) == 1:
                codecs.append(content)
            opening = begins
    cut = place > size
    starts = starts or [0]
    ends = [*starts[1:], size]
    return Ogg(tuple(zip(starts, ends, strict=True)), tuple(codecs), cut, lost + max(0, size - place))


def _pages(file: BinaryIO, size: int) -> Iterator[tuple[int, int, int, bytes]]:
    """(first byte, the one after the last, header type, first 16 bytes of content) of each intact page; the last one
    may end after the file does."""
    place = 0
    while place + _HEAD <= size:
        file.seek(place)
        page = file.read(_MOST)
        segments = page[26] if len(page) >= _HEAD else 0
        content = _HEAD + segments
        length = content + sum(page[_HEAD:content])
        whole = place + length <= size
        if page[:4] != b"OggS" or (whole and checksum(page[:length]) != int.from_bytes(page[22:26], "little")):
            place = _next_page(file, place + 1)
            if place < 0:
                return
            continue
        yield place, place + length, page[5], page[content : content + 16]
        place += length


def checksum(page: bytes) -> int:
    """The CRC of a page, its own CRC counted as 0 (RFC 3533, section 6): polynomial 0x04C11DB7, highest bit first."""
    # zlib's has the same polynomial with the lowest bit first: bytes are mirrored going in, the sum coming out.
    plain = (page[:22] + bytes(4) + page[26:]).translate(_MIRRORED)
    return int(f"{zlib.crc32(plain, 0xFFFFFFFF) ^ 0xFFFFFFFF:032b}"[::-1], 2)


def _next_page(file: BinaryIO, place: int) -> int:
    """Where the next page begins, -1 if there is none."""
    file.seek(place)
    before = b""
    while block := file.read(1 << 16):
        at = (before + block).find(b"OggS")
        if at >= 0:
            return place - len(before) + at
        place += len(block)
        before = (before + block)[-3:]
    return -1
