"""The items of a run that a person should look at first: those that got worse, then those that failed or broke."""

from __future__ import annotations

from collections.abc import Iterable

from audiotest.analyse.trials import verdict_of, without_sound
from audiotest.baseline import regressed
from audiotest.types import Record

_FAILED = ("failed", "missed")


def worst(records: Iterable[Record], most: int) -> list[Record]:
    """At most ``most`` records, the worst first, one of each case: regressions, failures, errors, then wrong answers to
    what could be heard. Right ones and those without a verdict are not among them."""
    ranked = sorted((record for record in records if rank(record) < _RIGHT), key=rank)
    by_case = {(record.suite, record.case): record for record in reversed(ranked)}
    return sorted(by_case.values(), key=rank)[:most]


_RIGHT = 5


def rank(record: Record) -> int:
    """0 for what regressed, up to 5 for what is right or was not judged."""
    if record.known_issue:
        return _RIGHT
    if regressed(record):
        return 0
    if record.outcome in _FAILED:
        return 1
    if record.outcome == "error":
        return 2
    verdict = verdict_of(record)
    if verdict is None or verdict.correct is not False:
        return _RIGHT
    return 4 if without_sound(record.condition) else 3
