"""Which figure stands for a suite: its accuracy, or what its deciding scorer's verdicts are pooled into (``wer``)."""

from __future__ import annotations

from collections.abc import Iterable

from audiotest.registry import METRICS, SCORERS
from audiotest.types import Record


def leading_metrics(records: Iterable[Record]) -> dict[str, str]:
    """The metric that stands for each suite of ``records``, by the suite's name."""
    leading: dict[str, str] = {}
    for record in records:
        scorer = next(iter(record.verdicts), "")
        if scorer and record.suite not in leading:
            pooled = SCORERS.get(scorer).pooled_by if scorer in SCORERS else ()
            leading[record.suite] = next((name for name in pooled if name in METRICS), "accuracy")
    return leading


def is_share(metric: str) -> bool:
    """Whether a figure such as ``accuracy`` or ``wer`` is written in per cent; one that is not installed is."""
    name = metric.partition(":")[0]
    return name not in METRICS or METRICS.get(name).is_share
