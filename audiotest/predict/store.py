"""Replies on disk, by content: a run that crashed or is repeated asks nothing twice.

One SQLite file in WAL mode, which several workers read and write at once. The key is a hash over the model's
identity, the generation settings, the rendered prompt and the sound after the condition; the value is
the reply. A file that is damaged is set aside under another name and a new one begun: a cache may be lost, a
run may not.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from audiotest.errors import AudiotestError
from audiotest.types import Reply

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key BLOB PRIMARY KEY, model TEXT NOT NULL, reply BLOB NOT NULL, at REAL NOT NULL
) WITHOUT ROWID
"""
_WHICH = "(?1 IS NULL OR model = ?1) AND (?2 IS NULL OR at < ?2)"
_HEAD = b"SQLite format 3\x00"
_AT_ONCE = 500  # SQLite takes at least 999 variables a statement
_PATIENCE_S = 60.0
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class NoCache(AudiotestError):
    """A file that is named as the cache and is something else, or a place where none can be kept."""


class ReplyStore:
    """Replies by key, in the file ``path``. Safe for several processes; each opens its own.

    Raises :class:`NoCache` for a file that is something else, which is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._full = False
        self._lock = threading.RLock()  # replies may arrive in another thread
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_other_files(path)
            self._db = self._open()
        except (OSError, sqlite3.OperationalError) as error:
            raise NoCache(f"no replies can be kept in {path}: {error}") from None

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # no permission, no space, locked for long: not damage
            self._set_aside(error)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        try:
            _when_free(lambda: db.execute("PRAGMA journal_mode=WAL"))
            db.execute("PRAGMA synchronous=NORMAL")
            _when_free(lambda: db.execute(_SCHEMA))
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _past_damage(self, do: Callable[[], T]) -> T:
        """``do``, which may meet damage that did not show when the file was opened. Another process may have set that
        file aside already, so it is opened anew before that is done here."""
        for aside in (False, True):
            try:
                return do()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._db.close()
                if aside:
                    self._set_aside(error)
                self._db = self._open()
        return do()

    def _set_aside(self, error: Exception) -> None:
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
        self.path.replace(aside)
        for tail in ("-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)
        warnings.warn(f"the reply cache was damaged ({error}); it is now {aside} and a new one begins", stacklevel=2)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Reply]:
        """The replies that there are for ``keys``."""
        with self._lock:
            return self._past_damage(lambda: self._get(keys))

    def _get(self, keys: Sequence[bytes]) -> dict[bytes, Reply]:
        found: dict[bytes, Reply] = {}
        for i in range(0, len(keys), _AT_ONCE):
            some = keys[i : i + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, reply FROM replies WHERE key IN ({marks})"  # noqa: S608 - marks are question marks
            for key, reply in self._db.execute(query, some):
                found[key] = msgspec.json.decode(reply, type=Reply)
        return found

    def put(self, model: str, replies: Mapping[bytes, Reply]) -> None:
        """Keep ``replies``; on disk when this returns. Where there is no space for them any more, that is told once and
        the run goes on without."""
        try:
            with self._lock:
                self._past_damage(lambda: self._put(model, replies))
        except sqlite3.OperationalError as error:
            if not self._full:
                warnings.warn(f"replies are not kept any more, {self.path} cannot be written: {error}", stacklevel=2)
            self._full = True

    def _put(self, model: str, replies: Mapping[bytes, Reply]) -> None:
        now = time.time()
        rows: Iterable[tuple[bytes, str, bytes, float]] = [
            (key, model, msgspec.json.encode(reply), now) for key, reply in replies.items()
        ]
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?)", rows)
        except BaseException:
            if self._db.in_transaction:  # SQLite may have rolled back already, as when the disk is full
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def models(self) -> list[tuple[str, int, datetime, datetime]]:
        """(model, replies, time of the oldest, of the newest) of every model, the most replies first."""
        query = "SELECT model, COUNT(*), MIN(at), MAX(at) FROM replies GROUP BY model ORDER BY COUNT(*) DESC"
        return [(m, n, _time(first), _time(last)) for m, n, first, last in self._db.execute(query)]

    def rows(self, model: str | None = None) -> Iterator[tuple[bytes, str, float, Reply]]:
        """(key, model, time in seconds since 1970, reply) of every reply, or of one model's."""
        for key, name, at, reply in self._db.execute(
            "SELECT key, model, at, reply FROM replies WHERE ?1 IS NULL OR model = ?1", (model,)
        ):
            yield key, name, at, msgspec.json.decode(reply, type=Reply)

    def count(self, model: str | None = None, older_than: float | None = None) -> int:
        """How many replies are of ``model`` and older than so many days (None: whatever)."""
        found = self._db.execute(f"SELECT COUNT(*) FROM replies WHERE {_WHICH}", (model, _before(older_than)))  # noqa: S608
        return int(found.fetchone()[0])

    def prune(self, model: str | None = None, older_than: float | None = None) -> None:
        """Delete what :meth:`count` counts, and give the space back to the disk."""
        self._db.execute(f"DELETE FROM replies WHERE {_WHICH}", (model, _before(older_than)))  # noqa: S608
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _when_free(do: Callable[[], object]) -> None:
    """``do``, again while another process holds the file: of a change to WAL mode SQLite reports that at once, however
    long the connection would wait for a lock."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            do()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - so that two do not meet again


def _refuse_other_files(path: Path) -> None:
    """A damaged cache is set aside; what only bears its name, as after a slip on the command line, is not touched."""
    if not path.exists() or path.suffix == ".sqlite":
        return
    with path.open("rb") as file:
        head = file.read(len(_HEAD))
    if head and head != _HEAD:
        raise NoCache(f"{path} is no cache of replies, but some other file; it is left as it is")


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC)


def _before(days: float | None) -> float | None:
    return None if days is None else time.time() - days * 86400
