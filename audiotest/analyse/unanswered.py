"""Replies that are no answer: cut before they came to one, empty, or taken away by a content filter.

None of them is a wrong answer that the model gave, nor a hallucination where it should have declined. How many there
are stands beside the figures, and before them where there is nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from audiotest.analyse.trials import verdict_of
from audiotest.types import CUT, Record

FILTER = "content filter"
"""In the reason of a record whose reply an endpoint's filter took away."""


def fault(record: Record) -> str:
    """``cut``, ``empty`` or ``filtered``: what is wrong with the reply itself, whatever was read from it; "" for
    nothing."""
    reply = record.reply
    if reply is None:
        return "filtered" if record.outcome == "error" and FILTER in record.reason else ""
    if reply.finish == "content_filter":
        return "filtered"
    if not reply.text.strip():
        return "empty"
    return "cut" if reply.finish in CUT else ""


def unanswered(record: Record) -> bool:
    """Whether there is no answer for such a reason: a cut reply that had concluded before is one."""
    verdict = verdict_of(record)
    return bool(fault(record)) and not (verdict is not None and verdict.status == "read")


def faults(records: Iterable[Record]) -> tuple[Counter[str], int, int]:
    """(how many replies have which fault, how many of these were answers all the same, how many trials were asked)."""
    counts: Counter[str] = Counter()
    read = asked = 0
    for record in records:
        if record.outcome in ("skipped", "unsupported") and record.reply is None:
            continue
        asked += 1
        if kind := fault(record):
            counts[kind] += 1
            read += not unanswered(record)
    return counts, read, asked
