"""``accuracy``: the share of correct replies.

accuracy = correct / counted, in [0, 1]; Wilson's interval with the effective n of trials that share clips. Unreadable
replies are wrong, unless the benchmark's own rule drops them. Hold it against ``chance``.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import Trials, clip_of
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
shown_under = ("original", "others")
per_scorer = by_tag = True


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of correct verdicts of ``scorer`` (default: the deciding one) under ``condition``."""
    judged = trials.judged(condition, scorer, tags)
    return clustered_proportion(
        [bool(verdict.correct) for _, verdict in judged], [clip_of(record) for record, _ in judged]
    )
