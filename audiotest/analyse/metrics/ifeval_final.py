"""``ifeval_final``: VoiceBench's figure for following instructions, by the scorer ``voicebench_ifeval``.

The mean of four shares: of the replies that keep to all forms that they are asked for, and of the forms that are kept
to, each strictly and loosely. In [0, 1]; interval by clip (the bootstrap's).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.analyse.intervals import bootstrap
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate, Record

RANGE = (0.0, 1.0)
on_screen = True
_SCORER = "voicebench_ifeval"


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """The mean of the four shares under ``condition``."""
    rows = [(row, clip_of(record)) for record in trials.under(condition, tags) if (row := _row(record))]
    if not rows:
        raise NotMeasured(f"no reply under {condition} was judged by `{_SCORER}`")
    return bootstrap(np.array([row for row, _ in rows], dtype=np.float64), _mean, [clip for _, clip in rows])


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether the scorer ran."""
    return any(_row(record) for record in trials.by_condition.get(condition, ()))


def _row(record: Record) -> tuple[int, ...]:
    """Replies, forms, and of both those that are kept to: strictly, then loosely."""
    verdict = record.verdicts.get(_SCORER)
    if verdict is None or not verdict.counted or "strict" not in verdict.details:
        return ()
    strict, loose = verdict.details["strict"], verdict.details["loose"]
    return 1, len(strict), all(strict), sum(strict), all(loose), sum(loose)


def _mean(sums: Floats) -> Floats:
    replies, forms, strict, kept, loose, kept_loosely = np.moveaxis(sums, -1, 0)
    return np.asarray(((strict + loose) / replies + (kept + kept_loosely) / forms) / 4)
