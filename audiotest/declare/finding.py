"""Which of the files that pytest comes across are suites. Quick to load: everybody's YAML files are looked at."""

from __future__ import annotations

import re
from pathlib import Path

_SUITE_LINE = re.compile(rb"^(?:\xef\xbb\xbf)?\{?\s*[\"']?suite[\"']?\s*:|suite\.schema\.json", re.MULTILINE)
_MEANT = re.compile(rb"^[\"']?(?:cases|scorers|conditions|gates|join_clips|audio_root)[\"']?\s*:", re.MULTILINE)
"""Keys of a suite that lacks its first, where suites are kept: it is reported, and not passed over."""
_NO_SUITES = {"published.yaml", "published.yml"}


def is_suite(path: Path, root: Path, named: bool) -> bool:
    """Whether a file below ``root`` that pytest came across is a suite.

    It is if it was ``named`` on the command line, says ``suite:`` at the start of a line, or has the modeline of the
    suites' schema. Below a folder called ``suites``, and if it is called ``suite.yaml``, other keys of suites will do:
    a suite that has lost its name is an error there, while somebody's ``suites/compose.yaml`` is none of ours. Files
    below the ``cases/`` of a folder suite belong to it.
    """
    if path.suffix not in (".yaml", ".yml") or path.name in _NO_SUITES:
        return False
    home = path.parent
    if home.name == "cases" and any((home.parent / n).is_file() for n in ("suite.yaml", "suite.yml")):
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
    return bool(_SUITE_LINE.search(text) or (kept_here and _MEANT.search(text)))
