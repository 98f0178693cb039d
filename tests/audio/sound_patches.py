"""Whole sound files with one thing odd about them."""

from __future__ import annotations

import struct

from audiotest.audio._files.ogg import checksum


def patched(data: bytes, patch: str) -> bytes:
    """``data`` with one thing wrong, or odd, about it."""
    kind, _, how = patch.partition(" ")
    if kind == "size":
        place = data.index(b"data") + 4
        size = {"-1": b"\xff" * 4, "0": b"\0" * 4, "7f": b"\xff\xff\xff\x7f"}[how]
        return data[:4] + size + data[8:place] + size + data[place + 4 :]
    if kind == "chunk":
        odd = b"note" + struct.pack("<I", 5) + b"hello" + (b"" if how == "unpadded" else b"\0")
        place = len(data) if how == "after" else data.index(b"data")
        data = data[:place] + odd + data[place:]
        return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    if kind == "au":
        return data[:8] + b"\xff" * 4 + data[12:]
    if kind == "flac":  # the 36 bits of the number of frames, and the sum of the samples
        return data[:21] + bytes([data[21] & 0xF0]) + b"\0" * 20 + data[42:]
    if kind == "xing":
        place = max(data.find(b"Xing"), data.find(b"Info")) + 8
        frames = int.from_bytes(data[place : place + 4], "big")
        new = {"1/3": frames // 3, "3": frames * 3, "0": 0}[how]
        return data[:place] + new.to_bytes(4, "big") + data[place + 4 :]
    if kind == "id3v2":
        size = 3000
        return b"ID3\x03\0\0" + bytes([0, 0, size >> 7, size & 0x7F]) + bytes(size) + data
    if kind == "id3v1":
        return data + b"TAG" + b"title".ljust(125, b"\0")
    if kind == "zeros":
        return bytes(400) + data if how == "before" else data + bytes(400)
    if kind == "junk":
        return data + b"\1\2\3"
    assert kind == "twice", patch
    return data + (data if not data.startswith(b"OggS") else reserial(data))


def reserial(data: bytes) -> bytes:
    """An Ogg file under another serial number, as a chain asks for."""
    out, place = bytearray(data), 0
    while place < len(out):
        table = out[place + 27 : place + 27 + out[place + 26]]
        end = place + 27 + len(table) + sum(table)
        out[place + 14] ^= 0x55
        out[place + 22 : place + 26] = struct.pack("<I", checksum(bytes(out[place:end])))
        place = end
    return bytes(out)
