"""The listening profile: for every case, whether it was answered by listening.

=============  =====================================================================================================
``listened``   right, and wrong or declined without the sound
``guessable``  right, and right without the sound as well (text_only, silence or noise_only): it need not be heard
``fragile``    right, and not without the sound, but wrong under a change that a listener should survive
``misheard``   another option was chosen
``unparsed``   no option could be read from the reply, a refusal included
``right``      right, but no condition without sound ran, so nobody knows why
=============  =====================================================================================================

A change is one that a listener should survive if

- it leaves the sound as it is (order, labels or wording of the same options, another prompt), or
- the suite declares it so, by expecting ``correct``, ``stays_correct`` or ``same`` under it, or
- this run's accuracy under it is well above chance: the lower end of its 95% interval keeps at least half of what the
  accuracy under ``original`` has above guessing.

So a noise in which hardly anything can be heard makes no item fragile. Which conditions counted is in the profile
(``survivable``).

A lucky guess without the sound (1 in k) makes an item ``guessable`` for that run; several runs tell luck from an
item answerable without audio (``audiotest items``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from audiotest.analyse.errors import category
from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import (
    PERTURBATIONS,
    SOUNDLESS,
    UNANSWERABLE,
    Trials,
    clip_of,
    is_of,
    of_family,
    verdict_of,
)
from audiotest.types import Record, Verdict

LABELS = ("listened", "guessable", "fragile", "misheard", "unparsed", "right")
DEFINITION = (
    "listened: right, and not without the sound; guessable: right without it as well;",
    "fragile: right, but not under a change that a listener should survive (the sound stays as it is, the suite",
    "expects it, or accuracy stays well above chance); misheard: another option; unparsed: no option could be read",
)
_DECLARED = ("correct", "stays_correct", "same")
_OTHER_QUESTION = (*UNANSWERABLE, "foreign_sound")
_KEPT = 0.5


def labels(trials: Trials, survivable: Collection[str] | None = None) -> dict[str, str]:
    """The label of every case that has a verdict under ``original`` and choices.

    ``survivable`` are the conditions under which losing an item makes it fragile; by default those of
    :func:`survivable_conditions`.
    """
    others = survivable_conditions(trials) if survivable is None else survivable
    without, changed = _right(trials, of_family(trials, SOUNDLESS)), _right(trials, others)
    label_of = {}
    for record in trials.by_condition.get("original", ()):
        verdict = verdict_of(record)
        if verdict is not None and verdict.correct is not None and record.choices and not record.known_issue:
            label_of[record.case] = _label(record, verdict, without.get(record.case), changed.get(record.case))
    return label_of


def survivable_conditions(trials: Trials) -> list[str]:
    """The conditions that ran and that a listener should survive, as the module says."""
    best = _above_chance(trials.by_condition.get("original", ()))
    return [
        condition
        for condition, records in trials.by_condition.items()
        if _same_question(condition) and (_same_sound(condition) or _declared(records) or _kept(records, best))
    ]


def _same_question(condition: str) -> bool:
    """Whether the right answer can still be heard and is still there to be chosen."""
    return condition != "original" and not any(is_of(part, _OTHER_QUESTION) for part in condition.split("+"))


def _same_sound(condition: str) -> bool:
    return is_of(condition, PERTURBATIONS)


def _declared(records: Iterable[Record]) -> bool:
    return any(record.expectation in _DECLARED for record in records)


def _kept(records: Iterable[Record], best: tuple[float, float] | None) -> bool:
    here = _above_chance(records)
    return here is not None and best is not None and best[0] > 0 and here[1] >= _KEPT * best[0]


def _above_chance(records: Iterable[Record]) -> tuple[float, float] | None:
    """The accuracy above guessing and its lower end; None where it has no interval."""
    judged = [
        (bool(v.correct), r.chance, clip_of(r))
        for r in records
        if r.choices and (v := verdict_of(r)) is not None and v.correct is not None
    ]
    accuracy = clustered_proportion([right for right, _, _ in judged], [clip for _, _, clip in judged])
    if accuracy.value is None or accuracy.low is None:
        return None
    chance = sum(share for _, share, _ in judged) / len(judged)
    return accuracy.value - chance, accuracy.low - chance


def _right(trials: Trials, conditions: Iterable[str]) -> dict[str, list[bool]]:
    rights: dict[str, list[bool]] = {}
    for condition in conditions:
        for record in trials.by_condition.get(condition, ()):
            verdict = verdict_of(record)
            if verdict is not None and verdict.correct is not None:
                rights.setdefault(record.case, []).append(verdict.correct)
    return rights


def _label(record: Record, verdict: Verdict, without: list[bool] | None, changed: list[bool] | None) -> str:
    if not verdict.correct:
        # The right option and all the same wrong: a benchmark's own rule could not read it.
        return "unparsed" if verdict.choice in (None, *record.right_places) else "misheard"
    if without is None:
        return "right"
    if any(without):
        return "guessable"
    return "listened" if all(changed or ()) else "fragile"


def profile(trials: Trials) -> dict[str, Any] | None:
    """Shares of the labels over the suite and by tag, each with its interval by clip; the conditions that make an item
    fragile; the errors by category; and what was chosen at each place.

    None for a suite without multiple-choice verdicts under ``original``.
    """
    survivable = survivable_conditions(trials)
    label_of = labels(trials, survivable)
    if not label_of:
        return None
    records = [r for r in trials.by_condition["original"] if r.case in label_of]
    groups: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        for tag, values in record.tags.items():
            for value in values:
                groups.setdefault(tag, {}).setdefault(value, []).append(record)
    return {
        "shares": _shares(records, label_of),
        "tags": {
            tag: {value: _shares(of, label_of) for value, of in sorted(values.items())}
            for tag, values in groups.items()
        },
        "survivable": survivable,
        "errors": dict(Counter(c for r in records if (c := category(r)) is not None).most_common()),
        "positions": _positions(records),
    }


def _shares(records: Sequence[Record], label_of: dict[str, str]) -> dict[str, Any]:
    own, clips = [label_of[r.case] for r in records], [clip_of(r) for r in records]
    shares = {}
    for label in LABELS:
        if label in own:
            estimate = clustered_proportion([one == label for one in own], clips)
            shares[label] = {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
    return shares


def _positions(records: list[Record]) -> list[dict[str, int]]:
    """For each place in the list of options: how often it was chosen, and how often the right one stood there."""
    most = max((len(r.choices) for r in records), default=0)
    chosen = Counter(v.choice for r in records if (v := verdict_of(r)) is not None)
    right = Counter(place for r in records for place in r.right_places)
    return [{"chosen": chosen[i], "right": right[i]} for i in range(most)]
