"""Sounds that stand within Parquet files, read when they are heard.

A group of rows is read whole where it is small, since its sounds follow each other; else from its beginning on, some
rows at a time. Two groups are kept at hand.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from audiotest.audio import decode
from audiotest.audio.errors import AudioError
from audiotest.declare.data.tables import TableError, parquet, sound_columns
from audiotest.types import Embedded, Waveform

_WHOLE = 256 << 20
"""Bytes of a group of rows that is read at once."""
_KEPT = 2


class _Group:
    """The sounds of one group of rows of one file: its rows ``first`` and on."""

    def __init__(self, file: Any, number: int, leaf: str, first: int) -> None:
        self._file, self._number, self._leaf, self.first = file, number, leaf, first
        about = file.metadata.row_group(number)
        columns = (about.column(i) for i in range(about.num_columns))
        size = next(c.total_uncompressed_size for c in columns if c.path_in_schema == leaf)
        self._step = about.num_rows if size <= _WHOLE else 32
        self._batches: Iterator[Any] = iter(())
        self._batch: Any = None
        self._start, self._next = 0, about.num_rows + 1

    def value(self, row: int) -> Any:
        """What stands in ``row``, as Python has it."""
        offset = row - self.first
        if self._batch is None or offset < self._start:
            self._batches = self._file.iter_batches(self._step, row_groups=[self._number], columns=[self._leaf])
            self._next = 0
        while offset >= self._next:
            self._batch = next(self._batches).column(0)
            self._start, self._next = self._next, self._next + len(self._batch)
        return self._batch[offset - self._start].as_py()


_lock = threading.Lock()
_groups: OrderedDict[tuple[str, tuple[int, int], str, int], _Group] = OrderedDict()


@lru_cache(maxsize=32)
def _file(path: str, stamp: tuple[int, int]) -> tuple[Any, dict[str, str], list[int]]:
    file = parquet(Path(path))
    counts = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    return file, sound_columns(file), counts


def content(sound: Embedded) -> bytes:
    """The bytes of a sound. Raises :class:`AudioError` where there are none."""
    try:
        with _lock:
            value = _value(sound, _stamp(sound.table))
    except (OSError, TableError, StopIteration, KeyError, IndexError) as error:
        raise AudioError(f"{sound} cannot be read: {error or type(error).__name__}") from None
    if isinstance(value, list):
        value = value[sound.place] if sound.place < len(value) else None
    value = value.get("bytes") if isinstance(value, dict) else value
    if not value:
        raise AudioError(f"{sound} is empty: there are no bytes")
    return bytes(value)


def _value(sound: Embedded, stamp: tuple[int, int]) -> Any:
    file, columns, counts = _file(sound.table, stamp)
    first = number = 0
    while sound.row >= first + counts[number]:
        first, number = first + counts[number], number + 1
    key = (sound.table, stamp, sound.column, number)
    if key not in _groups:
        _groups[key] = _Group(file, number, columns[sound.column], first)
        while len(_groups) > _KEPT:
            _groups.popitem(last=False)
    _groups.move_to_end(key)
    return _groups[key].value(sound.row)


def _stamp(path: str) -> tuple[int, int]:
    about = os.stat(path)
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=1 << 16)
def _digest(sound: Embedded, stamp: tuple[int, int]) -> str:
    return hashlib.sha256(content(sound)).hexdigest()


def fingerprint(sound: Embedded) -> str:
    """SHA-256 of a sound's bytes, remembered for as long as its table stays. Raises :class:`AudioError`."""
    try:
        return _digest(sound, _stamp(sound.table))
    except OSError as error:
        raise AudioError(f"{sound.table} cannot be read: {error}") from None


def read(sound: Embedded, *, start: float | None = None, end: float | None = None) -> Waveform:
    """Decode the segment [``start``, ``end``) of a sound, as :func:`audiotest.audio.decode.read` does with a file.
    Raises :class:`AudioError`."""
    data = content(sound)
    with tempfile.TemporaryDirectory(prefix="audiotest-") as folder:
        copy = Path(folder, "sound" + Path(sound.name).suffix.lower())
        copy.write_bytes(data)
        try:
            return replace(decode.read(copy, start=start, end=end), file="")
        except AudioError as error:
            raise AudioError(str(error).replace(str(copy), str(sound))) from None
