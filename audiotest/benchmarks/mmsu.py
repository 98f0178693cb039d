"""MMSU: 5,000 questions on spoken language in 47 tasks (arXiv 2506.04779, ICLR 2026).

The suite is a mapping of the hub's ``ddwang2000/MMSU``, split ``train``: ``id``, ``audio``, ``question``, ``choice_a``
to ``choice_d``, ``answer_gt`` (an option's text), ``task_name``, ``category`` (Perception, Reasoning),
``sub-category``, ``sub-sub-category`` and ``linguistics_sub_discipline``. Here is its table alone, by category and
sub-category, as ``mmsu_evaluation.py`` of dingdongwang/MMSU prints it at commit 217d1d3.
"""

from __future__ import annotations

from audiotest.benchmarks import tables
from audiotest.types import Record, Verdict

CATEGORIES = ("Perception", "Reasoning")
SUB_CATEGORIES = ("Linguistics", "Paralinguistics")


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """Accuracy in percent over all items, by category, and by sub-category of each; of those that the rule counts."""
    row = {"Overall": tables.accuracy(pairs)}
    for category in CATEGORIES:
        own = [pair for pair in pairs if _has(pair, "category", category)]
        row[category] = tables.accuracy(own)
        for part in SUB_CATEGORIES:
            row[f"{category}: {part}"] = tables.accuracy([pair for pair in own if _has(pair, "sub-category", part)])
    return tables.there(row)


def _has(pair: tuple[Record, Verdict], tag: str, value: str) -> bool:
    return value.lower() in (one.lower() for one in pair[0].tags.get(tag, ()))
