"""``chance_corrected_accuracy``: accuracy above blind guessing, as a share of what can be had above it.

(accuracy - chance) / (1 - chance), chance = mean of k/n over the same replies: 0 is guessing, 1 is all right, negative
is worse than guessing. Its interval is that of the accuracy, transformed in the same way: the chance level is known.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate

RANGE = (None, 1.0)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Accuracy above chance under ``condition``, of replies to questions with choices."""
    judged = [(r, v) for r, v in trials.judged(condition, scorer, tags) if len(r.choices) > 1]
    if not judged:
        raise NotMeasured(f"no question under {condition} has choices, so there is no chance level")
    accuracy = clustered_proportion([bool(v.correct) for _, v in judged], [clip_of(r) for r, _ in judged])
    chance = sum(r.chance for r, _ in judged) / len(judged)
    value, low, high = (
        None if figure is None else (figure - chance) / (1 - chance)
        for figure in (accuracy.value, accuracy.low, accuracy.high)
    )
    return Estimate(value, low, high, accuracy.n)
