"""The paths on pytest's command line, and the node ids of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


def named(path: Path, config: pytest.Config) -> bool:
    """Whether the command line names this file itself."""
    return any(place == path for place, _ in arguments(config))


def file_id(path: Path, config: pytest.Config) -> str:
    """The node id of a suite's file: its path from the root folder, or its whole path if it lies elsewhere, where
    pytest's own id does not lead back to it."""
    root = config.rootpath
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def arguments(config: pytest.Config) -> Iterator[tuple[Path, list[str]]]:
    """Every path on the command line, as pytest itself reads it (``../suites`` is where it leads), with the names that
    follow it in a node id."""
    for argument in config.args:
        place, *parts = str(argument).split("::")
        yield Path(os.path.abspath(config.invocation_params.dir / place)), parts
