"""``length_bias``: whether choices lean to the longer or to the shorter options.

Mean over replies with a readable choice of (rank of the chosen option - rank of the right one) / (k - 1), ranks by
length in characters from 0, ties at their mean; in [-1, 1]. Positive: longer options are preferred. Interval
by clip. Questions with several right options are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    """Mean signed difference in rank by length."""
    biases = [
        ((_rank(r.choices, v.choice) - _rank(r.choices, r.right_places[0])) / (len(r.choices) - 1), clip_of(r))
        for r, v in trials.judged(condition, scorer, tags)
        if v.choice is not None and len(r.right_places) == 1 and len(r.choices) > 1
    ]
    if not biases:
        raise NotMeasured(f"no choice could be read under {condition} where one is right")
    return mean([value for value, _ in biases], [clip for _, clip in biases], low=-1, high=1)


def _rank(choices: Sequence[str], place: int) -> float:
    own = len(choices[place])
    return sum((len(c) < own) + (len(c) == own) / 2 for i, c in enumerate(choices) if i != place)
