"""``self_consistency``: the chance that two repeats of a trial agree, in choice or else in being right.

Mean over trials of the share of pairs of repeats that agree. Only where trials were asked more than once
(``repeats`` of a suite, or ``--repeats``); each trial gives one value, and the interval is by clip
(:mod:`audiotest.analyse.repeats`).
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.repeats import are_repeated, figures
from audiotest.analyse.trials import NotMeasured, Trials
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
    """Share of pairs of repeats that agree."""
    agreement = figures(trials, condition, scorer, tags).consistency
    if agreement is None:
        raise NotMeasured(f"no trial under {condition} was judged twice")
    return agreement
