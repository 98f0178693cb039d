"""Replies on disk, by content: a run that crashed or is repeated asks nothing twice.

One SQLite file in WAL mode, which several workers read and write at once. The key is a hash over the model's
identity, the generation settings, the rendered prompt and the sound after the condition; the value is
the reply. A file that is damaged, or was written by an audiotest with another schema, is set aside under another name
and a new one begun; a row that cannot be read is asked for again: a cache may be lost, a run may not. A database that
is not a cache of ours is refused and not touched.

Several runs may share the file. What one of them has been answered the others find; but two that ask the same at the
same moment both ask: nobody can know whether a process that has a request under way will ever be answered, and a run
that waited for it would stand still with it. So a cache under several writers may ask twice, and never loses a reply.
The workers of one run have different trials, and do not.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from audiotest.declare.problems import printable
from audiotest.errors import AudiotestError
from audiotest.private import make_folder, opener
from audiotest.types import Reply

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key BLOB PRIMARY KEY, model TEXT NOT NULL, reply BLOB NOT NULL, at REAL NOT NULL
) WITHOUT ROWID
"""
_APPLICATION, _VERSION = 0x41754474, 1
"""What marks the file as ours, and the version of its schema. Files from before there was either have 0 for both."""
_COLUMNS = ["key", "model", "reply", "at"]
_WHICH = "(?1 IS NULL OR model = ?1) AND (?2 IS NULL OR at < ?2)"
_HEAD = b"SQLite format 3\x00"
_AT_ONCE = 500  # SQLite takes at least 999 variables a statement
_PATIENCE_S = 60.0
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class NoCache(AudiotestError):
    """A file that is named as the cache and is something else, or a place where none can be kept."""


class _OtherSchema(AudiotestError):
    """A cache that this audiotest cannot read."""


