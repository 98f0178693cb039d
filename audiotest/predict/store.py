"""Replies on disk, by content: a run that crashed or is repeated asks nothing twice.

One SQLite file in WAL mode, which several workers read and write at once. The key is a hash over the model's
identity, the generation settings, the rendered prompt and the sound after the condition; the value is
the reply. A file that is damaged is set aside under another name and a new one begun: a cache may be lost, a
run may not.
"""

from __future__ import annotations

import sqlite3
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from audiotest.words import Reply

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key BLOB PRIMARY KEY, model TEXT NOT NULL, reply BLOB NOT NULL, at REAL NOT NULL
) WITHOUT ROWID
"""
_AT_ONCE = 500  # SQLite takes at least 999 variables a statement


class ReplyStore:
    """Replies by key, in the file ``path``. Safe for several processes; each opens its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # no permission, no space, locked for long: not damage
            self._set_aside(error)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute(_SCHEMA)
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _set_aside(self, error: Exception) -> None:
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
        self.path.replace(aside)
        for tail in ("-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)
        warnings.warn(f"the reply cache was damaged ({error}); it is now {aside} and a new one begins", stacklevel=2)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Reply]:
        """The replies that there are for ``keys``."""
        found: dict[bytes, Reply] = {}
        for i in range(0, len(keys), _AT_ONCE):
            some = keys[i : i + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, reply FROM replies WHERE key IN ({marks})"  # noqa: S608 - marks are question marks
            for key, reply in self._db.execute(query, some):
                found[key] = msgspec.json.decode(reply, type=Reply)
        return found

    def put(self, model: str, replies: Mapping[bytes, Reply]) -> None:
        """Keep ``replies``; on disk when this returns."""
        now = time.time()
        rows: Iterable[tuple[bytes, str, bytes, float]] = [
            (key, model, msgspec.json.encode(reply), now) for key, reply in replies.items()
        ]
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?)", rows)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._db.close()
