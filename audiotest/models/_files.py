"""What tells the files of a local model from those that stood there before."""

from __future__ import annotations

import hashlib
from pathlib import Path


def state_of(*named: str) -> str:
    """The state of these files, and of the files in these folders, by their sizes and times: weights are too large to
    be read for it. Empty where nothing is here, such as for names on the hub, whose revisions tell."""
    found = [file for name in named if name for file in _files(Path(name))]
    stats = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in found]
    return f" {hashlib.sha256(repr(stats).encode()).hexdigest()[:16]}" if stats else ""


def _files(path: Path) -> list[Path]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [file for file in files if file.is_file()]
