"""Precision, recall and F1 of the options as classes, weighted by how often each is right.

For the text of each option l over all questions: precision P = right replies of l / replies of l, recall R = right
replies of l / questions whose answer is l, F1 = 2 P R / (P + R), each 0 where it has no denominator; the figure is the
mean over l, weighted by the number of questions whose answer is l. That is scikit-learn's
``precision_recall_fscore_support(average="weighted", zero_division=0)``, which MMAU-Pro's script prints for closed
questions. A reply of which no option could be read counts for no class. The weighted recall is the accuracy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from audiotest.analyse.clusters import Floats, places
from audiotest.analyse.intervals import RESAMPLES, levels
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate

SCORERS = ("mmau_pro", "mmau_pro_closed")
Figure = Callable[[Floats, Floats, Floats], Floats]
"""From right replies, replies and questions of each class, shape (classes,), to its figure."""


def weighted(
    trials: Trials, condition: str, scorer: str | None, tags: Mapping[str, str] | None, figure: Figure
) -> Estimate:
    """The weighted mean of ``figure``, with the percentile bootstrap's interval over clips. Raises
    :class:`NotMeasured` where no question has options."""
    judged = [(r, v) for r, v in trials.judged(condition, scorer, tags) if len(r.choices) > 1 and r.answer is not None]
    if not judged:
        raise NotMeasured(f"no question under {condition} has options")
    names: dict[str, int] = {}
    right = np.array([names.setdefault(str(r.answer), len(names)) for r, _ in judged])
    chosen = np.array(
        [-1 if v.choice is None else names.setdefault(r.choices[v.choice], len(names)) for r, v in judged]
    )
    clips, count = places([clip_of(record) for record, _ in judged]), len(names)

    def of(weights: Floats) -> float:
        read = chosen >= 0
        hits: Floats = np.bincount(right, weights * (right == chosen), count).astype(np.float64)
        replies: Floats = np.bincount(chosen[read], weights[read], count).astype(np.float64)
        questions: Floats = np.bincount(right, weights, count).astype(np.float64)
        return float((questions * figure(hits, replies, questions)).sum() / questions.sum())

    value, groups = of(np.ones(len(judged))), int(clips.max()) + 1
    if groups < 2:
        return Estimate(value, n=len(judged))
    rng, shares = np.random.default_rng(0), np.full(groups, 1 / groups)
    drawn = (rng.multinomial(groups, shares) for _ in range(RESAMPLES))  # one at a time: all at once need much memory
    low, high = np.quantile([of(counts[clips].astype(np.float64)) for counts in drawn], levels(groups))
    return Estimate(value, float(low), float(high), len(judged)) if low < high else Estimate(value, n=len(judged))


def is_closed(trials: Trials, condition: str) -> bool:
    """Whether MMAU-Pro's scorer judged closed questions under ``condition``."""
    records = trials.by_condition.get(condition, ())
    return any("similarities" in r.verdicts[name].details for r in records for name in SCORERS if name in r.verdicts)


def divided(part: Floats, whole: Floats) -> Floats:
    """part / whole, 0 where whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0))
