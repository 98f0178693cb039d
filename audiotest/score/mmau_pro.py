"""MMAU-Pro's own verdict, whichever kind of question it is.

Rule
    By the ``category`` of the case, as the official script divides its rows: ``open`` goes to
    :mod:`~audiotest.score.mmau_pro_open` (a judge), ``instruction following`` to
    :mod:`~audiotest.score.mmau_pro_if` (27 rules), everything else to :mod:`~audiotest.score.mmau_pro_closed`
    (an embedding model). Without a judge or an embedding model those questions are not counted.

Source
    ``main`` in ``evaluate_mmau_pro_comprehensive.py`` of sonalkum/MMAUPro, commit 960e93a.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audiotest.score import mmau_pro_closed, mmau_pro_if, mmau_pro_open
from audiotest.types import Ask, Question, Verdict

ONE_ANSWER = True


def kind(question: Question) -> str:
    """``open``, ``if`` or ``closed``."""
    tags = question.metadata.get("tags", {})
    named = question.metadata.get("category") or next(iter(tags.get("category", ())), "")
    return {"open": "open", "instruction following": "if"}.get(str(named), "closed")


def asks(question: Question, output: str) -> tuple[Ask, ...]:
    """What a judge is asked: of open questions only."""
    return mmau_pro_open.asks(question, output) if kind(question) == "open" else ()


def compares(question: Question, output: str) -> tuple[str, tuple[str, ...]] | None:
    """What is embedded: of closed questions only."""
    return mmau_pro_closed.compares(question, output) if kind(question) == "closed" else None


def score(
    question: Question,
    output: str,
    *,
    judged: Mapping[str, str] | None = None,
    similarities: Sequence[float] | None = None,
) -> Verdict:
    """The verdict of the rule that the question's category is scored by."""
    match kind(question):
        case "open":
            return mmau_pro_open.score(question, output, judged=judged)
        case "if":
            return mmau_pro_if.score(question, output)
        case _:
            return mmau_pro_closed.score(question, output, similarities=similarities)
