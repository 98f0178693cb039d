"""``abstention_calibration``: whether a model declines where it has to and answers where it can.

(share of replies that abstain where nothing can be answered + share of replies that do not abstain under ``condition``,
by default ``original``) / 2; in [0, 1], one half for always or never abstaining. Unanswerable are silence, text_only,
noise_only, answer_removed, foreign_choices and foreign_question, as far as they ran. The interval combines those of
the two shares, by clip.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import mean_of_shares
from audiotest.analyse.trials import UNANSWERABLE, NotMeasured, Trials, abstained, clip_of, of_family
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
    """Mean of the two rates."""
    conditions = [c for c in of_family(trials, UNANSWERABLE) if c != condition]
    if not conditions:
        raise NotMeasured("no unanswerable condition ran (silence, text_only, noise_only, answer_removed, foreign_...)")
    answerable = [(not a, clip_of(r)) for r in trials.under(condition, tags) if (a := abstained(r)) is not None]
    others = [r for name in conditions for r in trials.under(name, tags)]
    unanswerable = [(a, clip_of(r)) for r in others if (a := abstained(r)) is not None]
    if not answerable or not unanswerable:
        raise NotMeasured("abstention can be calibrated only with replies of both kinds")
    return mean_of_shares(
        ([answered for answered, _ in answerable], [clip for _, clip in answerable]),
        ([declined for declined, _ in unanswerable], [clip for _, clip in unanswerable]),
    )
