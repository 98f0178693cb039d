"""``hallucination_rate``: the share of replies that answer as if something had been heard, where nothing could be.

rate = replies that do not abstain / replies, over ``condition``; in [0, 1], interval by clip. Without a condition
of its own it is taken over ``silence``, ``text_only`` and ``noise_only``, as far as these ran: there is nothing to hear
in any of them, so every answer is made up. A reply that is empty, or was cut or filtered before it came to an answer,
makes nothing up. (Guessing on request counts: what is measured is whether the model says so.)
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, abstained, clip_of
from audiotest.analyse.unanswered import unanswered
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
shown_under = ("soundless",)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of made-up answers under ``condition``, or under all conditions without sound."""
    soundless = [c for c in ("silence", "text_only", "noise_only") if c in trials.by_condition]
    conditions = soundless if condition == "original" else [condition]
    if not conditions:
        raise NotMeasured("no condition without sound ran (silence, text_only or noise_only)")
    records = [r for c in conditions for r in trials.under(c, tags)]
    abstentions = [(a or unanswered(r), clip_of(r)) for r in records if (a := abstained(r)) is not None]
    if not abstentions:
        raise NotMeasured(f"no reply under {', '.join(conditions)} has a verdict")
    return clustered_proportion([not declined for declined, _ in abstentions], [clip for _, clip in abstentions])
