"""``instruction_following``: the share of replies in the form that was asked for.

rate = replies whose ``format_kept`` is true / replies of which it is known; in [0, 1], interval by clip. For the
scorer ``muchomusic`` this is the benchmark's IFR, 1 - unanswered / all (arXiv 2408.01337).
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of, verdict_of
from audiotest.types import Estimate

RANGE = (0.0, 1.0)


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of kept formats under ``condition``."""
    known = [
        (v.format_kept, clip_of(r))
        for r in trials.under(condition, tags)
        if (v := verdict_of(r, scorer)) is not None and v.format_kept is not None
    ]
    if not known:
        raise NotMeasured(f"no scorer says whether the replies under {condition} kept a format")
    return clustered_proportion([kept for kept, _ in known], [clip for _, clip in known])
