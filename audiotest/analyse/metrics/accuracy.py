"""``accuracy``: the share of correct replies.

accuracy = correct / counted, with Wilson's interval; in [0, 1]. Unreadable replies are wrong, unless the benchmark's
own rule drops them. Hold it against ``chance``.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import proportion
from audiotest.analyse.trials import Trials
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
    """Share of correct verdicts of ``scorer`` (default: the deciding one) under ``condition``."""
    judged = trials.judged(condition, scorer, tags)
    return proportion(sum(bool(verdict.correct) for _, verdict in judged), len(judged))
