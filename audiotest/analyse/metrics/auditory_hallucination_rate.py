"""``auditory_hallucination_rate``: how often a distractor without any ground in the audio is chosen.

replies that choose an option of the kind ``incorrect_but_related`` or ``incorrect_and_unrelated`` / replies to
questions whose options have kinds; interval by clip. ``correct_but_unrelated`` is true of the clip and is no such
error. The kinds are MuChoMusic's (arXiv 2408.01337).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate

RANGE = (0.0, 1.0)

_UNGROUNDED = ("incorrect_but_related", "incorrect_and_unrelated")


def measure(
    trials: Trials,
    *,
    condition: str = "original",
    versus: str | None = None,
    scorer: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Estimate:
    """Share of replies that choose what cannot be heard."""
    judged = [(r, v) for r, v in trials.judged(condition, scorer, tags) if any(r.distractor_types)]
    if not judged:
        raise NotMeasured(f"no question under {condition} says of what kind its options are")
    chosen = [_type_of(r.distractor_types, v.choice) for r, v in judged]
    return clustered_proportion([kind in _UNGROUNDED for kind in chosen], [clip_of(r) for r, _ in judged])


def _type_of(types: Sequence[str | None], choice: int | None) -> str | None:
    return types[choice] if choice is not None and choice < len(types) else None
