"""All verdicts on one reply: the suite's scorers in their order, or a case's own checks.

The first verdict decides. A case with ``expect`` is decided by all of its checks together, under the name
``expect``; each check is reported beside it (a scorer's second one as ``mentions 2``), and so are the suite's scorers
where they apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from audiotest.registry import SCORERS
from audiotest.types import Check, Question, Verdict

Assist = Callable[[str], dict[str, Any]]
"""What a scorer needs besides the reply, by its name: a judge's texts, similarities."""


def verdicts(
    question: Question,
    output: str,
    scorers: Sequence[Check],
    expect: Sequence[Check] = (),
    assist: Assist | None = None,
) -> dict[str, Verdict]:
    """Verdicts by scorer name, the deciding one first. Raises ValueError for options that a scorer has not."""
    by_scorer: dict[str, Verdict] = {}
    if expect:
        checks: dict[str, Verdict] = {}
        for check in expect:
            checks[_free(check.name, checks)] = one(question, output, check, assist)
        by_scorer["expect"] = _together(checks)
        by_scorer.update(checks)
    for check in scorers:
        if check.name not in by_scorer and (question.choices or check.name != "choice"):
            by_scorer[check.name] = one(question, output, check, assist)
    return by_scorer


def one(question: Question, output: str, check: Check, assist: Assist | None = None) -> Verdict:
    """The verdict of one scorer with its options."""
    given = assist(check.name) if assist is not None else {}
    verdict: Verdict = SCORERS.get(check.name).score(question, output, **check.options, **given)
    if question.metadata.get("refusal") and not verdict.correct:
        # What came in the field for refusals declines, in whichever words: no scorer has to find that out.
        return replace(verdict, status="refused", choice=None)
    return verdict


def _free(name: str, taken: dict[str, Verdict]) -> str:
    """``name``, or ``name 2``, ``name 3``... for a scorer that checks a reply more than once."""
    times = sum(other.partition(" ")[0] == name for other in taken)
    return f"{name} {times + 1}" if times else name


def _together(checks: dict[str, Verdict]) -> Verdict:
    """Correct if every check holds; the evidence names those that do not."""
    failed = [name for name, verdict in checks.items() if not verdict.correct]
    first = next(iter(checks.values()))
    scores = [v.score for v in checks.values() if v.score is not None]
    missed = "; ".join(f"{name}: {checks[name].evidence or 'not met'}" for name in failed)
    return replace(
        first, correct=not failed, score=sum(scores) / len(scores) if scores else None, evidence=missed, details={}
    )


def left_out(by_scorer: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """The verdicts on an item with a known issue: they are shown, and in no denominator."""
    return {name: replace(verdict, counted=False) for name, verdict in by_scorer.items()}
