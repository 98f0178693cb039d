"""Which other case lends something to a case: the next ones in a seeded cycle through the suite.

Everybody gets another's, and each one's goes to another; the cycle depends on the run's seed and the suite alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from audiotest.declare.condition import number
from audiotest.declare.suite import Suite
from audiotest.types import Case


def others(suite: Suite, case: Case, seed: int, *, audio: bool = False) -> Iterator[Case]:
    """The other cases of ``suite`` (``audio``: those with a clip), from the one after ``case`` in the cycle on."""
    order, places = _cycle(_Suite(suite), seed, audio)
    start = places.get(case.origin, 0)
    for step in range(1, len(order)):
        yield suite.cases[order[(start + step) % len(order)]]


def named(suite: Suite, name: str, seed: int) -> Case | None:
    """The case with the id ``name``; None if the suite has no such case."""
    order, places = _cycle(_Suite(suite), seed, False)
    return suite.cases[order[places[name]]] if name in places else None


class _Suite:
    """A suite as a key: suites are distinguished by path and content, not by comparing all of their cases."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._key = (suite.path, suite.digest, len(suite.cases), suite.name)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Suite) and self._key == other._key


@lru_cache(maxsize=16)
def _cycle(key: _Suite, seed: int, audio: bool) -> tuple[list[int], dict[str, int]]:
    cases = key.suite.cases
    fit = [i for i, case in enumerate(cases) if case.repeat == 1 and (case.clips or not audio)]
    rng = np.random.default_rng(number(seed, "", "the cycle of other clips"))
    order = [fit[i] for i in rng.permutation(len(fit))]
    return order, {cases[i].id: place for place, i in enumerate(order)}
