"""``position_bias``: whether choices lean to the front or to the end of the list.

Mean over replies with a readable choice of (place chosen - place of the right option) / (k - 1), places from 0; in [-1,
1]. 0: no leaning, negative: to the front, positive: to the end, whatever the accuracy is. Interval by clip. What was
chosen at each place stands in the profile. Questions with several right options are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import mean
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate

RANGE = (-1.0, 1.0)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Mean signed distance of the choice from the right place."""
    biases = [
        ((v.choice - r.right_places[0]) / (len(r.choices) - 1), clip_of(r))
        for r, v in trials.judged(condition, scorer, tags)
        if v.choice is not None and len(r.right_places) == 1 and len(r.choices) > 1
    ]
    if not biases:
        raise NotMeasured(f"no choice could be read under {condition} where one is right")
    return mean([value for value, _ in biases], [clip for _, clip in biases], low=-1, high=1)
