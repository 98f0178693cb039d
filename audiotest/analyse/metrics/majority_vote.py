"""``majority_vote``: accuracy of the most frequent choice of a trial's repeats.

Of several choices that are equally frequent each has its share of a vote (self-consistency, Wang et al. 2022, arXiv
2203.11171). Only where trials were asked more than once (``repeats`` of a suite, or ``--repeats``); each trial
gives one value, and the interval is by clip (:mod:`audiotest.analyse.repeats`).
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.repeats import are_repeated, figures
from audiotest.analyse.trials import Trials
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
shown_if = are_repeated


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Accuracy by majority vote."""
    return figures(trials, condition, scorer, tags).majority
