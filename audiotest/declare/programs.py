"""Programs of others that a suite names (:mod:`audiotest.foreign_code`), as problems while nobody has allowed them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from audiotest import foreign_code
from audiotest.declare.document import placed
from audiotest.declare.problems import Path as KeyPath
from audiotest.declare.problems import Problem
from audiotest.registry import SCORERS
from audiotest.types import Check

if TYPE_CHECKING:
    from audiotest.declare.suite import Suite


def unallowed(suite: Suite, shown: str = "") -> list[Problem]:
    """The scorers of ``suite``, and the checks of its cases, that would run somebody's program; none where that is
    allowed. ``shown``: how messages name its file."""
    if foreign_code.allowed():
        return []
    shown = shown or suite.path or f"<the suite {suite.name}>"
    faults: list[tuple[KeyPath, str]] = [
        (("scorers", i), foreign_code.refusal(what))
        for i, check in enumerate(suite.scorers)
        if (what := _program(check))
    ]
    if faults and suite.path:
        problems = placed(faults, shown, Path(suite.path).read_bytes())
    else:
        problems = [Problem(shown, 1, 1, path, message) for path, message in faults]
    for case in suite.cases:
        for i, check in enumerate(case.expect):
            if what := _program(check):
                where = (case.file or shown, max(1, case.line), 1)
                problems.append(Problem(*where, ("expect", i), foreign_code.refusal(what)))
    return problems


def _program(check: Check) -> str:
    """What the check would run; "" for nothing but audiotest's own."""
    program = SCORERS.get(check.name).program if check.name in SCORERS else None
    return str(program(**check.options)) if program is not None else ""
