"""Files and folders that only their owner may look into.

Replies, prompts and the texts of suites may be confidential, and a machine with GPUs has many users: what audiotest
makes for itself (caches, folders of runs) gets the modes 0700 and 0600, whatever the umask says. ``AUDIOTEST_SHARED=1``
in the environment asks for the umask's modes instead. A folder that is there already keeps its mode.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

VARIABLE = "AUDIOTEST_SHARED"


def make_folder(path: Path) -> None:
    """Make ``path`` and the folders above it, where they are not there. Raises OSError."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o777 if _shared() else 0o700, exist_ok=True)


def opener(path: str, flags: int) -> int:
    """For ``open(..., opener=...)``: a file that is made gets the mode of this module."""
    return os.open(path, flags, 0o666 if _shared() else 0o600)


def write_whole(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Put ``data``, whole or in pieces, in the place of the file at ``path``, which is the old one or the new one at
    every moment. Raises OSError, and then leaves nothing behind."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)  # mode 0600
    try:
        with open(handle, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
        if _shared():
            os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _shared() -> bool:
    return os.environ.get(VARIABLE, "") not in ("", "0")


def _umask() -> int:
    """The umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
