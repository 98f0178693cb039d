"""One writer for each folder: a lock that ends with its process, however that ends."""

from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from audiotest.errors import AudiotestError
from audiotest.private import opener

LOCK, OWNER = ".audiotest.lock", ".audiotest.owner"
_SILENCE_S = 600.0
"""A run on another machine that has written nothing for so long has ended."""
_LONGEST = 200
"""Characters of a command line that are shown."""
_LARGEST_NOTE = 64 << 10
"""Bytes that are read of a file beside a run; a longer one is none of ours."""
T = TypeVar("T")


class FolderInUse(AudiotestError):
    """A folder that another process is writing to; names it."""


class Owner(msgspec.Struct):
    """Who holds a lock."""

    pid: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    host: str
    command: str


class FolderLock:
    """Holds ``folder`` from the moment it is made until :meth:`release`, or the end of this process.

    The operating system keeps the lock (``flock``), so one whose process was killed is free at once; beside it a small
    file says who has it. Raises :class:`FolderInUse`, and OSError where no file can be made.
    """

    def __init__(self, folder: Path) -> None:
        import filelock

        self._owner = folder / OWNER
        self._file = folder / LOCK
        self._lock = filelock.FileLock(self._file, timeout=0, mode=0o600, thread_local=False)
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise FolderInUse(
                f"{_named(self._owner)} is writing to {folder}; wait for its end, or name another folder"
            ) from None
        command = " ".join(map(str, sys.argv))[:_LONGEST] if sys.argv else ""
        try:
            with open(self._owner, "wb", opener=opener) as file:
                file.write(msgspec.json.encode(Owner(os.getpid(), platform.node(), command)))
        except OSError:  # no space: the lock holds all the same
            pass

    def release(self) -> None:
        """Let go of the folder, and leave nothing behind in it. May be called again."""
        if self._lock.is_locked:
            try:
                self._owner.unlink(missing_ok=True)
                self._file.unlink(missing_ok=True)  # whoever has it open by now sees that it is gone, and makes another
            finally:
                self._lock.release()


def being_written(folder: Path) -> bool:
    """Whether a process writes to ``folder``, as far as that can be known without taking the lock: whoever is noted as
    its holder lives, or was active a moment ago on another machine."""
    holder = noted(folder / OWNER, Owner)
    if holder is None:
        return False
    if holder.host != platform.node() or os.name == "nt":  # there, signal 0 is no question but Ctrl-C
        newest = max((p.stat().st_mtime for p in folder.glob("*.jsonl")), default=0.0)
        return time.time() - newest < _SILENCE_S
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        pass
    return True


def noted(path: Path, kind: type[T]) -> T | None:
    """What a file says that stands beside a run; None where there is none, or none that can be read. A folder can come
    from anywhere: links are not followed, and pipes not waited for."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_LARGEST_NOTE), type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _named(owner: Path) -> str:
    holder = noted(owner, Owner)
    if holder is None:
        return "another run"
    here = "" if holder.host == platform.node() else f" on {holder.host}"
    return f"another run (process {holder.pid}{here}: {holder.command})"
