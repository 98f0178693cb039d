"""``detectable_difference``: the smallest difference in accuracy that a comparison on this suite finds.

With it, ``audiotest compare`` gives p < 0.05 four times out of five: the power of its own test, paired and by clip
(:mod:`audiotest.analyse.power`). A smaller difference may be real and not show. It depends on how many items the two
runs differ on. Without ``versus`` nobody knows; the other run is then taken to answer independently of this one and
to be the worse one, the hardest case. With ``versus`` it is the share of cases on which the two conditions differ.
``audiotest compare`` gives it for the discordance that it saw. It has no interval.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.clusters import Sample, places, sample
from audiotest.analyse.power import Discordance, detectable, independent, seen
from audiotest.analyse.trials import NotMeasured, Trials, clip_of, paired
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
_ADDED = 0.25
"""Right and wrong answers that are added to the accuracy: near 0 and 1 a sample's own promises too much (77% power)."""


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The smallest difference from the accuracy under ``condition``."""
    if versus is not None:
        pairs = paired(trials, condition, versus, tags, scorer)
        values = [float(bool(now.correct)) - float(bool(before.correct)) for _, now, _, before in pairs]
        clips = [clip_of(record) for record, *_ in pairs]
        discordance: Discordance = seen(sum(map(abs, values)) / len(values))
        most = 1.0
    else:
        judged = trials.judged(condition, scorer, tags)
        values = [float(bool(verdict.correct)) for _, verdict in judged]
        clips = [clip_of(record) for record, _ in judged]
        accuracy = sum(values) / len(values)
        discordance = independent((sum(values) + _ADDED) / (len(values) + 2 * _ADDED))
        most = max(accuracy, 1 - accuracy)
    drawn: Sample = sample(np.array(values), places(clips))
    value = detectable(drawn.n, discordance, most=most, effective_n=drawn.effective_n, clips=drawn.clips)
    if value is None:
        raise NotMeasured(
            f"{drawn.n} trials of {drawn.clips} clips under {condition} are too few: no difference in accuracy would "
            "be found with a probability of 80%"
        )
    return Estimate(value, n=drawn.n)
