"""``evaluate``: the figure of a metric of Hugging Face's ``evaluate``, by the scorer of that name.

``level: item``: the mean over the replies; interval by clip (Student's). ``level: corpus``: what the metric gives for
all replies together; its interval is the jackknife's over clips, in at most 50 groups (Efron 1982; 20 for more than
2,000 replies), since every group means to compute the metric once more. Which figure it is, and on which scale, is the
metric's own affair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np

from audiotest.analyse.clusters import places, quantile
from audiotest.analyse.intervals import mean
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.score.metrics.loading import compute
from audiotest.types import Estimate, Verdict

shown_under = ("original", "others")
on_screen = True
_SCORER = "evaluate"
_GROUPS, _FEWER_GROUPS, _MANY = 50, 20, 2000


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The metric's figure under ``condition``."""
    judged = [
        (verdict, clip_of(record))
        for record in trials.under(condition, tags)
        if (verdict := record.verdicts.get(_SCORER)) is not None and verdict.counted
    ]
    if not judged:
        raise NotMeasured(f"no reply under {condition} was judged by `{_SCORER}`")
    verdicts, clips = [verdict for verdict, _ in judged], [clip for _, clip in judged]
    if verdicts[0].details.get("level") != "corpus":
        return mean([float(v.details["value"]) for v in verdicts if "value" in v.details], clips)
    return _of_corpus(verdicts, clips)


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer ``evaluate`` ran."""
    return any(_SCORER in record.verdicts for record in trials.by_condition.get(condition, ()))


def _of_corpus(verdicts: Sequence[Verdict], clips: Sequence[str]) -> Estimate:
    at, n = places(clips), len(verdicts)
    count = int(at.max()) + 1
    groups = min(count, _GROUPS if n <= _MANY else _FEWER_GROUPS)
    value = _computed(verdicts)
    if groups < 2:
        return Estimate(value, n=n)
    group = at % groups
    without = np.array(
        [_computed([v for v, own in zip(verdicts, group, strict=True) if own != left]) for left in range(groups)]
    )
    error = sqrt((groups - 1) / groups * float(((without - without.mean()) ** 2).sum()))
    if not error > 0:
        return Estimate(value, n=n)
    half = quantile(groups - 1) * error
    return Estimate(value, value - half, value + half, n)


def _computed(verdicts: Sequence[Verdict]) -> float:
    details: dict[str, Any] = verdicts[0].details
    replies = [str(verdict.details["reply"]) for verdict in verdicts]
    references = [verdict.details["references"] for verdict in verdicts]
    try:
        return compute(details["metric"], details["field"], replies, references, details["options"])
    except ValueError as error:
        raise NotMeasured(str(error)) from None
