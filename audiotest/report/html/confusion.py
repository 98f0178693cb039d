"""Which class was taken for which, in suites that classify: all their questions have the same options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audiotest.analyse.trials import verdict_of
from audiotest.types import Record

_MOST_CLASSES = 20


def confusions(records: Iterable[Record]) -> dict[str, Any]:
    """For suites whose questions all have the same options: how often each was chosen for each, and how often none
    could be read. Questions with several right options are left out. ``counts[i][j]``: ``labels[i]`` was right and
    ``labels[j]`` was chosen."""
    by_suite: dict[str, list[Record]] = {}
    for record in records:
        if record.condition == "original" and record.choices:
            by_suite.setdefault(record.suite, []).append(record)
    tables = {}
    for suite, rows in by_suite.items():
        labels = sorted(rows[0].choices)
        if not 1 < len(labels) <= _MOST_CLASSES or any(sorted(r.choices) != labels or r.choice_sounds for r in rows):
            continue
        counts, unread = [[0] * len(labels) for _ in labels], [0] * len(labels)
        for record in rows:
            verdict = verdict_of(record)
            if record.answers or record.answer not in labels or verdict is None:
                continue
            right = labels.index(record.answer)
            if verdict.choice is None:
                unread[right] += 1
            else:
                counts[right][labels.index(record.choices[verdict.choice])] += 1
        tables[suite] = {"labels": labels, "counts": counts, "unread": unread}
    return tables
