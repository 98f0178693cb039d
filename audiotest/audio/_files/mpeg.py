"""What the header frame of an mp3 promises, and how long the frames of AAC and of layer II say that they are.

Sources: ISO 11172-3 and 13818-3, 2.4.2.3, for layer II; ISO 13818-7, 6.2, for ADTS; Xing's VBR header ("Xing" or
"Info", four bytes of flags, frames, bytes) and Fraunhofer's VBRI. Encoders write these, and other programs leave them
wrong: a count is believed only where both the frames and the bytes say the same.
"""

from __future__ import annotations

from pathlib import Path

_SEARCHED = 1 << 14
_ID3_VERSIONS = (b"\2", b"\3", b"\4")
_KBPS = {1: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
         2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)}  # fmt: skip
_RATES = {1: (44100, 48000, 32000), 2: (22050, 24000, 16000)}


def missing(path: Path) -> int:
    """How many frames the header of an mp3 counts, if it also counts 1% more bytes than there are; else 0."""
    with path.open("rb") as file:
        tag = id3_length(file.read(10))
        file.seek(tag)
        head = file.read(_SEARCHED)
    promised = _promised(head)
    if promised is None:
        return 0
    frames, size = promised
    return frames if size > (path.stat().st_size - tag) * 1.01 + 512 else 0


def frame_bytes(head: bytes) -> int:
    """How long a frame of AAC (ADTS) or of layer II is by its own header, the first 7 bytes of it; 0 where it does not
    say."""
    if len(head) < 7 or head[0] != 0xFF:
        return 0
    if head[1] & 0xF6 == 0xF0:
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    version = {0xFC: 1, 0xF4: 2}.get(head[1] & 0xFE)
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    if version is None or rate == 3 or not 1 <= bitrate <= 14:
        return 0
    return 144_000 * _KBPS[version][bitrate - 1] // _RATES[version][rate] + (head[2] >> 1 & 1)


def id3_length(head: bytes) -> int:
    """The length in bytes of the ID3v2 tag that ``head`` begins with, 0 for none (ID3v2.4, section 3.1)."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = head[6:10]
    return 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3]) + (10 if head[5] & 0x10 else 0)


def untagged(data: bytes) -> int:
    """How many bytes of a file are in no ID3 or APE tag, wherever that is."""
    size, at = len(data), data.find(b"ID3")
    while at >= 0:
        length = id3_length(data[at : at + 10]) if data[at + 3 : at + 4] in _ID3_VERSIONS else 0
        size -= min(length, len(data) - at)
        at = data.find(b"ID3", at + max(3, length))
    at = data.find(b"APETAGEX")
    while at >= 0:  # the header, which is optional, and the footer count the items and the footer
        is_footer = len(data) < at + 24 or not data[at + 23] & 0x20
        size -= 32 + (int.from_bytes(data[at + 12 : at + 16], "little") - 32 if is_footer else 0)
        at = data.find(b"APETAGEX", at + 8)
    return size - (128 if data[-128:-125] == b"TAG" else 0)


def _promised(head: bytes) -> tuple[int, int] | None:
    """(frames, bytes) by the header frame, None where it does not give both."""
    for name in (b"Xing", b"Info"):
        at = head.find(name)
        if at >= 0 and len(head) >= at + 16 and head[at + 7] & 3 == 3:
            return int.from_bytes(head[at + 8 : at + 12], "big"), int.from_bytes(head[at + 12 : at + 16], "big")
    at = head.find(b"VBRI")
    if at >= 0 and len(head) >= at + 18:
        return int.from_bytes(head[at + 14 : at + 18], "big"), int.from_bytes(head[at + 10 : at + 14], "big")
    return None
