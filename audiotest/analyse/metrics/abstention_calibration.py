"""``abstention_calibration``: whether a model declines where it has to and answers where it can.

(share of replies that abstain where nothing can be answered + share of replies that do not abstain under ``condition``,
by default ``original``) / 2; in [0, 1], one half for always or never abstaining. Unanswerable are silence, text_only,
noise_only, answer_removed, foreign_choices and foreign_question, as far as they ran. Bootstrap interval, clustered by
clip.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.intervals import bootstrap
from audiotest.analyse.trials import UNANSWERABLE, NotMeasured, Trials, abstained, clip_of, of_family
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
    """Mean of the two rates."""
    conditions = [c for c in of_family(trials, UNANSWERABLE) if c != condition]
    if not conditions:
        raise NotMeasured("no unanswerable condition ran (silence, text_only, noise_only, answer_removed, foreign_...)")
    rows, clips = [], []
    for name in (condition, *conditions):
        for record in trials.under(name, tags):
            declined = abstained(record)
            if declined is not None:
                answerable = name == condition
                rows.append([float(not declined) * answerable, float(answerable),
                             float(declined) * (not answerable), float(not answerable)])  # fmt: skip
                clips.append(clip_of(record))
    columns = np.array(rows)
    if not rows or not columns.sum(axis=0)[[1, 3]].all():
        raise NotMeasured("abstention can be calibrated only with replies of both kinds")
    with np.errstate(invalid="ignore", divide="ignore"):
        return bootstrap(columns, lambda s: (s[..., 0] / s[..., 1] + s[..., 2] / s[..., 3]) / 2, clips)
