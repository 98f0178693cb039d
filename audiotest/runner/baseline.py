"""``--baseline``: what an earlier run says of its trials and gates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from audiotest.analyse.change import Key, key, met
from audiotest.registry import SCORERS, version_of
from audiotest.runs import read_records, read_summary


class Baseline(Struct, frozen=True):
    """``trials``: of every judged trial whether it showed what was expected; ``gates``: (suite, gate) that failed;
    ``doubts``: why they may not be what this audiotest would say of the same replies."""

    trials: dict[Key, bool] = {}
    gates: frozenset[tuple[str, str]] = frozenset()
    doubts: tuple[str, ...] = ()


def read_baseline(folder: str | None) -> Baseline:
    """The baseline in ``folder``; raises RunError."""
    if not folder:
        return Baseline()
    records, summary = read_records(folder), read_summary(folder)
    return Baseline(
        {key(r): found for r in records if (found := met(r)) is not None},
        frozenset((s, g["name"]) for s, of in summary["suites"].items() for g in of["gates"] if g["passed"] is False),
        tuple(_other_scorers(folder, summary.get("scorers") or {})),
    )


def _other_scorers(folder: str, judged: dict[str, Any]) -> Iterator[str]:
    """What got worse by a scorer of another version may be the reading, and not the model."""
    for name in sorted(judged.keys() & set(SCORERS.names())):
        now = version_of(SCORERS.get(name))
        if judged[name] != now:
            yield (
                f"the baseline was judged by version {judged[name]} of the scorer {name!r}, and this is version {now}: "
                f"`audiotest rescore {folder} --scorer {name} --into DIR` judges it anew"
            )
