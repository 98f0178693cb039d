"""``exact``: the reply is the answer, or one of the references, and nothing else.

Case, diacritics, white space and punctuation at the edges do not matter; ``case: true`` makes case and diacritics
matter. ``format_kept`` is None: no form is asked for beyond the answer itself. Without an answer or a reference,
as where a condition takes it away, the reply is not judged.
"""

from __future__ import annotations

from audiotest.score.answer_extraction.normalise import clean, fold
from audiotest.types import Question, Verdict

VERSION = 2
_EDGES = " .,;:!?\"'()[]。，！？"


def check(*, case: bool = False) -> None:
    """Raise ValueError for a ``case`` that is neither true nor false: `no` is text."""
    if not isinstance(case, bool):
        raise ValueError(f"`case` is {case!r}: expected true or false")


def score(question: Question, output: str, *, case: bool = False) -> Verdict:
    """Whether ``output`` equals the answer or a reference."""
    check(case=case)
    wanted = (*question.right_answers, *question.reference)
    if not wanted:
        missing = "`exact` needs an `answer` or a `reference` to compare with"
        return Verdict(None, status="none", counted=False, evidence=missing)
    reply = form(output, case)
    hit = next((text for text in wanted if form(text, case) == reply), None)
    index = question.choices.index(hit) if hit in question.choices else None
    return Verdict(correct=hit is not None, choice=index, score=float(hit is not None), evidence=output.strip()[:200])


def form(text: str, case: bool) -> str:
    """``text`` as it is compared: without white space and punctuation around it; folded unless ``case`` matters."""
    text = " ".join(clean(text).split()).strip(_EDGES)
    return text if case else fold(text)
