"""``no_precision``: of the replies *no*, the share that is right.

rate = right no / all no, over yes-no questions whose reply was read; in [0, 1], interval by clip (the bootstrap's).
Models that hallucinate say yes; this and ``no_recall`` measure what they deny (arXiv 2410.16130).
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.clusters import Floats
from audiotest.analyse.trials import Trials
from audiotest.analyse.yes_no import are_asked, of_no, share
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
shown_under = ("original", "others")
per_scorer = True


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Precision of *no*."""
    return of_no(trials, condition, scorer, tags, _figure)


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether a benchmark of hallucination asks yes-no questions."""
    return are_asked(trials, condition)


def _figure(sums: Floats) -> Floats:
    return share(sums[..., 0], sums[..., 0] + sums[..., 1])
