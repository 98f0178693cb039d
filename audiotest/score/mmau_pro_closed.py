"""MMAU-Pro's closed questions: the option whose embedding is nearest to the reply's.

Goal
    The benchmark's accuracy over questions with two or more choices.

Rule
    Reply and options are embedded by NV-Embed-v2 (no instruction, at most 4,096 tokens), scaled to length 1 and
    compared by their dot product; the option of the highest is chosen, the first of equals. Its text must equal the
    answer. A missing reply is the empty text. Questions with fewer than two choices leave the denominator.

    The script computes in float32, so that of two options with one and the same vector (``Yes`` and ``yes`` to an
    uncased model) rounding chooses: the second in 1 of 60 such rows on a CPU. Here it is the first.

Verdict
    ``details["similarities"]`` has the cosine of every option. Another embedding model than NV-Embed-v2 can be
    given; the figures are then not the official ones, so a run records which it was.

Known defects
    Something is always chosen: an empty reply, a refusal and a bare letter get arbitrary credit, and ``It is not X``
    is nearest to X. That is why ``choice`` is reported beside it.

Source
    ``evaluate_closedended_with_nvembed`` in ``evaluate_mmau_pro_comprehensive.py`` of sonalkum/MMAUPro, commit 960e93a.
"""

from __future__ import annotations

from collections.abc import Sequence

from audiotest.score.official.unjudged import without_answer
from audiotest.types import Question, Verdict

ONE_ANSWER = True


def compares(question: Question, output: str) -> tuple[str, tuple[str, ...]] | None:
    """The reply and the options to embed; None where the question has fewer than two."""
    return (output, question.choices) if len(question.choices) > 1 else None


def score(question: Question, output: str, *, similarities: Sequence[float] | None = None) -> Verdict:
    """The nearest option, given the cosine of each; not counted without them."""
    if len(question.choices) < 2:
        return Verdict(None, status="none", counted=False, evidence="the official script leaves out questions "
                       "with fewer than two choices")  # fmt: skip
    if question.answer is None:
        return without_answer("mmau_pro_closed")
    if similarities is None:
        return Verdict(None, status="none", counted=False,
                       evidence="mmau_pro_closed needs an embedding model: give --embedder SPEC")  # fmt: skip
    nearest = max(range(len(similarities)), key=similarities.__getitem__)
    right = question.choices[nearest] == question.answer
    return Verdict(
        correct=right,
        choice=nearest,
        score=float(right),
        evidence=f"nearest to {question.choices[nearest]!r} (cosine {similarities[nearest]:.3f})",
        details={"similarities": [round(float(value), 6) for value in similarities]},
    )
