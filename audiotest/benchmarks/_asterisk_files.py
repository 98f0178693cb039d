"""The files of Asterisk's recorded prompts, as Debian's packages lay them out: voices, transcripts, music."""

from __future__ import annotations

import gzip
import re
import wave
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from audiotest.benchmarks.importing import ImportFailed

LANGUAGES = {"en": "English", "fr": "French", "es": "Spanish", "it": "Italian", "ru": "Russian"}
_TRANSCRIPTS = "asterisk-core-sounds-en"


class Recordings(Struct, frozen=True):
    """What the folder holds: the English texts by name, the folder of each language, the files of music; and the names
    and versions of the packages, where ``packages.txt`` says them."""

    root: Path
    texts: dict[str, str]
    voices: dict[str, Path]
    music: tuple[Path, ...]
    packages: tuple[str, ...] = ()

    def has(self, language: str, name: str) -> bool:
        """Whether there is a recording of this name."""
        return (self.voices[language] / f"{name}.wav").is_file()

    def path(self, language: str, name: str) -> str:
        """The recording as a case names it: through the suite's link ``audio``."""
        return f"audio/{(self.voices[language] / f'{name}.wav').relative_to(self.root).as_posix()}"


def read_recordings(source: Path, audio: Path | None) -> Recordings:
    """What the unpacked packages in ``source`` hold. Raises :class:`ImportFailed` naming those that are missing."""
    root = next((p for p in (audio, source / "usr/share/asterisk", source) if p and (p / "sounds").is_dir()), None)
    if root is None:
        raise ImportFailed(
            f"there is no folder `sounds` in {source} or in {source / 'usr/share/asterisk'}; unpack Debian's packages "
            "there (dpkg-deb -x PACKAGE FOLDER, or tools/recordings.sh FOLDER)"
        )
    folders = sorted(path for path in (root / "sounds").iterdir() if path.is_dir())
    voices = {language: next((f for f in folders if _is_voice(f, language)), None) for language in LANGUAGES}
    music = tuple(sorted((root / "moh").glob("*.wav")))
    listed = next((p for p in _transcript_places(source, root) if p.is_file()), None)
    missing = [f"asterisk-core-sounds-{language}-wav" for language, voice in voices.items() if voice is None]
    missing += [] if music else ["asterisk-moh-opsound-wav"]
    if missing or listed is None:
        absent = ", ".join([*missing, *([] if listed else [f"{_TRANSCRIPTS} (core-sounds-en.txt)"])])
        raise ImportFailed(f"{source} lacks the files of {absent}; other versions may have them under other paths")
    noted = source / "packages.txt"
    packages = tuple(noted.read_text(encoding="utf-8").split()) if noted.is_file() else ()
    return Recordings(root, _texts(listed), {k: v for k, v in voices.items() if v is not None}, music, packages)


def _is_voice(folder: Path, language: str) -> bool:
    return re.fullmatch(rf"{language}(_.*)?", folder.name) is not None and any(folder.glob("*.wav"))


def _transcript_places(source: Path, root: Path) -> Iterator[Path]:
    for folder in (source / "usr/share/doc" / _TRANSCRIPTS, root.parent / "doc" / _TRANSCRIPTS, source):
        yield from (folder / "core-sounds-en.txt.gz", folder / "core-sounds-en.txt")


def _texts(path: Path) -> dict[str, str]:
    """``NAME: TEXT`` a line; those that begin with a semicolon are comments."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise ImportFailed(f"cannot read {path}: {error}") from None
    pairs = (line.partition(":") for line in data.decode("utf-8", "replace").splitlines() if not line.startswith(";"))
    return {name.strip(): " ".join(text.split()) for name, colon, text in pairs if colon and text.strip()}


def seconds(path: Path) -> float:
    """How long a wav file is. Raises :class:`ImportFailed` for another file."""
    try:
        with wave.open(str(path)) as file:
            return float(file.getnframes()) / float(file.getframerate())
    except (OSError, EOFError, wave.Error) as error:
        raise ImportFailed(f"{path} is no wav file: {error}") from None
