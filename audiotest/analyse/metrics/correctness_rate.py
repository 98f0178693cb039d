"""``correctness_rate``: how often a question is answered rightly over all its perturbations.

For each case the share of ``original`` and every perturbation that ran (shuffled, rotated, relabelled, rephrased,
prompt) under which it is right, averaged over cases; in [0, 1]. Interval by clip. After López et
al., arXiv 2510.04584.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import mean
from audiotest.analyse.trials import Trials, clip_of, perturbed
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
    """Mean share of perturbations under which a case is right."""
    cases = perturbed(trials, scorer, tags)
    shares = [sum(bool(v.correct) for _, v in rows) / len(rows) for rows in cases]
    return mean(shares, [clip_of(rows[0][0]) for rows in cases], low=0, high=1)
