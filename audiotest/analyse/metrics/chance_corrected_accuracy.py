"""``chance_corrected_accuracy``: accuracy above blind guessing, as a share of what can be had above it.

(accuracy - chance) / (1 - chance), chance = mean of 1/k over the same replies: 0 is guessing, 1 is all right, negative
is worse than guessing. Bootstrap interval, clustered by clip.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.intervals import bootstrap
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
    found = [(r, v) for r, v in trials.judged(condition, scorer, tags) if len(r.choices) > 1]
    if not found:
        raise NotMeasured(f"no question under {condition} has choices, so there is no chance level")
    columns = np.array([[float(bool(v.correct)), 1 / len(r.choices), 1.0] for r, v in found])
    return bootstrap(
        columns, lambda s: (s[..., 0] - s[..., 1]) / (s[..., 2] - s[..., 1]), [clip_of(r) for r, _ in found]
    )
