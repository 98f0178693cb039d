"""``cer``: the character error rate of a suite of transcripts, as a share: 0.05 for 5%.

(substitutions + insertions + deletions over all replies) / characters of all references, by the scorer ``cer``; 0 or
more, above 1 where insertions outnumber the characters. It is no mean over the items. Interval by clip: the
bootstrap's, no narrower than the score interval (:func:`audiotest.analyse.intervals.error_rate`).
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import error_rate
from audiotest.analyse.pooled import Pooled
from audiotest.analyse.transcripts import edits, rate
from audiotest.analyse.trials import Trials
from audiotest.types import Estimate

RANGE = (0.0, None)
LOWER_IS_BETTER = True
shown_under = ("original", "others")
by_tag = on_screen = True
pooled = Pooled("cer", edits, rate, interval=error_rate)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The sum of edits over the sum of characters under ``condition``."""
    return pooled.measure(trials, condition, tags, scorer)


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer ``cer`` ran."""
    return pooled.there(trials, condition)
