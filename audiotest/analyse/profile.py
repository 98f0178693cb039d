"""The listening profile: for every case, whether it was answered by listening.

=============  =====================================================================================================
``listened``   right, and wrong or declined without the sound
``guessable``  right, and right without the sound as well (text_only, silence or noise_only): it need not be heard
``fragile``    right, and not without the sound, but wrong once something else was changed (order, wording, noise...)
``misheard``   another option was chosen
``unparsed``   no option could be read from the reply, a refusal included
``right``      right, but no condition without sound ran, so nobody knows why
=============  =====================================================================================================

A lucky guess without the sound (1 in k) makes an item ``guessable`` for that run; several runs tell luck from an
item that gives itself away (``audiotest items``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from audiotest.analyse.errors import category
from audiotest.analyse.intervals import proportion
from audiotest.analyse.trials import SOUNDLESS, UNANSWERABLE, Trials, of_family, verdict_of
from audiotest.types import Record, Verdict

LABELS = ("listened", "guessable", "fragile", "misheard", "unparsed", "right")
DEFINITION = (
    "listened: right, and not without the sound; guessable: right without it as well;",
    "fragile: right until something else was changed; misheard: another option; unparsed: no option could be read",
)


def labels(trials: Trials) -> dict[str, str]:
    """The label of every case that has a verdict under ``original`` and choices."""
    soundless = of_family(trials, SOUNDLESS)
    left_out = {"original", *soundless, *of_family(trials, UNANSWERABLE)}
    others = [c for c in trials.by_condition if c not in left_out]
    without, changed = _right(trials, soundless), _right(trials, others)
    found = {}
    for record in trials.by_condition.get("original", ()):
        verdict = verdict_of(record)
        if verdict is not None and verdict.correct is not None and record.choices:
            found[record.case] = _label(record, verdict, without.get(record.case), changed.get(record.case))
    return found


def _right(trials: Trials, conditions: Iterable[str]) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = {}
    for condition in conditions:
        for record in trials.by_condition[condition]:
            verdict = verdict_of(record)
            if verdict is not None and verdict.correct is not None:
                found.setdefault(record.case, []).append(verdict.correct)
    return found


def _label(record: Record, verdict: Verdict, without: list[bool] | None, changed: list[bool] | None) -> str:
    if not verdict.correct:
        # The right option and all the same wrong: a benchmark's own rule could not read it.
        return "unparsed" if verdict.choice in (None, record.answer_index) else "misheard"
    if without is None:
        return "right"
    if any(without):
        return "guessable"
    return "listened" if all(changed or ()) else "fragile"


def profile(trials: Trials) -> dict[str, Any] | None:
    """Shares of the labels over the suite and by tag, the errors by category, and what was chosen at each place.

    None for a suite without multiple-choice verdicts under ``original``.
    """
    found = labels(trials)
    if not found:
        return None
    records = [r for r in trials.by_condition["original"] if r.case in found]
    groups: dict[str, dict[str, list[str]]] = {}
    for record in records:
        for tag, values in record.tags.items():
            for value in values:
                groups.setdefault(tag, {}).setdefault(value, []).append(found[record.case])
    return {
        "shares": _shares(list(found.values())),
        "tags": {tag: {value: _shares(of) for value, of in sorted(values.items())} for tag, values in groups.items()},
        "errors": dict(Counter(c for r in records if (c := category(r)) is not None).most_common()),
        "positions": _positions(records),
    }


def _shares(found: list[str]) -> dict[str, Any]:
    counts = Counter(found)
    shares = {}
    for label in LABELS:
        if counts[label]:
            estimate = proportion(counts[label], len(found))
            shares[label] = {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": len(found)}
    return shares


def _positions(records: list[Record]) -> list[dict[str, int]]:
    """For each place in the list of options: how often it was chosen, and how often the right one stood there."""
    most = max((len(r.choices) for r in records), default=0)
    chosen = Counter(v.choice for r in records if (v := verdict_of(r)) is not None)
    right = Counter(r.answer_index for r in records)
    return [{"chosen": chosen[i], "right": right[i]} for i in range(most)]
