"""``mean_score``: the mean of a scorer's scores, where replies are graded rather than right or wrong.

mean over replies of ``score`` in [0, 1] (ROUGE, judges, sets of checks); interval by clip.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import mean
from audiotest.analyse.trials import NotMeasured, Trials, clip_of, verdict_of
from audiotest.registry import SCORERS
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
shown_under = ("original", "others")
per_scorer = on_screen = True


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Mean score of ``scorer`` under ``condition``."""
    scores = [
        (v.score, clip_of(r))
        for r in trials.under(condition, tags)
        if (v := verdict_of(r, scorer)) is not None and v.counted and v.score is not None
    ]
    if not scores:
        raise NotMeasured(f"no reply under {condition} has a score")
    return mean([score for score, _ in scores], [clip for _, clip in scores], low=0, high=1)


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer grades: where all scores are 0 or 1, the mean is the accuracy. Scores that are pooled into a
    figure of their own, as word errors are, have no mean beside it."""
    names = {scorer or next(iter(record.verdicts), "") for record in trials.under(condition)}
    if any(name in SCORERS and SCORERS.get(name).pooled_by for name in names):
        return False
    verdicts = (verdict_of(r, scorer) for r in trials.under(condition))
    return any(v is not None and v.counted and v.score not in (None, 0, 1) for v in verdicts)
