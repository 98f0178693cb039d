"""``balanced_accuracy``: accuracy on existence questions with both answers counting the same.

(right of those whose answer is yes / their number + right of those whose answer is no / their number) / 2; always yes
gives one half. Unreadable replies are wrong. The interval combines those of the two recalls, by clip.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import mean_of_shares
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.analyse.yes_no import yes_no
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
    """Mean of the recalls of yes and of no."""
    recalls: dict[bool, tuple[list[bool], list[str]]] = {True: ([], []), False: ([], [])}
    for record, verdict in trials.judged(condition, scorer, tags):
        places = yes_no(record)
        if places is not None and record.answer_index in places:
            rights, clips = recalls[record.answer_index == places[0]]
            rights.append(bool(verdict.correct))
            clips.append(clip_of(record))
    if not recalls[True][0] or not recalls[False][0]:
        raise NotMeasured(f"balanced accuracy needs yes-no questions of both answers under {condition}")
    return mean_of_shares(recalls[True], recalls[False])
