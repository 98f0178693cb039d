"""What distinguishes the files of a local model from those that were there before."""

from __future__ import annotations

import hashlib
from pathlib import Path

from audiotest.models.weights.sources import local

_READ = 1 << 20
"""Bytes up to which a file's content identifies it: scripts and configurations, whose times a checkout changes."""


def state_of(*named: str) -> str:
    """The state of these files, and of the files in these folders (or of ``weights:NAME``): small ones by their
    content, weights, which are too large to be read for it, by size and time. Empty where nothing is here, such as for
    names on the hub, whose revisions identify them."""
    states = [(file.name, _state(file)) for name in named if name for file in _files(Path(local(name)))]
    return f" {hashlib.sha256(repr(states).encode()).hexdigest()[:16]}" if states else ""


def _state(file: Path) -> tuple[int, int | bytes]:
    stat = file.stat()
    small = stat.st_size <= _READ
    return stat.st_size, hashlib.sha256(file.read_bytes()).digest() if small else stat.st_mtime_ns


def _files(path: Path) -> list[Path]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [file for file in files if file.is_file()]
