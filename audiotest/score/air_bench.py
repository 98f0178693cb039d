r"""AIR-Bench's own verdict on a foundation reply: a letter that comes first, or last but one.

Goal
    Give the figure that the benchmark's script gives for its 19 single-choice tasks.

Rule
    1. The reply is stripped and its line feeds are deleted (words on two lines grow together). Nothing left,
       or the text ``None``: it fails.
    2. If its first character is A, B, C or D, that letter is the answer.
    3. Otherwise, if it has more than one character and the last but one is A, B, C or D, that letter ("The
       answer is B.").
    4. Otherwise it fails.

    The right letter is that of the first of at most four options equal to the answer.

Source
    ``score_foundation.py`` of OFA-Sys/AIR-Bench, commit 9832476 (Yang et al., arXiv 2402.07729). The
    published figures of models that seldom answer with a letter were computed after an alignment step by GPT-3.5,
    which is not part of this rule.

Denominator
    **Failed replies are left out**: a model that answers one question of a thousand in the right form, and
    rightly, scores 100%. Their verdicts have ``counted`` False, so accuracy over counted verdicts is the
    script's figure; the share counted is that of ``format_kept``. Where all replies of a task fail, the
    script ends in a KeyError.

Verdict
    ``choice`` is the option of the letter read (None for a letter beyond the options shown, which is wrong),
    ``status`` ``read`` or ``unparsed``; ``details`` has ``extracted`` and ``gold``, both letters. A reply
    that is not text stops the script: it counts as failed. An answer that is not among the first four options
    stops it as well, but only once a letter was read: no credit, not counted, ``details["official_error"]``.
    A question without an answer is not judged.

Known defects
    ``(B) text``, ``The answer is B``, ``Option B``, ``**B**`` and lower case fail, while ``Answer: C`` is
    read as A, ``Based on ...`` as B, ``Cannot tell`` as C, ``Don't know`` as D, the option text ``Blues`` as
    B, and ``(C)`` as C by its last character but one.
"""

from __future__ import annotations

from audiotest.score.official.unjudged import crashed, without_answer
from audiotest.types import Question, Verdict

ONE_ANSWER = True

LETTERS = "ABCD"


def extract(output: str) -> str | None:
    """The letter that the rule reads in a reply, None where it fails.

    >>> [extract(text) for text in ("B. rain", "The answer is B.", "The answer is B", "Cannot tell")]
    ['B', 'B', None, 'C']
    """
    text = output.strip().replace("\n", "")
    if text in ("", "None"):
        return None
    for letter in (text[0], text[-2:-1]):
        if letter and letter in LETTERS:
            return letter
    return None


def score(question: Question, output: str) -> Verdict:
    """What AIR-Bench's script says of ``output``; takes no options and never raises."""
    if question.answer is None:
        return without_answer("air_bench")
    if not isinstance(output, str):
        return crashed(f"AttributeError: a reply of type {type(output).__name__} has no strip()", counted=False)
    letter = extract(output)
    if letter is None:
        return Verdict(
            correct=False,
            status="unparsed",
            format_kept=False,
            counted=False,
            evidence="neither the first character nor the last but one is A, B, C or D",
            details={"extracted": None, "gold": _gold(question)},
        )
    place = LETTERS.index(letter)
    choice = place if place < len(question.choices) else None
    gold = _gold(question)
    if gold is None:
        return crashed("SystemExit: the answer is not one of the first four options", counted=False, choice=choice)
    return Verdict(
        correct=letter == gold,
        choice=choice,
        score=float(letter == gold),
        format_kept=True,
        evidence=f"read {letter}",
        details={"extracted": letter, "gold": gold},
    )


def _gold(question: Question) -> str | None:
    for letter, choice in zip(LETTERS, question.choices, strict=False):
        if choice == question.answer:
            return letter
    return None
