"""``influence_rate``: how often a condition changes the choice, right or wrong.

influence rate = cases whose chosen option (or status, where none could be read) differs between ``condition`` and
``versus`` (default ``original``) / cases judged under both; interval by clip. Options are found again in whatever
order they stand. One minus it is the share of predictions that the condition leaves alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import Trials, clip_of, own_choice, paired
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
COMPARED_WITH = "original"
shown_under = ("others",)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of cases with another choice."""
    pairs = paired(trials, condition, versus or "original", tags, scorer)
    changed = [own_choice(a, va) != own_choice(b, vb) for a, va, b, vb in pairs]
    return clustered_proportion(changed, [clip_of(record) for record, *_ in pairs])
