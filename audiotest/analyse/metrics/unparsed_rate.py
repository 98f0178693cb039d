"""``unparsed_rate``: the share of replies from which no choice could be read.

rate = replies with the status none, ambiguous or unparsed / replies with a verdict; in [0, 1], interval by clip.
Refusals are not among them: see ``abstention_rate``.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of, verdict_of
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
    """Share of unreadable replies under ``condition``."""
    verdicts = [(v, clip_of(r)) for r in trials.under(condition, tags) if (v := verdict_of(r, scorer)) is not None]
    if not verdicts:
        raise NotMeasured(f"no reply under {condition} has a verdict")
    unread = [v.status in ("none", "ambiguous", "unparsed") for v, _ in verdicts]
    return clustered_proportion(unread, [clip for _, clip in verdicts])
