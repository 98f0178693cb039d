"""``if_rate``: Speech-IFEval's IFrate, the mean of the following rates of its three parts.

rate = (closed-ended + creative + chain of thought) / 3, each the share of replies that follow all instructions, by the
scorer ``speech_ifeval``; in [0, 1], interval by clip (the bootstrap's). Without one of the parts there is none. The
forgetting rate of a model is (its IFrate - its text model's) / its text model's (arXiv 2505.19037).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.analyse.intervals import bootstrap
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
shown_under = ("original", "others")
on_screen = True
PARTS = ("closed-ended", "creative writing", "chain of thought")
_SCORER = "speech_ifeval"


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The mean of the three rates under ``condition``."""
    rows, clips = [], []
    for record, verdict in trials.judged(condition, scorer or _SCORER, tags):
        own = [part in record.tags.get("part", ()) for part in PARTS]
        rows.append([*(there * bool(verdict.correct) for there in own), *own])
        clips.append(clip_of(record))
    counts = np.asarray(rows, dtype=np.float64)
    missing = [part for part, n in zip(PARTS, counts[:, 3:].sum(axis=0), strict=True) if not n]
    if missing:
        raise NotMeasured(f"no reply of the part {', '.join(missing)} was judged under {condition}")
    return bootstrap(counts, _mean, clips)


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer ``speech_ifeval`` ran."""
    return any(_SCORER in record.verdicts for record in trials.by_condition.get(condition, ()))


def _mean(sums: Floats) -> Floats:
    """From sums of shape (..., 6): rights and numbers of the parts. A resample without a part has none."""
    rights, numbers = sums[..., :3], sums[..., 3:]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((rights / numbers).mean(axis=-1))
