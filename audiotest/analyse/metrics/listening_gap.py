"""``listening_gap``: how much of the accuracy needs the sound.

gap = mean over cases of correct(condition) - correct(versus), paired by case; in [-1, 1]. By default the original
against ``text_only``. Near 0: the model does as well without listening. Bootstrap interval, clustered by clip.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import mean
from audiotest.analyse.trials import Trials, paired
from audiotest.types import Estimate

RANGE = (-1.0, 1.0)
COMPARED_WITH = "text_only"


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Paired difference in accuracy between ``condition`` and ``versus`` (default ``text_only``)."""
    pairs = paired(trials, condition, versus or "text_only", tags, scorer)
    differences = [float(bool(a.correct)) - float(bool(b.correct)) for _, a, _, b in pairs]
    return mean(differences, [record.clip or record.case for record, *_ in pairs])
