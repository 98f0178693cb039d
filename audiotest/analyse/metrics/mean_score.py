"""``mean_score``: the mean of a scorer's scores, where replies are graded rather than right or wrong.

mean over replies of ``score`` in [0, 1] (ROUGE, judges, sets of checks); bootstrap interval, clustered by clip.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import mean
from audiotest.analyse.trials import NotMeasured, Trials, verdict_of
from audiotest.types import Estimate

RANGE = (0.0, 1.0)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Mean score of ``scorer`` under ``condition``."""
    found = [
        (v.score, r.clip or r.case)
        for r in trials.under(condition, tags)
        if (v := verdict_of(r, scorer)) is not None and v.counted and v.score is not None
    ]
    if not found:
        raise NotMeasured(f"no reply under {condition} has a score")
    return mean([score for score, _ in found], [clip for _, clip in found])
