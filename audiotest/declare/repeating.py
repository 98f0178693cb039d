"""Cases that are asked several times: ``repeats`` of a suite, or ``--repeats N``.

Each repeat is a case of its own, with the id of its case and ``~2``, ``~3``... behind it (which no id of a person's can
have), so it has its own trial, record and node id. It shows the same: conditions draw from the case's own id. Only the
model's seed differs, and its reply is kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from audiotest.declare.suite import Suite
from audiotest.types import Case, origin_of

_MARK = re.compile(r"~([1-9]\d{0,5})$")
MOST = 1000


def repeat_of(case: Case, number: int) -> Case:
    """``case`` as its repeat ``number``, from 1: the case itself."""
    return case if number == 1 else replace(case, id=f"{case.id}~{number}", repeat=number)


def repeated(suite: Suite, repeats: int) -> Suite:
    """``suite`` with every case ``repeats`` times, repeats of a case next to each other."""
    if repeats < 2:
        return suite
    cases = tuple(repeat_of(case, number) for case in suite.cases for number in range(1, repeats + 1))
    return replace(suite, cases=cases, whole=suite.whole * repeats, repeats=repeats)


def further(case: Case, repeats: int, count: int) -> list[Case]:
    """``count`` more repeats of ``case``, numbered above the ``repeats`` that its suite has, and apart from those of
    the case's other repeats."""
    first = repeats + (case.repeat - 1) * count + 1
    own = replace(case, id=origin_of(case.id), repeat=1)
    return [repeat_of(own, number) for number in range(first, first + count)]


def find(cases: Mapping[str, Case], name: str) -> Case:
    """The case of this id among ``cases``, or that repeat of one. Raises KeyError for none."""
    if name in cases:
        return cases[name]
    match = _MARK.search(name)
    if match is None:
        raise KeyError(name)
    return repeat_of(cases[origin_of(name)], int(match.group(1)))
