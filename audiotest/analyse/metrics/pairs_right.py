"""``pairs_right``: the share of pairs of questions that are both answered rightly (TPTN).

A pair is a question about what is there and one about what is not, on one clip, with the same value of the tag
``pair``; both replies have to be read. In [0, 1], interval by clip. As in arXiv 2410.16130.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.trials import Trials
from audiotest.analyse.yes_no import are_paired, pairs
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
    """Share of such pairs under ``condition``."""
    return pairs(trials, condition, scorer, tags, (True, False))


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the questions come in pairs."""
    return are_paired(trials, condition)
