"""``listening_gap``: how much of the accuracy needs the sound.

gap = mean over cases of correct(condition) - correct(versus), paired by case; in [-1, 1]. By default the original
against ``text_only``. Near 0: the model does as well without listening. Tango's score interval
for paired proportions, clustered by clip.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import paired_difference
from audiotest.analyse.trials import Trials, clip_of, paired
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
    return paired_difference(
        [bool(with_sound.correct) for _, with_sound, _, _ in pairs],
        [bool(without.correct) for _, _, _, without in pairs],
        [clip_of(record) for record, *_ in pairs],
    )
