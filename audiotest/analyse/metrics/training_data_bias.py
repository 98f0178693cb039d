"""``training_data_bias``: how many wrong answers are the same whatever is heard.

Of the questions that are answered wrongly under ``condition``, with an option that could be read: the share to which
the same option is the answer under every condition that ran in which the clip cannot be heard or is another one
(``text_only``, ``silence``, ``noise_only``, ``other_audio``); ``versus`` names a single one. Such an answer comes from
what the model knows of music or the world, not from the clip. Of n options a reply that ignores the sound and is drawn
again each time repeats itself in 1/n. In [0, 1]; interval by clip.

One of the three kinds of error of MuChoMusic (arXiv 2408.01337, section 5), which names it and gives no figure.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, by_case, clip_of, is_of, own_choice
from audiotest.types import Estimate

RANGE = (0.0, 1.0)
LOWER_IS_BETTER = True
per_scorer = by_tag = True
_WITHOUT = ("soundless", "foreign_sound")


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of wrong answers that stay."""
    others = [versus] if versus else _others(trials, condition)
    if not others:
        raise NotMeasured("no condition ran in which the clip cannot be heard or is another one")
    stays, clips = [], []
    for (record, verdict), *rest in by_case(trials, [condition, *others], scorer, tags).values():
        chosen = own_choice(record, verdict)
        if not verdict.correct and chosen is not None:
            stays.append(all(own_choice(other, one) == chosen for other, one in rest))
            clips.append(clip_of(record))
    if not stays:
        raise NotMeasured(f"no wrong option was chosen under {condition}")
    return clustered_proportion(stays, clips)


def shown_if(trials: Trials, condition: str, scorer: str | None) -> bool:
    """Whether such a condition ran, over questions with options."""
    return bool(_others(trials, condition)) and any(r.choices for r in trials.by_condition.get(condition, ()))


def _others(trials: Trials, condition: str) -> list[str]:
    return [name for name in trials.by_condition if name != condition and is_of(name, _WITHOUT)]
