"""``comet``: COMET of a suite of translations: the mean of a COMET model's scores of the replies (scorer ``comet``).

In the model's own unit, about 0 to 1 for wmt22-comet-da; figures of different models are not comparable.
Interval by clip: the bootstrap's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.analyse.pooled import Pooled
from audiotest.analyse.trials import Trials
from audiotest.types import Estimate, Verdict

IS_SHARE = False
shown_under = ("original", "others")
by_tag = on_screen = True


def counts(verdict: Verdict) -> list[float] | None:
    """(the model's score, 1); None for a verdict without one."""
    value = verdict.details.get("comet")
    return [float(value), 1.0] if isinstance(value, int | float) else None


def mean(sums: Floats) -> Floats:
    """The mean score, from sums of shape (..., 2)."""
    return np.asarray(sums[..., 0] / np.maximum(sums[..., 1], 1))


pooled = Pooled("comet", counts, mean)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The mean of the model's scores under ``condition``."""
    return pooled.measure(trials, condition, tags, scorer)


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer ``comet`` has scores."""
    return pooled.there(trials, condition)
