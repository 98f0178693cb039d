"""``detectable_difference``: the smallest difference in accuracy that a suite of this size can show.

d = (z(0.975) + z(0.8)) sqrt(2 p (1 - p) / n): two models of about this accuracy p, each asked n questions, differ by d
before a two-sided test at 5% finds it four times out of five. A difference below it may be real and not show. p is
taken no nearer to 0 or 1 than 1/n. Exact for what it is, so it has no interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from statistics import NormalDist

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
    """The smallest difference from the accuracy under ``condition``."""
    z = NormalDist().inv_cdf
    found = trials.judged(condition, scorer, tags)
    n = len(found)
    p = min(max(sum(bool(v.correct) for _, v in found) / n, 1 / n), 1 - 1 / n) if n > 1 else 0.5
    return Estimate(min(1.0, (z(0.975) + z(0.8)) * sqrt(2 * p * (1 - p) / n)), n=n)
