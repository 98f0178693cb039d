"""``chance``: the accuracy of blind guessing.

chance = mean of k/n over the cases, n the number of options shown and k that of the right ones (1 but where a case has
several right answers); in (0, 1]. It is exact, so its interval is a point.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.trials import NotMeasured, Trials
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
    """Mean of k/n over the multiple-choice trials under ``condition``."""
    shares = [r.chance for r in trials.under(condition, tags) if r.choices and not r.known_issue]
    if not shares:
        raise NotMeasured(f"no trial under {condition} has choices, so there is no chance level")
    value = sum(shares) / len(shares)
    return Estimate(value, value, value, len(shares))
