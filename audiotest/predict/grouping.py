"""How tests that are no trials get to xdist's workers: by what ``--dist`` says belongs together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_FEW = 4
"""Tests that have nothing to do with each other and go out together all the same: fewer messages."""


def _group(nodeid: str) -> str:
    # xdist's workers put an `@` and the group behind the id; one in a parameter's brackets is none.
    return nodeid.rpartition("@")[2] if nodeid.rfind("@") > nodeid.rfind("]") else nodeid


_SCOPES: dict[str, Callable[[str], str]] = {
    "loadfile": lambda nodeid: nodeid.partition("::")[0],
    "loadscope": lambda nodeid: nodeid.rsplit("::", 1)[0],
    "loadgroup": _group,
}


def groups(nodeids: Sequence[str], dist: str) -> list[list[str]]:
    """The tests that one worker has to run, for each group of them; small groups where any worker may run any test."""
    if dist not in _SCOPES:
        return [list(nodeids[i : i + _FEW]) for i in range(0, len(nodeids), _FEW)]
    groups: dict[str, list[str]] = {}
    for nodeid in nodeids:
        groups.setdefault(_SCOPES[dist](nodeid), []).append(nodeid)
    return list(groups.values())
