"""Writing a run: the folder that holds ``trials.jsonl``, a line a trial, and ``summary.json``.

A line is handed to the operating system when its trial is done, so that a run that is killed loses none of them (a
machine that loses its power may lose the last seconds: nothing is synced). A folder that cannot take them any more, as
on a full disk, costs the run its record and nothing else: it goes on, its gates are judged, and
:attr:`RunWriter.problem` says what is missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import BufferedReader, FileIO
from itertools import repeat
from pathlib import Path
from typing import Annotated

import msgspec

from audiotest.analyse.summary import Summary, to_json
from audiotest.errors import AudiotestError
from audiotest.folder_lock import FolderInUse, FolderLock, being_written, noted
from audiotest.private import make_folder, opener, write_whole
from audiotest.types import Record

TRIALS, SUMMARY = "trials.jsonl", "summary.json"
_PLAN = ".audiotest.plan"


class Plan(msgspec.Struct):
    """What a run that goes on is to become: how many ``trials`` of which ``model``; ``began`` in seconds since 1970.
    ``seed`` is that of its sounds. A file whose values no run has is read as no plan."""

    trials: Annotated[int, msgspec.Meta(ge=0, le=10**12)]
    model: str
    began: Annotated[float, msgspec.Meta(ge=0, le=10**12)]
    seed: int = 0


class Progress(msgspec.Struct, frozen=True):
    """A folder whose run has not ended: ``plan``, where it is noted, and whether a process is still ``writing``."""

    plan: Plan | None
    writing: bool


def progress(folder: Path) -> Progress | None:
    """How far a run without a summary is; None for one that has ended. Nothing in the folder is touched."""
    if (folder / SUMMARY).exists():
        return None
    return Progress(noted(folder / _PLAN, Plan), being_written(folder))


class RunError(AudiotestError):
    """A results folder that cannot be written or read; says why."""


def write_run(folder: str | os.PathLike[str], records: Iterable[Record], summary: Summary) -> Path:
    """Write a whole run into ``folder``, which is made; an earlier run there is replaced. Raises :class:`RunError`."""
    writer = RunWriter(folder)
    writer.finish(list(records), summary)
    if writer.problem:
        raise RunError(writer.problem)
    return writer.folder


class RunWriter:
    """Writes one run into ``folder``, which is made; an earlier run's files there are replaced with the first trial.

    Until then they may be what this run is held against, or all that is left if it comes to nothing. No other run can
    write to the folder until :meth:`finish` or :meth:`close`. Raises :class:`RunError` for a folder that cannot be
    written, or that another run is writing to.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.problem = ""
        """What is missing from the record, and why; "" while nothing is."""
        self._place = self.folder.absolute()  # a test that leaves the working directory takes nobody along
        self._lines: _Lines | None = None
        try:
            make_folder(self._place)
            self._lock = FolderLock(self._place)
            try:
                for left in (*self._place.glob(f"{TRIALS}.*.part"), *self._place.glob(f"{SUMMARY}.*.part")):
                    left.unlink(missing_ok=True)  # of a run that was killed
                open(self._place / TRIALS, "ab", opener=opener).close()  # better known now than after the first reply
            except OSError:
                self._lock.release()
                raise
        except FolderInUse as error:
            raise RunError(str(error)) from None
        except OSError as error:
            raise RunError(f"cannot write results to {self.folder}: {error}") from error

    def expect(self, plan: Plan) -> None:
        """Note what the run is to become, for whoever watches the folder; where that cannot be, nobody misses it."""
        with suppress(OSError), open(self._place / _PLAN, "wb", opener=opener) as file:
            file.write(msgspec.json.encode(plan))

    def add(self, record: Record, line: bytes | None = None) -> int:
        """Append one trial; ``line`` is its JSON, if it is at hand. It is on disk when this returns the byte at which
        it begins; -1 where it is not, and :attr:`problem` says so."""
        try:
            if self._lines is None:
                (self._place / SUMMARY).unlink(missing_ok=True)
                self._lines = _Lines(self._place / TRIALS)
            return self._lines.append((line if line is not None else msgspec.json.encode(record)) + b"\n")
        except OSError as error:
            self._note(error)
            return -1

    def finish(self, records: Sequence[Record], summary: Summary, places: Sequence[int] = ()) -> None:
        """Write all records in their final order, and the summary, and let go of the folder. Either file is replaced as
        a whole. ``places``: what :meth:`add` has returned for each of ``records``, whose lines are then taken from the
        file, since they are not whole in memory. Where a file cannot be replaced, the lines that were appended stay,
        and :attr:`problem` says so; where it can, what could not be appended before is there as well."""
        try:
            self._put_in_order(records, places)
            (self._place / SUMMARY).unlink(missing_ok=True)  # that of other records must not stand beside these
            write_whole(self._place / SUMMARY, to_json(summary))
        except OSError as error:
            self._note(error)
        finally:
            self.close()

    def _put_in_order(self, records: Sequence[Record], places: Sequence[int]) -> None:
        try:
            make_folder(self._place)
            lines = self._lines.at(places) if self._lines is not None and places else repeat(b"")
            pairs = zip(records, lines, strict=False)
            write_whole(self._place / TRIALS, (line or msgspec.json.encode(record) + b"\n" for record, line in pairs))
            self.problem = ""
        except OSError as error:
            # There has to be room for all of them once more. Where each is there once, their order is no loss.
            if self._lines is None or self._lines.count != len(records):
                self._note(error)

    def close(self) -> None:
        """Let go of the folder. May be called again."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None
        with suppress(OSError):
            (self._place / _PLAN).unlink(missing_ok=True)
        self._lock.release()

    def _note(self, error: OSError) -> None:
        reason = os.strerror(error.errno) if error.errno else str(error)
        self.problem = self.problem or f"the record of this run in {self.folder} is partial: {reason}"


class _Lines:
    """A file of whole lines: one that cannot be written to its end is taken back."""

    def __init__(self, path: Path) -> None:
        self._file = FileIO(path, "w+", opener=opener)
        self._end = self.count = 0
        self._known = True  # where each line begins

    def append(self, line: bytes) -> int:
        """Where ``line``, which is now the last, begins; -1 where nobody can say."""
        start, rest = self._end, memoryview(line)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except BaseException:
            self._take_back()
            raise
        self._end += len(line)
        self.count += 1
        return start if self._known else -1

    def at(self, places: Iterable[int]) -> Iterator[bytes]:
        """The lines that begin there, whoever has taken the file away meanwhile; b"" for -1."""
        with BufferedReader(FileIO(self._file.fileno(), "r", closefd=False)) as file:
            for place in places:
                if place >= 0:
                    file.seek(place)
                yield file.readline() if place >= 0 else b""

    def _take_back(self) -> None:
        try:
            self._file.truncate(self._end)
            self._file.seek(self._end)
        except OSError:  # a device, or a disk that is gone: then its reader meets half a line
            self._known = False

    def close(self) -> None:
        self._file.close()