class ReplyStore:
    """Replies by key, in the file ``path``. Safe for several processes; each opens its own.

    Raises :class:`NoCache` for a file that is something else, which is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._full = self._unreadable = False
        self._lock = threading.RLock()  # replies may arrive in another thread
        try:
            make_folder(path.parent)
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
            self._set_aside(f"was damaged ({error})")
        except _OtherSchema as error:
            self._set_aside(str(error))
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        open(self.path, "ab", opener=opener).close()  # SQLite gives the files beside it the mode of this one
        db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        db.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            if _is_new(db, self.path):
                _when_free(lambda: db.execute(_SCHEMA))
                _when_free(lambda: db.execute(f"PRAGMA application_id={_APPLICATION}"))
                _when_free(lambda: db.execute(f"PRAGMA user_version={_VERSION}"))
            _when_free(lambda: db.execute("PRAGMA journal_mode=WAL"))
            db.execute("PRAGMA synchronous=NORMAL")
        except (sqlite3.DatabaseError, AudiotestError):
            db.close()
            raise
        return db

    def _past_damage(self, do: Callable[[], T]) -> T:
        """``do``, which may meet damage that did not show when the file was opened. Another process may have set that
        file aside already, so it is opened again before that is done here."""
        for aside in (False, True):
            try:
                return do()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._db.close()
                if aside:
                    self._set_aside(f"was damaged ({error})")
                self._db = self._open()
        return do()

    def _set_aside(self, reason: str) -> None:
        word = "damaged" if "damaged" in reason else "other"
        stamp = f"{self.path.name}.{word}-{time.strftime('%Y%m%d-%H%M%S')}"
        names = (stamp if n == 1 else f"{stamp}-{n}" for n in itertools.count(1))
        aside = next(path for path in map(self.path.with_name, names) if not path.exists())
        self.path.replace(aside)
        for tail in ("-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)
        warnings.warn(f"the reply cache {reason}; it is now {aside} and a new one begins", stacklevel=2)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Reply]:
        """The replies that there are for ``keys``; none for one that cannot be read."""
        try:
            with self._lock:
                return self._past_damage(lambda: self._get(keys))
        except sqlite3.OperationalError as error:
            if not self._unreadable:
                warnings.warn(f"replies are not looked up in {self.path}, which cannot be read: {error}", stacklevel=2)
            self._unreadable = True
            return {}

    def _get(self, keys: Sequence[bytes]) -> dict[bytes, Reply]:
        replies: dict[bytes, Reply] = {}
        for i in range(0, len(keys), _AT_ONCE):
            some = keys[i : i + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, CAST(reply AS BLOB) FROM replies WHERE key IN ({marks})"  # noqa: S608 - question marks
            for key, stored in self._db.execute(query, some):
                if (reply := _read(stored)) is not None:
                    replies[key] = reply
        return replies

    def times(self, keys: Sequence[bytes]) -> dict[bytes, float]:
        """When the replies to ``keys`` were kept, in seconds since 1970; those that there are."""
        with self._lock:
            return self._past_damage(lambda: self._times(keys))

    def _times(self, keys: Sequence[bytes]) -> dict[bytes, float]:
        kept: dict[bytes, float] = {}
        for i in range(0, len(keys), _AT_ONCE):
            some = keys[i : i + _AT_ONCE]
            marks = ",".join("?" * len(some))
            kept.update(self._db.execute(f"SELECT key, at FROM replies WHERE key IN ({marks})", some))  # noqa: S608
        return kept

    def put(self, model: str, replies: Mapping[bytes, Reply]) -> None:
        """Keep ``replies``; on disk when this returns. Where there is no space for them any more, that is reported once
        and the run goes on without."""
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
        """(key, model, time in seconds since 1970, reply) of every reply that can be read, or of one model's."""
        query = "SELECT key, model, at, CAST(reply AS BLOB) FROM replies WHERE ?1 IS NULL OR model = ?1"
        for key, name, at, stored in self._db.execute(query, (model,)):
            if (reply := _read(stored)) is not None:
                yield key, name, at, reply

    def count(self, model: str | None = None, older_than: float | None = None) -> int:
        """How many replies are of ``model`` and older than so many days (None: whatever)."""
        cursor = self._db.execute(f"SELECT COUNT(*) FROM replies WHERE {_WHICH}", (model, _before(older_than)))  # noqa: S608
        return int(cursor.fetchone()[0])

    def prune(self, model: str | None = None, older_than: float | None = None) -> None:
        """Delete what :meth:`count` counts, and give the space back to the disk."""
        self._db.execute(f"DELETE FROM replies WHERE {_WHICH}", (model, _before(older_than)))  # noqa: S608
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _is_new(db: sqlite3.Connection, path: Path) -> bool:
    """Whether the file holds nothing yet; False for a cache of ours. Nothing is written.

    Raises :class:`_OtherSchema` for a cache with another schema, and :class:`NoCache` for a database of somebody else:
    one with tables but no ``replies``, or with others beside it, and without our mark.
    """
    pragmas = ("application_id", "user_version")
    application, version = (int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in pragmas)
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")}
    if not tables and application in (0, _APPLICATION):
        return True
    if application != _APPLICATION and (application or tables != {"replies"}):
        some = ", ".join(map(printable, sorted(tables)[:3]))
        raise NoCache(f"{path} is no cache of replies, but a database with other tables ({some}); it is left as it is")
    columns = [row[1] for row in db.execute("PRAGMA table_info(replies)")]
    if columns != _COLUMNS or version not in (0, _VERSION):
        raise _OtherSchema("was written by an audiotest with another schema")
    return False


_REPLY = msgspec.json.Decoder(Reply)
"""Made here, since a type that two threads are the first to decode crashes the interpreter (msgspec 0.22)."""


def _read(stored: bytes | None) -> Reply | None:
    """A reply as it was kept; None for what is none."""
    try:
        return _REPLY.decode(stored or b"")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


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
    """A damaged cache is set aside; what only bears its name, as after a slip on the command line, is not touched: not
    even as SQLite itself would, which tidies up what it opens."""
    if not path.exists():
        return
    with path.open("rb") as file:
        head = file.read(len(_HEAD))
    if head == _HEAD:
        untouched = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        with closing(untouched), suppress(sqlite3.DatabaseError, _OtherSchema):
            _is_new(untouched, path)
    elif head and path.suffix != ".sqlite":
        raise NoCache(f"{path} is no cache of replies, but some other file; it is left as it is")


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC)


def _before(days: float | None) -> float | None:
    return None if days is None else time.time() - days * 86400
