"""``abstention_rate``: the share of replies that decline to answer.

rate = abstaining replies / replies; in [0, 1], interval by clip. A reply abstains if the expectation ``abstains`` was
met, or, under other expectations, if the deciding scorer read a refusal. High is good where nothing can be heard, and
bad where something can.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, abstained, clip_of
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
shown_under = ("original", "others")


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of abstaining replies under ``condition``."""
    abstentions = [(a, clip_of(r)) for r in trials.under(condition, tags) if (a := abstained(r)) is not None]
    if not abstentions:
        raise NotMeasured(f"no reply under {condition} has a verdict")
    return clustered_proportion([declined for declined, _ in abstentions], [clip for _, clip in abstentions])
