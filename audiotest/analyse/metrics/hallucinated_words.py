"""``hallucinated_words``: how many words a transcript has where there is nothing to hear, per trial.

words of the replies, once normalised / trials, under ``text_only``, ``silence`` or ``noise_only``; 0 or more, interval
by clip (the bootstrap's). By the words that ``wer`` or ``cer`` counted; a reply that declines ("I hear no speech") has
none. Without a condition of its own it is taken over those of the three that ran. Koenecke et al. 2024, "Careless
Whisper", arXiv 2402.08021, on why it matters.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.analyse.intervals import bootstrap
from audiotest.analyse.trials import NotMeasured, Trials, abstained, clip_of
from audiotest.types import Estimate, Record

RANGE = (0.0, None)
IS_SHARE = False
LOWER_IS_BETTER = True
shown_under = ("soundless",)
on_screen = True


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Mean number of words under ``condition``, or under all conditions without sound."""
    soundless = [c for c in ("silence", "text_only", "noise_only") if c in trials.by_condition]
    conditions = soundless if condition == "original" else [condition]
    if not conditions:
        raise NotMeasured("no condition without sound ran (silence, text_only or noise_only)")
    records = [record for c in conditions for record in trials.under(c, tags)]
    counts = [(words, 1.0, clip_of(r)) for r in records if (words := _words(r)) is not None]
    if not counts:
        raise NotMeasured(f"no reply under {', '.join(conditions)} is a transcript that `wer` or `cer` has counted")
    return bootstrap(np.asarray([row[:2] for row in counts]), _mean, [clip for _, _, clip in counts])


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the replies are transcripts."""
    return any(_words(record) is not None for record in trials.by_condition.get(condition, ()))


def _mean(sums: Floats) -> Floats:
    return np.asarray(sums[..., 0] / sums[..., 1])


def _words(record: Record) -> float | None:
    for name in ("wer", "cer"):
        verdict = record.verdicts.get(name)
        if verdict is not None and isinstance(words := verdict.details.get("words"), int):
            return 0.0 if abstained(record) else float(words)
    return None
