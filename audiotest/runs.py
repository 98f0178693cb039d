"""A run on disk: ``trials.jsonl`` (a line a trial) and ``summary.json``, in the folder of ``--results``.

Lines are written as trials finish, so a run that is stopped keeps what it has. At the end the file is put
into the order of the suites, so that the same run reads the same however many workers did it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from audiotest.errors import AudiotestError
from audiotest.types import SCHEMA_VERSION, Record

TRIALS, SUMMARY = "trials.jsonl", "summary.json"


class RunError(AudiotestError):
    """A results folder that cannot be written or read; says why."""


class RunWriter:
    """Writes one run into ``folder``, which is made; an earlier run's files there are replaced with the first trial.

    Until then they may be what this run is held against, or all that is left if it comes to nothing.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._place = self.folder.absolute()  # a test that leaves the working directory takes nobody along
        self._begun: BinaryIO | None = None
        try:
            self._place.mkdir(parents=True, exist_ok=True)
            (self._place / TRIALS).open("ab").close()  # better known now than after the first reply
        except OSError as error:
            raise RunError(f"cannot write results to {self.folder}: {error}") from error

    def add(self, record: Record, line: bytes | None = None) -> None:
        """Append one trial; ``line`` is its JSON, if it is at hand."""
        self._file().write((line if line is not None else msgspec.json.encode(record)) + b"\n")

    def flush(self) -> None:
        """Put what is written on disk."""
        self._file().flush()

    def _file(self) -> BinaryIO:
        if self._begun is None:
            (self._place / SUMMARY).unlink(missing_ok=True)
            self._begun = (self._place / TRIALS).open("wb", buffering=1 << 16)
        return self._begun

    def finish(self, records: Iterable[Record], summary: Mapping[str, Any]) -> None:
        """Write all records in their final order, and the summary. Either file is replaced as a whole."""
        if self._begun is not None:
            self._begun.close()
        _replace(self._place / TRIALS, b"".join(msgspec.json.encode(r) + b"\n" for r in records))
        _replace(self._place / SUMMARY, json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False).encode())


def _replace(path: Path, data: bytes) -> None:
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(data)
    part.replace(path)


def read_records(folder: str | os.PathLike[str]) -> list[Record]:
    """The records of a run; raises :class:`RunError` naming the line that cannot be read."""
    path = Path(folder) / TRIALS if Path(folder).is_dir() else Path(folder)
    decoder = msgspec.json.Decoder(Record)
    records = []
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    records.append(decoder.decode(line))
                except msgspec.MsgspecError as error:
                    raise RunError(f"{path}:{number}: not a line of a run ({error})") from None
    except OSError as error:
        raise RunError(f"cannot read the run at {folder}: {error}") from error
    return records


def read_summary(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """The ``summary.json`` of a run; raises :class:`RunError`."""
    path = Path(folder) / SUMMARY
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(f"cannot read {path}: {error}") from error
    if not isinstance(data, dict):
        raise RunError(f"{path} holds no summary")
    version = data.get("schema_version", 1)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise RunError(f"{path} is of version {version}, and this audiotest reads up to {SCHEMA_VERSION}; update it")
    return data
