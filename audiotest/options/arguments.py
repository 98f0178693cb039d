"""The paths on pytest's command line, and the node ids of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

GATES = "gates"
"""What stands for the condition in the node ids of gates."""


class CommandLine(Protocol):
    """What pytest's config has of it."""

    args: list[str]
    option: Any
    invocation_params: Any

    @property
    def rootpath(self) -> Path:
        """The folder from which node ids begin."""


def named(path: Path, config: CommandLine) -> bool:
    """Whether the command line names this file itself."""
    return any(place == path for place, _ in arguments(config))


def file_id(path: Path, config: CommandLine) -> str:
    """The node id of a suite's file: its path from the root folder, or its whole path if it lies elsewhere, where
    pytest's own id does not lead back to it."""
    root = config.rootpath
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def arguments(config: CommandLine) -> Iterator[tuple[Path, list[str]]]:
    """Every path on the command line, as pytest itself reads it (``../suites`` is where it leads), with the names that
    follow it in a node id."""
    for argument in config.args:
        place, *parts = str(argument).split("::")
        yield Path(os.path.abspath(config.invocation_params.dir / place)), parts


def named_cases(config: CommandLine, path: Path, condition: str) -> frozenset[str] | None:
    """The cases of ``condition`` in the suite at ``path`` that the command line names one by one; None if it asks for
    all of them, or in a way that only pytest can read (a package's name). Of 20,000 cases the others then need not be
    made to be thrown away."""
    if config.option.pyargs:
        return None
    named = set()
    for given, parts in arguments(config):
        if given == path and parts[:1] == [GATES]:
            return None
        if given == path and len(parts) == 2:
            named.add((parts[0], parts[1]))
        elif (given == path or given in path.parents) and (not parts or parts == [condition]):
            return None
    return frozenset(case for name, case in named if name == condition)
