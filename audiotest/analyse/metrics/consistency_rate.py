"""``consistency_rate``: how far the choices agree over all perturbations of a question.

For each case the share of its most frequent choice among ``original`` and every perturbation that ran (shuffled,
rotated, relabelled, rephrased, prompt), averaged over cases; in (0, 1], 1: always the same choice. A reply without a
readable choice agrees with none. Interval by clip. After López et al., arXiv 2510.04584.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from audiotest.analyse.intervals import mean
from audiotest.analyse.trials import Trials, clip_of, own_choice, perturbed
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
    """Mean share of the most frequent choice."""
    cases = perturbed(trials, scorer, tags)
    shares = []
    for rows in cases:
        chosen = Counter(c for r, v in rows if (c := own_choice(r, v)) is not None)
        shares.append(max(chosen.values(), default=0) / len(rows))
    return mean(shares, [clip_of(rows[0][0]) for rows in cases], low=0, high=1)
