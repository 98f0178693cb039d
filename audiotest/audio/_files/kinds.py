"""What a file is, by its first bytes rather than by its name: sound for which library, or what else.

The name decides only for formats that have no magic number.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from audiotest.audio._files.chunks import Sound, is_wav
from audiotest.audio._files.mpeg import id3_length
from audiotest.audio._files.ogg import Ogg, ogg
from audiotest.audio.errors import AudioError

Library = Literal["libsndfile", "ffmpeg"]
HEAD = 4096

_LIBSNDFILE = (
    b".snd", b"dns.", b"caff", b"fLaC", b"riff\x2e\x91\xcf\x11", b"Creative Voice File", b" paf", b"fap ", b"NIST_1A",
    b"2BIT", b"PVF1", b"MATLAB 5.0", b"Extended Instrument:", b"ALawSoundFile**", b"\x64\xa3\x01\x00",
    b"\x64\xa3\x02\x00", b"\x64\xa3\x03\x00", b"\x00\x01\xa3\x64", b"\x00\x02\xa3\x64", b"\x00\x03\xa3\x64",
)  # fmt: skip
_WITHOUT_MAGIC = frozenset({".htk", ".mat", ".mat4", ".sd2"})
_RAW = frozenset({".raw", ".pcm", ".sln", ".ul", ".al", ".au", ".snd", ".s16", ".u8", ".f32", ".sw", ".cdr", ".vox"})
_WAV_CODECS = frozenset({1, 2, 3, 6, 7, 0x11, 0x31, 0x38, 0x40})
"""PCM, MS ADPCM, float, A-law, mu-law, IMA ADPCM, GSM 6.10, NMS ADPCM, G.721."""
_ARCHIVES = {
    b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz",
    b"7z\xbc\xaf": "7-Zip", b"Rar!\x1a\x07": "RAR", b"\x28\xb5\x2f\xfd": "zstd",
}  # fmt: skip
_OTHERS = {
    b"\x89PNG": "a PNG image", b"\xff\xd8\xff": "a JPEG image", b"GIF8": "a GIF image", b"%PDF": "a PDF document",
    b"\x93NUMPY": "a NumPy array", b"PAR1": "a Parquet table", b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program", b"MZ": "a program", b"\x89HDF": "an HDF5 file",
}  # fmt: skip


def library(path: Path, head: bytes, sound: Sound | None, pages: Ogg | None) -> Library:
    """The library that decodes ``path``, whose first bytes are ``head``; one that fails may be followed by the
    other."""
    if is_wav(head) and sound is not None:
        return "libsndfile" if sound.codec in _WAV_CODECS and not (sound.streamed and not sound.promised) else "ffmpeg"
    if pages is not None:
        return "libsndfile" if len(pages.codecs) == 1 and pages.codecs[0].startswith(b"\x01vorbis") else "ffmpeg"
    if head.startswith(_LIBSNDFILE) or (head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC", b"8SVX", b"16SV")):
        return "libsndfile"
    if head[:3] == b"ID3" and head[id3_length(head) : id3_length(head) + 4] == b"fLaC":
        return "libsndfile"
    if path.suffix.lower() in _RAW or (path.suffix.lower() == ".gsm" and any(b >> 4 != 0xD for b in head[::33])):
        raise AudioError(f"{path} cannot be decoded: it {without_header(path)}")
    return "libsndfile" if path.suffix.lower() in _WITHOUT_MAGIC else "ffmpeg"


def ogg_of(path: Path, head: bytes) -> Ogg | None:
    """The pages of an Ogg file, None for what is none."""
    return ogg(path) if head[:4] == b"OggS" else None


def require_sound(path: Path, head: bytes) -> None:
    """Raise :class:`AudioError` for a file that is known to be something else than sound."""
    for problem in (_nothing(path, head), _pointer(head), _page(head), _archive(head), _other(head), _text(head)):
        if problem:
            raise AudioError(f"{path} cannot be decoded: it {problem}")


def without_header(path: Path) -> str:
    """What to say of a file in no known format: the name of a kind without a header, or that it is none."""
    if path.suffix.lower() in _RAW | {".gsm"}:
        return (
            "is raw samples, or has lost its header: it does not say its rate and channels; convert it to wav or flac "
            "(sox -t raw -r RATE -e signed -b 16 -c CHANNELS IN OUT)"
        )
    return "is in no known sound format, or damaged; fetch it again or convert it to flac"


def _nothing(path: Path, head: bytes) -> str:
    if not head:
        return "is empty (0 bytes)"
    if not head.strip(b"\0") and path.suffix.lower() not in _RAW:
        return f"begins with {len(head)} zero bytes; its download or copy was not finished"
    return ""


def _pointer(head: bytes) -> str:
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return "is a Git LFS pointer, not the sound itself; run `git lfs pull` in its repository"
    if head.startswith(b"/annex/objects/") or b".git/annex/objects/" in head[:200]:
        return "is a git-annex pointer, not the sound itself; run `git annex get` in its repository"
    return ""


def _page(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:300].lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        text[:5] == b"<?xml" and b"<html" in text
    ):
        return "is an HTML page, not sound: a download that failed or asked for a login; fetch it again"
    if text.startswith((b"<?xml", b"<error")):
        return "is an XML document, not sound: perhaps the error message of a download that failed; fetch it again"
    return ""


def _archive(head: bytes) -> str:
    kind = next((name for magic, name in _ARCHIVES.items() if head.startswith(magic)), "")
    kind = kind or ("tar" if head[257:262] == b"ustar" else "")
    return f"is a {kind} archive, not sound; unpack it" if kind else ""


def _other(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "is a WebP image, not sound"
    kind = next((name for magic, name in _OTHERS.items() if head.startswith(magic)), "")
    return f"is {kind}, not sound" if kind else ""


def _text(head: bytes) -> str:
    if head.startswith(b"#EXTM3U") or head[:10].lower() == b"[playlist]":
        return "is a playlist, not sound; name the file that it lists"
    if head.startswith((b"#!AMR", b"NIST_1A", b"PVF1", b"MATLAB", b"Creative", b"Extended")):
        return ""
    for cut in range(4):  # a character of several bytes may be cut by the end of the head
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        if not all(c.isprintable() or c in "\t\r\n\f\x1b" for c in text):
            return ""
        if text.lstrip()[:1] in ("{", "["):
            try:
                json.loads(text)
                return (
                    "is a JSON document, not sound: perhaps the error message of a download that failed; fetch it again"
                )
            except (ValueError, RecursionError):
                pass
        return "is a text file, not sound"
    return ""
