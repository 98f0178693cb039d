"""``labels``: which labels of a set does the reply name? One label or several, without options to choose from.

Options
    ``of``       the labels: ``[jazz, rock, hip hop]``
    ``several``  whether a case may have several labels (its ``answer`` or ``reference`` lists them), all of which the
                 reply has to name; default false

Rule
    A label is named where it stands in the reply as whole words that are not denied ("there are no drums"); within a
    longer label ("rock" in "punk rock") it is not. Without ``several`` two labels are ``ambiguous``.

Verdict
    ``correct``: exactly the right labels are named. ``details`` has ``expected`` and ``predicted``: the confusion, of
    which the metric ``macro_f1`` is made. ``score`` is the F1 of the labels of this reply.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audiotest.registry import unknown
from audiotest.score._words import pattern, phrases, places
from audiotest.score.answer_extraction.answer_span import answer_spans
from audiotest.score.answer_extraction.normalise import fold
from audiotest.types import CUT, Question, Verdict


def check(*, of: Any = (), several: bool = False) -> None:
    """Raise ValueError where there are fewer than two labels, two that are alike, or one without words."""
    names = phrases(of, "of")
    if len(names) < 2:
        raise ValueError("`labels` needs the labels there are: `of: [jazz, rock]`")
    for name in names:
        pattern(name)
    if len({fold(name) for name in names}) < len(names):
        raise ValueError("two labels of `of` are alike")
    if not isinstance(several, bool):
        raise ValueError(f"`several` is {several!r}: expected true or false")


def check_case(question: Question, *, of: Any = (), several: bool = False) -> None:
    """Raise ValueError for a case whose right label is not among those there are."""
    names = phrases(of, "of")
    known = {fold(name) for name in names}
    for text in _wanted(question):
        if fold(text) not in known:
            raise ValueError(unknown("label", text, list(names)))
    if not several and len({fold(text) for text in _wanted(question)}) > 1:
        raise ValueError("several labels are right here: say `several: true` of the scorer, or keep one")


def score(question: Question, output: str, *, of: Any = (), several: bool = False) -> Verdict:
    """Whether ``output`` names the right labels. Raises ValueError for options that make no sense."""
    check(of=of, several=several)
    names = phrases(of, "of")
    right = {fold(text) for text in _wanted(question)}
    expected = [name for name in names if fold(name) in right]
    if not expected:
        missing = "`labels` needs labels as `answer` or `reference`"
        return Verdict(None, status="none", counted=False, evidence=missing)
    spans = answer_spans(output, cut=question.finish in CUT)
    predicted = next((own for span in spans if (own := _named(span.text, names))), [])
    both = len(set(expected) & set(predicted))
    correct = both == len(expected) == len(predicted)
    status: Any = "read" if predicted else "none"
    if not several and len(predicted) > 1:
        status = "ambiguous"
    return Verdict(
        correct,
        status=status,
        score=2 * both / (len(expected) + len(predicted)),
        evidence=", ".join(predicted)[:200],
        details={"expected": expected, "predicted": predicted if several or len(predicted) < 2 else []},
    )


def _wanted(question: Question) -> tuple[str, ...]:
    return question.reference or question.right_answers


def _named(text: str, names: Sequence[str]) -> list[str]:
    """The labels that stand in ``text``, none of them within a longer one."""
    spots = [(start, end, denied, name) for name in names for start, end, denied in places(text, name)]
    free = [
        (denied, name)
        for start, end, denied, name in spots
        if not any(a <= start and end <= b and b - a > end - start for a, b, _, _ in spots)
    ]
    affirmed = {name for denied, name in free if not denied}
    return [name for name in names if name in affirmed]
