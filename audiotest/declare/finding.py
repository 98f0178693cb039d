"""Which of the files that pytest comes across are suites. Quick to load: everybody's YAML files are looked at."""

from __future__ import annotations

import re
from pathlib import Path

SUITE_LINE = re.compile(rb"^(?:\xef\xbb\xbf)?\{?\s*[\"']?suite[\"']?\s*:|suite\.schema\.json", re.MULTILINE)
"""What every suite has: its name at the start of a line, or the modeline of the schema."""
_MEANT = re.compile(rb"^[\"']?(?:cases|scorers|conditions|gates|join_clips|audio_root|extends)[\"']?\s*:", re.MULTILINE)
"""Keys of a suite that lacks its first, where suites are kept: it is reported, and not passed over."""
_NO_SUITES = {"published.yaml", "published.yml"}


def may_be_suite(path: Path) -> bool:
    """Whether a file is YAML of its own: neither a table of published scores, nor a part of a folder suite."""
    if path.suffix not in (".yaml", ".yml") or path.name in _NO_SUITES:
        return False
    home = path.parent
    return home.name != "cases" or not any((home.parent / name).is_file() for name in ("suite.yaml", "suite.yml"))


def is_suite(path: Path, root: Path, named: bool) -> bool:
    """Whether a file below ``root`` that pytest came across is a suite.

    It is if it was ``named`` on the command line, says ``suite:`` at the start of a line, or has the modeline of the
    suites' schema. Below a folder called ``suites``, and if it is called ``suite.yaml``, other keys of suites will do:
    a suite that has lost its name is an error there, while somebody's ``suites/compose.yaml`` is none of ours. Files
    below the ``cases/`` of a folder suite belong to it.
    """
    if not may_be_suite(path):
        return False
    if named:
        return True
    try:
        below = path.relative_to(root).parts[:-1]
    except ValueError:
        below = path.parts[:-1]
    try:
        text = path.read_bytes()
    except OSError:
        return False
    kept_here = "suites" in below or path.stem == "suite"
    return bool(SUITE_LINE.search(text) or (kept_here and _MEANT.search(text)))
