"""``macro_f1``: the mean over labels of their F1, by the scorer ``labels``: rare labels count like frequent ones.

F1 of a label = 2 tp / (2 tp + fp + fn) over all replies; labels that are neither right nor named anywhere are left out,
as in scikit-learn. In [0, 1]; interval by clip (the bootstrap's). Replies that name no label are misses.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.analyse.intervals import bootstrap
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate, Record

RANGE = (0.0, 1.0)
shown_under = ("original", "others")
by_tag = on_screen = True
_SCORER = "labels"


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Mean F1 of the labels under ``condition``."""
    records = [(sets, clip_of(record)) for record in trials.under(condition, tags) if (sets := _sets(record))]
    if not records:
        raise NotMeasured(f"no reply under {condition} was judged by `{_SCORER}`")
    names = sorted({name for (expected, predicted), _ in records for name in (*expected, *predicted)})
    rows = [
        [int(name in first and name in second) for first, second in (sets, (sets[0], sets[0]), (sets[1], sets[1]))
         for name in names]
        for sets, _ in records
    ]  # fmt: skip
    return bootstrap(np.asarray(rows, dtype=np.float64), _mean_f1, [clip for _, clip in records])


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer ``labels`` ran."""
    return any(_sets(record) for record in trials.by_condition.get(condition, ()))


def _sets(record: Record) -> tuple[set[str], set[str]] | None:
    verdict = record.verdicts.get(_SCORER)
    if verdict is None or not verdict.counted or not verdict.details.get("expected"):
        return None
    return set(verdict.details["expected"]), set(verdict.details.get("predicted", ()))


def _mean_f1(sums: Floats) -> Floats:
    """From sums of shape (..., 3 x labels): both, expected, predicted. A label that a resample lacks has no part in its
    mean."""
    both, expected, predicted = np.split(sums, 3, axis=-1)
    there = expected + predicted > 0
    f1 = np.where(there, 2 * both / np.maximum(expected + predicted, 1), 0)
    return np.asarray(f1.sum(axis=-1) / np.maximum(there.sum(axis=-1), 1))
