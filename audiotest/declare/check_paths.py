"""Options of scorers that are paths: those that begin with a dot start from the suite's folder."""

from __future__ import annotations

import os
from collections.abc import Sequence

from msgspec.structs import replace

from audiotest.declare.lost_cases import Faults
from audiotest.registry import SCORERS
from audiotest.types import Case, Check


def placed_checks(checks: Sequence[Check], folder: os.PathLike[str]) -> tuple[tuple[Check, ...], list[tuple[int, str]]]:
    """``checks`` with paths that begin with a dot taken from ``folder``, and (place, message) of those that lead
    nowhere."""
    resolved, missing = [], []
    for i, check in enumerate(checks):
        options = dict(check.options)
        for name in SCORERS.get(check.name).paths if check.name in SCORERS else ():
            value = options.get(name)
            if isinstance(value, str) and value.startswith("."):
                options[name] = os.path.abspath(os.path.join(folder, value))
                if not os.path.exists(options[name]):
                    missing.append((i, f"there is no {value} beside the suite"))
        resolved.append(Check(check.name, options) if options != check.options else check)
    return tuple(resolved), missing


def placed_cases(cases: tuple[Case, ...], folder: os.PathLike[str]) -> tuple[tuple[Case, ...], dict[str, Faults]]:
    """``cases`` with such paths in their own checks taken from ``folder``, and, by their ids, those of which one leads
    nowhere."""
    moved: dict[str, Case] = {}
    lost: dict[str, Faults] = {}
    for case in cases:
        if any(SCORERS.get(check.name).paths for check in case.expect if check.name in SCORERS):
            checks, missing = placed_checks(case.expect, folder)
            moved[case.id] = replace(case, expect=checks)
            if missing:
                lost[case.id] = [(("expect", i), message) for i, message in missing]
    return (tuple(moved.get(case.id, case) for case in cases) if moved else cases), lost
