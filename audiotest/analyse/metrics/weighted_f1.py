"""``weighted_f1``: the F1 of each option's text, weighted by how often it is right: MMAU-Pro's figure.

See :mod:`audiotest.analyse.weighted`. In [0, 1]; interval by clip (the bootstrap's). Shown where MMAU-Pro's rule for
closed questions judged.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.trials import Trials
from audiotest.analyse.weighted import divided, is_closed, weighted
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
per_scorer = by_tag = True


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The weighted F1 under ``condition``."""
    return weighted(
        trials, condition, scorer, tags, lambda hits, replies, questions: divided(2 * hits, replies + questions)
    )


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether closed questions were judged by MMAU-Pro's rule."""
    return is_closed(trials, condition)
