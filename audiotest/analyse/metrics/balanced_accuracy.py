"""``balanced_accuracy``: accuracy on existence questions with both answers counting the same.

(right of those whose answer is yes / their number + right of those whose answer is no / their number) / 2; always yes
gives one half. Unreadable replies are wrong. Bootstrap interval, clustered by clip.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.intervals import bootstrap
from audiotest.analyse.metrics.yes_rate import yes_no
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
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
    """Mean of the recalls of yes and of no."""
    rows, clips = [], []
    for record, verdict in trials.judged(condition, scorer, tags):
        places = yes_no(record)
        if places is not None and record.answer_index in places:
            yes, right = record.answer_index == places[0], float(bool(verdict.correct))
            rows.append([right * yes, float(yes), right * (not yes), float(not yes)])
            clips.append(clip_of(record))
    if not rows or not np.array(rows).sum(axis=0)[[1, 3]].all():
        raise NotMeasured(f"balanced accuracy needs yes-no questions of both answers under {condition}")
    with np.errstate(invalid="ignore", divide="ignore"):
        return bootstrap(np.array(rows), lambda s: (s[..., 0] / s[..., 1] + s[..., 2] / s[..., 3]) / 2, clips)
