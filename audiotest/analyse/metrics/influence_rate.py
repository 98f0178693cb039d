"""``influence_rate``: how often a condition changes the choice, right or wrong.

influence rate = cases whose chosen option (or status, where none could be read) differs between ``condition`` and
``versus`` (default ``original``) / cases judged under both; Wilson's interval. Options are found again in whatever
order they stand. One minus it is the share of predictions that the condition leaves alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import proportion
from audiotest.analyse.trials import Trials, own_choice, paired
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
COMPARED_WITH = "original"


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
    return proportion(sum(own_choice(a, va) != own_choice(b, vb) for a, va, b, vb in pairs), len(pairs))
