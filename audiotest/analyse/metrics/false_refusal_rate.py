"""``false_refusal_rate``: the share of replies that refuse, to questions that could be answered.

rate = replies that refuse / all replies, by the scorer ``hallu_audio`` and its list of patterns; in [0, 1], interval by
clip. HalluAudio's FRR (arXiv 2604.19300); ``abstention_rate`` finds refusals with care.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
LOWER_IS_BETTER = True
shown_under = ("original", "others")
by_tag = True
_SCORER = "hallu_audio"


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of refusals under ``condition``."""
    verdicts = [(r.verdicts[_SCORER], clip_of(r)) for r in trials.under(condition, tags) if _SCORER in r.verdicts]
    if not verdicts:
        raise NotMeasured(f"no reply under {condition} was judged by `{_SCORER}`")
    refused = [bool(verdict.details.get("refusal")) for verdict, _ in verdicts]
    return clustered_proportion(refused, [clip for _, clip in verdicts])


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer ``hallu_audio`` ran."""
    return any(_SCORER in record.verdicts for record in trials.by_condition.get(condition, ()))
