"""The other cases of a suite, in the order in which a case borrows from them.

Conditions that show something of another case (its sound, its question) need one that is the same on every machine and
worker. All cases of a suite stand in one seeded cycle; each borrows from those that follow it. Where every case can
lend to every other, each then lends to exactly one: a derangement.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import numpy as np

from audiotest.declare.condition import number
from audiotest.declare.suite import Suite
from audiotest.words import Case

_Cycle = tuple[tuple[Case, ...], list[int], dict[str, int]]
_KEPT = 32
_cycles: OrderedDict[tuple[int, int], _Cycle] = OrderedDict()


def others(suite: Suite, case: Case, seed: int) -> Iterator[Case]:
    """All cases of ``suite`` but ``case``, from the one that follows it in the cycle of (run) ``seed`` on."""
    cases, order, places = _cycle(suite, seed)
    start = places.get(case.id, -1)
    for step in range(1, len(order) + 1):
        other = cases[order[(start + step) % len(order)]]
        if other.id != case.id:
            yield other


def named(suite: Suite, name: str, seed: int) -> Case | None:
    """The case with the id ``name``; None if the suite has no such case."""
    cases, order, places = _cycle(suite, seed)
    return cases[order[places[name]]] if name in places else None


def _cycle(suite: Suite, seed: int) -> _Cycle:
    # By identity: comparing or hashing thousands of cases costs more than the cycle. The cases are kept with it, so
    # their identity is not given to others.
    key = (id(suite.cases), seed)
    if key not in _cycles:
        rng = np.random.default_rng(number(seed, "", "the cycle of other clips"))
        order = [int(i) for i in rng.permutation(len(suite.cases))]
        _cycles[key] = (suite.cases, order, {suite.cases[i].id: place for place, i in enumerate(order)})
        if len(_cycles) > _KEPT:
            _cycles.popitem(last=False)
    _cycles.move_to_end(key)
    return _cycles[key]
