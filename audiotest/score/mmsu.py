"""MMSU's own verdict on a reply: the first character, else the last but one.

Goal
    Give the figure that the benchmark's script gives, so that it can be compared with the published ones.

Rule
    1. The reply is stripped, and its newlines are deleted.
    2. If its first character is one of A, B, C, D, that is the answer.
    3. Else, if it is longer than one character and the last but one is one of A, B, C, D, that is (made for
       ``The answer is A.``).
    4. Else the record is left out of numerator and denominator. An empty reply, and the reply ``None``, are wrong.

    It is right if the text of that option is the answer's.

Source
    ``mmsu_evaluation.py`` of dingdongwang/MMSU, commit 217d1d3 (Wang et al., arXiv 2506.04779). Its tables are by
    ``category`` and ``sub-category``, the overall figure is all right ones over all that are counted.

Verdict
    ``choice`` is the option that was read, ``format_kept`` whether one was. ``counted`` is False for rule 4, as for a
    reply that is no text, which the script skips. ``details["extracted"]`` is the letter. A letter beyond the options
    shown is wrong and no choice.

Known defects
    ``Answer: B`` is A, ``Definitely (B).`` is D, ``Both are right`` is B and ``Cats`` is C. ``The answer is B``,
    ``(B) dog``, ``dog`` and ``b`` leave the denominator, so a model that replies in sentences is measured by a part
    of the questions. :mod:`~audiotest.score.choice` reads the same replies carefully.
"""

from __future__ import annotations

from audiotest.score.official.unjudged import without_answer
from audiotest.types import Question, Verdict

ONE_ANSWER = True

LETTERS = "ABCD"


def extract(output: str) -> str | None:
    """The letter that the rule reads; "" for a reply that is wrong without one, None for one that is left out.

    >>> [extract(reply) for reply in ("B", "The answer is A.", "Definitely (B).", "", "dog")]
    ['B', 'A', 'D', '', None]
    """
    text = output.strip().replace("\n", "")
    if not text or text == "None":
        return ""
    if text[0] in LETTERS:
        return text[0]
    return text[-2] if len(text) > 1 and text[-2] in LETTERS else None


def score(question: Question, output: str) -> Verdict:
    """What MMSU's script says of ``output``; takes no options and never raises."""
    if question.answer is None:
        return without_answer("mmsu")
    letter = extract(output) if isinstance(output, str) else None
    if not letter:
        evidence = "left out: neither the first character nor the last but one is A-D"
        return Verdict(
            False,
            status="unparsed",
            score=0.0,
            format_kept=False,
            counted=letter is not None,
            evidence="an empty reply, which is wrong" if letter == "" else evidence,
            details={"extracted": None},
        )
    place = LETTERS.index(letter)
    shown = place if place < len(question.choices) else None
    correct = shown is not None and question.choices[shown] == question.answer
    return Verdict(
        correct,
        choice=shown,
        score=float(correct),
        format_kept=True,
        evidence=f"{letter}, the {'first character' if output.strip()[0] == letter else 'last character but one'}",
        details={"extracted": letter},
    )
