"""``pass_at_k``: the chance that at least one of a trial's repeats is right.

1 - C(r - c, k) / C(r, k) for c right ones of r repeats and k = r (Chen et al. 2021, arXiv 2107.03374): with k = r,
the share of trials with a right repeat. Only where trials were asked more than once (``repeats`` of a suite, or
``--repeats``); each trial gives one value, and the interval is by clip (:mod:`audiotest.analyse.repeats`).
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
    """The share of trials that were right at least once."""
    repeats = figures(trials, condition, scorer, tags)
    if repeats.repeats not in repeats.pass_at:
        raise NotMeasured(f"no trial under {condition} was judged in all of its repeats")
    return repeats.pass_at[repeats.repeats]
