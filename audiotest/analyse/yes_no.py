"""Questions that are answered by yes or no: what the reply says and what is right, for figures about hallucination.

A reply counts where its question has the options yes and no and its scorer read one of them. A *pair* are two questions
with the same value of the tag ``pair``, one to be answered by yes and one by no, both read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.analyse.intervals import bootstrap, clustered_proportion
from audiotest.analyse.trials import NotMeasured, Trials, clip_of
from audiotest.types import Estimate, Record


def yes_no(record: Record) -> tuple[int, int] | None:
    """The places of yes and no among the choices; None for another kind of question."""
    folded = [choice.strip().strip(".").lower() for choice in record.choices]
    return (folded.index("yes"), folded.index("no")) if sorted(folded) == ["no", "yes"] else None


def answers(
    trials: Trials, condition: str, scorer: str | None, tags: Mapping[str, str] | None
) -> list[tuple[Record, bool | None, bool]]:
    """(record, whether the reply says yes, whether yes is right) of every yes-no question under ``condition``; the
    second is None where the reply could not be read. Raises :class:`NotMeasured` where there is none."""
    rows: list[tuple[Record, bool | None, bool]] = []
    for record, verdict in trials.judged(condition, scorer, tags):
        places = yes_no(record)
        if places is not None and record.answer_index in places:
            says_yes = None if verdict.choice not in places else verdict.choice == places[0]
            rows.append((record, says_yes, record.answer_index == places[0]))
    if not rows:
        raise NotMeasured(f"no question under {condition} has the options yes and no")
    return rows


SCORERS = ("audio_hallucination", "hallu_audio")
"""Those of the benchmarks of hallucination: where one of them ran, these figures are shown."""


def are_asked(trials: Trials, condition: str) -> bool:
    """Whether a benchmark of hallucination asks yes-no questions under ``condition``."""
    records = trials.by_condition.get(condition, ())
    return any(name in record.verdicts and yes_no(record) for record in records for name in SCORERS)


def of_no(
    trials: Trials,
    condition: str,
    scorer: str | None,
    tags: Mapping[str, str] | None,
    figure: Callable[[Floats], Floats],
) -> Estimate:
    """A figure of (right no, wrong no, wrong yes), sums of shape (..., 3), over the replies that were read. Raises
    :class:`NotMeasured` where it has no value."""
    known = [
        (r, says_yes, is_yes)
        for r, says_yes, is_yes in answers(trials, condition, scorer, tags)
        if says_yes is not None
    ]
    rows = [
        [not says_yes and not is_yes, not says_yes and is_yes, says_yes and not is_yes] for _, says_yes, is_yes in known
    ]
    if not rows:
        raise NotMeasured(f"no reply under {condition} was read as yes or no")
    estimate = bootstrap(np.asarray(rows, dtype=np.float64), figure, [clip_of(record) for record, _, _ in known])
    if estimate.value is None:
        raise NotMeasured(f"there is nothing to divide by: no question of the kind, or no reply, is `no` ({condition})")
    return estimate


def share(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0))


def pairs(
    trials: Trials, condition: str, scorer: str | None, tags: Mapping[str, str] | None, outcome: tuple[bool, bool]
) -> Estimate:
    """The share of pairs with this ``outcome``: whether the reply says yes where yes is right, and where no is. Raises
    :class:`NotMeasured` where there is no pair."""
    sides: dict[str, dict[bool, tuple[bool, Hashable]]] = {}
    for record, says_yes, is_yes in answers(trials, condition, scorer, tags):
        for pair in record.tags.get("pair", ()):
            if says_yes is not None:
                sides.setdefault(pair, {})[is_yes] = says_yes, clip_of(record)
    whole = [side for side in sides.values() if len(side) == 2]
    if not whole:
        raise NotMeasured(f"no pair of questions under {condition} was read whole (the tag `pair`)")
    return clustered_proportion(
        [(side[True][0], side[False][0]) == outcome for side in whole], [side[True][1] for side in whole]
    )


def are_paired(trials: Trials, condition: str) -> bool:
    """Whether the questions under ``condition`` are yes-no questions in pairs."""
    return are_asked(trials, condition) and any("pair" in r.tags for r in trials.by_condition[condition])
