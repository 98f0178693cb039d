"""``flip_rate``: how often a condition changes whether the reply is right, in either direction.

flip rate = cases whose correctness differs between ``condition`` and ``versus`` (default ``original``) / cases judged
under both; interval by clip. The accuracy can stay the same while every tenth answer flips.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import Trials, clip_of, paired
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
COMPARED_WITH = "original"
shown_under = ("others",)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of cases that are right under one of the two conditions and wrong under the other."""
    pairs = paired(trials, condition, versus or "original", tags, scorer)
    flipped = [bool(a.correct) != bool(b.correct) for _, a, _, b in pairs]
    return clustered_proportion(flipped, [clip_of(record) for record, *_ in pairs])
