"""A seeded sample of a suite's cases: the same on every machine, in every process and with every version of Python.

Each case has a number of its own, the SHA-256 of the seed and its id; a group keeps those with the smallest. So the
sample does not depend on the order of the files, a larger sample holds the smaller one of a suite without groups, and
a case that is added moves at most itself in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from audiotest.types import Case

if TYPE_CHECKING:
    from audiotest.declare.suite import Sample, Suite

V = TypeVar("V", str, tuple[str, ...])


def sampled(cases: Sequence[Case], n: int, *, by: str = "", seed: int = 0) -> tuple[Case, ...]:
    """``n`` of ``cases`` in their order; all of them where there are no more.

    ``by`` names a tag: each of its values gets its share of ``n``, rounded by the largest remainder, so that no value
    is more than one case off. Cases without the tag are a group of their own.
    """
    if n >= len(cases):
        return tuple(cases)
    groups: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        groups.setdefault(case.tags.get(by, ()), []).append(case)
    counts = quotas({value: len(group) for value, group in groups.items()}, n)
    chosen: set[str] = set()
    for value, group in groups.items():
        chosen |= {c.id for c in sorted(group, key=lambda c: _place(c.id, seed))[: counts[value]]}
    return tuple(case for case in cases if case.id in chosen)


def quotas(sizes: Mapping[V, int], n: int) -> dict[V, int]:
    """How many of ``n`` each group of these ``sizes`` gets: its share, rounded by the largest remainder."""
    total = sum(sizes.values())
    shares = {value: n * size / total for value, size in sizes.items()}
    counts = {value: int(share) for value, share in shares.items()}
    order = sorted(shares, key=lambda value: (counts[value] - shares[value], value))
    for value in order[: n - sum(counts.values())]:
        counts[value] += 1
    return counts


def declared_sample(suite: Suite) -> Suite:
    """``suite`` with the sample that it asks for in the place of its cases; ``whole`` says how many there are."""
    wanted: Sample | None = suite.sample
    if wanted is None or suite.whole:
        return suite
    cases = sampled(suite.cases, wanted.n, by=wanted.by, seed=wanted.seed)
    return replace(suite, cases=cases, whole=len(suite.cases) + len(suite.invalid))


def _place(case: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{case}".encode()).digest()
