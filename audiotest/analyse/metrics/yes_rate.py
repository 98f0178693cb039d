"""``yes_rate``: how often existence questions are answered by yes.

yes / replies with a readable choice, over questions whose choices are yes and no; interval by clip. Balanced pairs of
present and absent objects should give one half; models that hallucinate objects say yes (arXiv 2410.16130; POPE,
arXiv 2305.10355).
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.analyse.yes_no import yes_no
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
    """Share of yes among the readable answers to yes-no questions."""
    chosen = [
        (v.choice == places[0], clip_of(r))
        for r, v in trials.judged(condition, scorer, tags)
        if (places := yes_no(r)) is not None and v.choice is not None
    ]
    if not chosen:
        raise NotMeasured(f"no question under {condition} has the choices yes and no and a readable answer")
    return clustered_proportion([yes for yes, _ in chosen], [clip for _, clip in chosen])
