"""The pages of an Ogg file: which streams it holds one after the other, and whether its last page is whole.

Source: RFC 3533. A chained file holds complete streams one after the other; libsndfile decodes the first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_FIRST_OF_STREAM = 2


@dataclass(frozen=True)
class Ogg:
    """``links`` are the (first, last) bytes of each link of the chain; ``codecs`` are the beginnings of the packets
    that open the streams of the first link; ``cut`` says whether the last page is incomplete; ``lost`` counts bytes
    that are in no page."""

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
    """(first byte, the one after the last, header type, first 16 bytes of content) of each page."""
    place = 0
    while place + 27 <= size:
        file.seek(place)
        head = file.read(27 + 255 + 16)
        if head[:4] != b"OggS":
            place = _next_page(file, place + 1)
            if place < 0:
                return
            continue
        segments = head[26]
        table = head[27 : 27 + segments]
        end = place + 27 + segments + sum(table)
        yield place, end, head[5], head[27 + segments : 27 + segments + 16]
        place = end


def _next_page(file: BinaryIO, place: int) -> int:
    """Where the next page begins, -1 for nowhere."""
    file.seek(place)
    before = b""
    while block := file.read(1 << 16):
        at = (before + block).find(b"OggS")
        if at >= 0:
            return place - len(before) + at
        place += len(block)
        before = (before + block)[-3:]
    return -1
