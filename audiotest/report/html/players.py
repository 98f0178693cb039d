"""The sounds of a run's page: embedded up to a size, then in files beside it, and those of wrong answers first."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from audiotest.report.html.spectrogram import png
from audiotest.types import Record, Waveform

_NAME = re.compile("[0-9A-Za-z_-]{1,64}")
_WRONG = ("failed", "missed", "error")


class Player(Struct, frozen=True):
    """A clip of a trial: where its sound and its spectrogram are, how long it is and how high its spectrum goes; 0:
    that is known only once the sound is there."""

    src: str
    image: str
    seconds: float = 0.0
    khz: float = 0.0


def is_key(text: str) -> bool:
    """Whether ``text`` can be the key of a sound."""
    return _NAME.fullmatch(text) is not None


def sound_key(record: Record) -> str:
    """What the players of a trial go by: trials with the same sound share it."""
    name = record.hashes.get("sound")
    if name and not is_key(name):  # it names files, and a record can come from anywhere
        return hashlib.sha256(name.encode()).hexdigest()[:16]
    return name


def players_of(
    records: Iterable[Record], heard: Callable[[Record], Sequence[Waveform]], target: Path, *, embed: float, link: float
) -> tuple[dict[str, list[Player]], int]:
    """Players by :func:`sound_key`, and the number of sounds left out.

    The first ``embed`` megabytes are data URLs, the next ``link`` files beside ``target``; then no more are made.
    ``heard(record)`` gives the waveforms of a trial, and may raise what decoding raises: such a clip has no player.
    After Ctrl-C the sounds made so far are there.
    """
    players_by_sound: dict[str, list[Player]] = {}
    waiting = _wrong_first(records)
    embedded = linked = 0.0
    folder = target.with_name(f"{target.stem}-audio")
    try:
        for record in _watched(waiting):
            if embedded >= embed and linked >= link:
                break
            try:
                clips = [(sound, flac(sound), png(sound)) for sound in heard(record)]
            except (OSError, ValueError, LookupError, RuntimeError):
                clips = []
            players_by_sound[sound_key(record)] = players = []
            for i, (sound, data, picture) in enumerate(clips):
                size = (len(data) + len(picture)) / 1e6
                if embedded + size * 4 / 3 <= embed:
                    embedded += size * 4 / 3
                    sources = _embedded("audio/flac", data), _embedded("image/png", picture)
                elif linked + size <= link:
                    linked += size
                    sources = _beside(folder, f"{sound_key(record)}-{i}", data, picture)
                else:
                    embedded, linked = embed, link
                    players_by_sound.pop(sound_key(record), None)
                    break
                players.append(Player(*sources, seconds=round(sound.seconds, 2), khz=round(sound.rate / 2000, 3)))
    except KeyboardInterrupt:
        pass
    return players_by_sound, len(waiting) - len(players_by_sound)


def _wrong_first(records: Iterable[Record]) -> list[Record]:
    """A record for each sound, those of cases with a wrong answer first: all their conditions, to be heard side by
    side."""
    records = list(records)
    wrong = {(r.suite, r.case) for r in records if r.outcome in _WRONG}
    ordered = sorted(records, key=lambda r: (r.suite, r.case) not in wrong)
    return list({sound_key(r): r for r in reversed(ordered) if sound_key(r)}.values())[::-1]


def _watched(records: Sequence[Record]) -> Iterator[Record]:
    """``records``, with a bar where somebody is watching."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(records, "sounds", console=console, transient=True, disable=not console.is_terminal)


def _beside(folder: Path, name: str, sound: bytes, picture: bytes) -> tuple[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.flac").write_bytes(sound)
    (folder / f"{name}.png").write_bytes(picture)
    # The page's own name may hold characters that mean something else in an address.
    return f"{quote(folder.name)}/{name}.flac", f"{quote(folder.name)}/{name}.png"


def _embedded(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def flac(sound: Waveform) -> bytes:
    """The sound as FLAC with 16 bits."""
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, sound.samples.clip(-1, 1), sound.rate, format="FLAC", subtype="PCM_16")
    return out.getvalue()
