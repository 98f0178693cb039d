"""``yes_ratio``: the share of *yes* among all replies to yes-no questions, those that could not be read included.

yes / all; in [0, 1], interval by clip. ``yes_rate`` takes the readable replies alone. As in arXiv 2410.16130.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import Trials, clip_of
from audiotest.analyse.yes_no import answers, are_asked
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
    """Share of yes among all replies."""
    rows = answers(trials, condition, scorer, tags)
    return clustered_proportion([bool(says_yes) for _, says_yes, _ in rows], [clip_of(record) for record, _, _ in rows])


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether a benchmark of hallucination asks yes-no questions."""
    return are_asked(trials, condition)
