"""Which of the files that pytest comes across are suites. Quick to load: everybody's YAML files are looked at."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_SUITE_LINE = re.compile(rb"^(?:\xef\xbb\xbf)?\{?\s*[\"']?suite[\"']?\s*:|suite\.schema\.json", re.MULTILINE)
_MEANT = re.compile(rb"^[\"']?(?:cases|scorers|conditions|gates|join_clips|audio_root)[\"']?\s*:", re.MULTILINE)
"""Keys of a suite that lacks its first, where suites are kept: it is reported, and not passed over."""
_NO_SUITES = {"published.yaml", "published.yml"}


def is_suite(path: Path, config: pytest.Config) -> bool:
    """Whether a file that pytest came across is a suite.

    It is if it was named on the command line, says ``suite:`` at the start of a line, or has the modeline of the
    suites' schema. Below a folder called ``suites``, and if it is called ``suite.yaml``, other keys of suites will do:
    a suite that has lost its name is an error there, while somebody's ``suites/compose.yaml`` is none of ours. Files
    below the ``cases/`` of a folder suite belong to it.
    """
    if path.suffix not in (".yaml", ".yml") or path.name in _NO_SUITES:
        return False
    home = path.parent
    if home.name == "cases" and any((home.parent / n).is_file() for n in ("suite.yaml", "suite.yml")):
        return False
    if any(place == path for place, _ in arguments(config)):
        return True
    try:
        below = path.relative_to(config.rootpath).parts[:-1]
    except ValueError:
        below = path.parts[:-1]
    try:
        text = path.read_bytes()
    except OSError:
        return False
    kept_here = "suites" in below or path.stem == "suite"
    return bool(_SUITE_LINE.search(text) or (kept_here and _MEANT.search(text)))


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
