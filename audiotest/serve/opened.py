"""Runs that are looked at: their records, their page, and their sounds, which are made when they are asked for."""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, Literal, TypeVar

from audiotest.report.html.playback import Hearing
from audiotest.report.html.players import Player, flac, sound_key
from audiotest.report.html.render import page
from audiotest.report.html.spectrogram import png
from audiotest.run_folder import SUMMARY, RunError
from audiotest.runs import Run, part_of
from audiotest.serve.index import Row, stamp_of
from audiotest.types import Record

Kind = Literal["flac", "png"]
_KEPT_RUNS, _KEPT_FILES = 6, 2000
K = TypeVar("K")
V = TypeVar("V")


class _Latest(Generic[K, V]):
    """The last few things by name."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[K, V] = OrderedDict()

    def get(self, name: K) -> V | None:
        if name in self._things:
            self._things.move_to_end(name)
        return self._things.get(name)

    def put(self, name: K, thing: V) -> V | None:
        """Keep ``thing``; returns what had to go for it."""
        self._things[name] = thing
        self._things.move_to_end(name)
        return self._things.popitem(last=False)[1] if len(self._things) > self._most else None


class Opened:
    """A run that somebody looks at; ``sounds`` has a record for each sound, by its key."""

    def __init__(self, run: Run) -> None:
        self.heard = Hearing.of(run, confined=True)
        records = [self.heard.named(record) for record in run.records]
        self.run = Run(records, run.summary, root=run.root)
        self.sounds: dict[str, Record] = {}
        for record in records:
            if key := sound_key(record):
                self.sounds.setdefault(key, record)

    def players(self, records: Sequence[Record], base: str) -> dict[str, list[Player]]:
        """The players of some records by the key of their sound, at addresses that begin with ``base``."""
        keys = dict.fromkeys(filter(None, map(sound_key, records)))
        return {key: players(self.heard, self.sounds[key], base) for key in keys if key in self.sounds}


def players(heard: Hearing, record: Record, base: str) -> list[Player]:
    """The players of one record's clips."""
    key = sound_key(record)
    return [Player(f"{base}sound/{key}/{i}.flac", f"{base}sound/{key}/{i}.png") for i in range(heard.clips(record))]


class Desk:
    """What is at hand of the runs: the last few that were opened, and the last sounds that were made.

    ``root`` is the folder that the suites' paths start from: only suites below it are read. Sounds are kept in a
    temporary folder, which goes when the desk does.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._runs: _Latest[tuple[object, ...], Opened] = _Latest(_KEPT_RUNS)
        self._pages: _Latest[tuple[object, ...], str] = _Latest(_KEPT_RUNS)
        self._files: _Latest[str, Path] = _Latest(_KEPT_FILES)
        self._lock = threading.RLock()
        self._folder = tempfile.TemporaryDirectory(prefix="audiotest-serve-")

    def close(self) -> None:
        """Delete the sounds that were made."""
        self._folder.cleanup()

    def open(self, place: Path, row: Row) -> Opened:
        """The run in ``place``. Raises :class:`~audiotest.runs.RunError` for one of which nothing can be read."""
        with self._lock:
            name = row.id, stamp_of(place)
            opened = self._runs.get(name)
            if opened is None:
                opened = Opened(_read(place, row, self.root))
                self._runs.put(name, opened)
            return opened

    def report(self, place: Path, row: Row) -> str:
        """The page of a run, the same as ``audiotest report --html`` writes."""
        with self._lock:
            name = row.id, stamp_of(place)
            text = self._pages.get(name)
            if text is None:
                opened = self.open(place, row)
                players = opened.players(opened.run.records, "")
                text = page(opened.run, players, notes=_without_sound(opened.heard), home="../../")
                self._pages.put(name, text)
            return text

    def sound(self, name: str, heard: Hearing, record: Record, clip: int, kind: Kind) -> Path:
        """The file of a record's clip, or of its spectrogram; ``name`` distinguishes the run. Raises what decoding
        raises, and LookupError for a clip that the record does not have."""
        label = f"{name}-{sound_key(record)}-{clip}"
        with self._lock:
            ready = self._files.get(f"{label}.{kind}")
        if ready is not None and ready.is_file():
            return ready
        waves = heard(record)
        if clip >= len(waves):
            raise LookupError(f"this trial has {len(waves)} clips")
        for ending, data in (("flac", flac(waves[clip])), ("png", png(waves[clip]))):
            path = Path(self._folder.name) / f"{label}.{ending}"
            with self._lock:
                if self._files.get(path.name) is not None and path.is_file():
                    continue  # another request was first, and may be sending it
                path.write_bytes(data)
                gone = self._files.put(path.name, path)
                if gone is not None:
                    gone.unlink(missing_ok=True)
        return Path(self._folder.name) / f"{label}.{kind}"


def _without_sound(heard: Hearing) -> list[str]:
    """Why sounds cannot be listened to, if so."""
    lost = heard.lost_sounds().removeprefix("; ")
    return [f"{lost} (`audiotest serve --root FOLDER` names the folder that the runs were made in)"] if lost else []


def _read(place: Path, row: Row, root: Path) -> Run:
    """A run; of one that is damaged or was killed, what there is, which its page says."""
    if row.state == "unreadable":
        raise RunError(row.message)
    if (place / SUMMARY).exists():
        try:
            return Run.load(place, root)
        except RunError as error:
            reason = str(error)
    else:
        reason = row.message
    return part_of(place, reason, model=row.model, root=root)
