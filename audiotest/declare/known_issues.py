"""``known_issues`` of a suite: what people found wrong with its cases, which are then asked and in no figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from audiotest.declare.problems import Invalid
from audiotest.declare.suite_checks import Findings
from audiotest.registry import unknown
from audiotest.types import Case

GOOD_CATCH = "good catch"
"""A case that is worth keeping: nothing is wrong with it."""


def mark(
    rows: Iterable[Mapping[str, str] | None], cases: list[Case], invalid: Iterable[Invalid], findings: Findings
) -> list[Case]:
    """``cases``, those with an issue marked. An id that no case has is a warning, since a case may have been removed,
    or mended under another id."""
    known, issue_of = {*(case.id for case in cases), *(one.name for one in invalid)}, {}
    for i, row in enumerate(rows):
        name, issue = (row or {}).get("case"), (row or {}).get("issue")
        if name is None or issue is None:  # refused by the schema
            continue
        if name not in known:
            findings.warnings.append((("known_issues", i, "case"), unknown("case", name, sorted(known))))
        elif issue != GOOD_CATCH:
            issue_of[name] = issue
    return [replace(case, known_issue=issue_of[case.id]) if case.id in issue_of else case for case in cases]
