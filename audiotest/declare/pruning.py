"""Taking out of a document what its schema refused, so that the rest of it can still be looked at.

One misspelt key would otherwise hide every mistake that only the next step can find.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audiotest.declare.explaining import Violation
from audiotest.declare.problems import Path

_NAMED = frozenset({"scorers", "conditions", "expect", "gates"})
"""Lists of mappings whose keys are still worth a look where what they are given is wrong; it becomes None."""


def prune(data: Any, violations: Iterable[Violation]) -> None:
    """Take the values of ``violations`` out of ``data``: a key of a mapping goes, an item of a list becomes None."""
    for violation in violations:
        if violation.whole and violation.path:
            _take_out(data, violation.path, violation.of_key)


def _take_out(data: Any, path: Path, of_key: bool) -> None:
    parent = data
    for part in path[:-1]:
        if not _has(parent, part):
            return  # within something that is out already
        parent = parent[part]
    last = path[-1]
    if not _has(parent, last):
        return
    named = not of_key and len(path) >= 3 and path[-3] in _NAMED and isinstance(path[-2], int)
    if isinstance(parent, list) or named:
        parent[last] = None
    else:
        del parent[last]


def _has(parent: Any, part: str | int) -> bool:
    if isinstance(parent, dict):
        return part in parent
    return isinstance(parent, list) and isinstance(part, int) and part < len(parent)
