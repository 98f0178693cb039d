"""MuChoMusic's own verdict on a reply: a letter anywhere, else an option's text.

Goal
    Give the figures that the benchmark's script gives: accuracy over all questions, and the instruction
    following rate (IFR), the share of replies in which an answer could be read.

Rule
    1. Of the reply, what follows the last ``The correct answer is:`` is kept and stripped.
    2. If exactly one of the capital characters A, B, C, D occurs in it, any number of times and in any place,
       that letter is the answer.
    3. Otherwise the first option, in the order shown, whose stripped lower-case text is contained in the
       lower-case reply.
    4. Otherwise the question is unanswered, which counts as wrong.

    The right letter is the place of 0 in ``answer_order``: ``answer_order[j]`` says which of the release's
    answers (0 is the correct one) is shown at place j.

Source
    ``extract_responses`` and ``compare_answers`` in ``muchomusic_eval/scoring.py`` of mulab-mir/muchomusic,
    commit d3c9a42 (Weck et al., arXiv 2408.01337). Earlier commits printed the accuracy under the name IFR.

Facts
    ``answer_order`` as above. Without it the place of the right option among the choices shown
    (``answer_index``, else the first choice equal to ``answer``) is taken, which says the same.

Verdict
    ``choice`` is the option that the rule read, ``status`` ``read`` or ``unparsed``, and ``format_kept`` what
    IFR averages. ``details["extracted"]`` is the letter, ``details["by"]`` ``letter`` or ``text``. A letter
    beyond the options shown (D of two) is extracted and wrong; there is no such ``choice``. An
    ``answer_order`` without a 0, on which the script stops, gets no credit and is not counted. A question
    without an answer is not judged.

Known defects
    ``Answer: B`` has the letters A and B, falls to the text and is unanswered; ``Answer: A`` is right by
    luck. A lower-case ``b`` is never read. Any capital A-D in prose is an answer: ``Cello`` is C, ``An oboe``
    is A, ``AI`` is A. ``It is not (B).`` is B. Of two options named, the one listed first. "sings softly"
    contains the option "Sings". An empty option is contained in everything. A fifth option has no letter.
"""

from __future__ import annotations

from collections.abc import Sequence

from audiotest.score.official.unjudged import crashed, without_answer
from audiotest.types import Question, Verdict

ONE_ANSWER = True

PREFIX = "The correct answer is:"
LETTERS = "ABCD"


def extract(output: str, choices: Sequence[str]) -> tuple[int | None, str | None]:
    """The index of the answer that the rule reads, and by what: ``letter`` or ``text`` (None, None: neither).

    >>> extract("Cello", ["Viola", "Cello", "Oboe", "Horn"])
    (2, 'letter')
    >>> extract("answer: viola", ["Viola", "Cello", "Oboe", "Horn"])
    (0, 'text')
    """
    text = output.rpartition(PREFIX)[2].strip()
    letters = [place for place, letter in enumerate(LETTERS) if letter in text]
    if len(letters) == 1:
        return letters[0], "letter"
    lowered = text.lower().strip()
    for place, choice in enumerate(choices):
        if choice.lower().strip() in lowered:
            return place, "text"
    return None, None


def score(question: Question, output: str) -> Verdict:
    """What MuChoMusic's script says of ``output``; takes no options and never raises."""
    if not isinstance(output, str):
        return crashed(f"AttributeError: a reply of type {type(output).__name__} has no split()")
    place, by = extract(output, question.choices)
    shown = place if place is not None and place < len(question.choices) else None
    try:
        right = _right_place(question)
    except (AttributeError, TypeError, ValueError) as error:
        return crashed(f"{type(error).__name__}: {error}", counted=False, choice=shown)
    if right is None:
        return without_answer("muchomusic")
    return Verdict(
        correct=place == right,
        choice=shown,
        status="unparsed" if place is None else "read",
        score=float(place == right),
        format_kept=place is not None,
        evidence=_evidence(place, by),
        details={
            "extracted": None if place is None else _letter(place),
            "by": by,
            "unanswered": place is None,
        },
    )


def _right_place(question: Question) -> int | None:
    order = question.metadata.get("answer_order")
    if order is not None:
        place: int = order.index(0)
        return place
    if question.answer_index is not None:
        return question.answer_index
    return question.choices.index(question.answer) if question.answer in question.choices else None


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _evidence(place: int | None, by: str | None) -> str:
    if place is None:
        return "no single letter A-D and no option's text"
    return f"the only capital of A-D is {_letter(place)}" if by == "letter" else f"contains option {_letter(place)}"
