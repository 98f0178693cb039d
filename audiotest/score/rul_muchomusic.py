"""RUL-MuchoMusic's own verdict on a reply: ``[[Letter]]``, else a letter or an option's text somewhere.

Goal
    Give the figures that the benchmark's example scripts give: accuracy with all five options (*one-shot*), and with
    one distractor left out, by pass and by vote (*leave-one-out*, the recommended one).

Rule
    The first of these that reads something:

    1. the last ``[[A]]`` to ``[[E]]``;
    2. the last A to E, in either case, after ``answer is``, ``chose``, ``choose``, ``select`` or ``guess is`` and a
       space, with a word's end behind it;
    3. the first of A to E, in this order, that occurs as ``option X``, ``Option X`` or ``(X)``;
    4. the first option, in the order shown, whose lower-case text is contained in the lower-case reply.

    A reply of which nothing is read is wrong, as is a letter beyond the options shown.

Source
    ``extract_answer`` in ``ExampleAudioEval/qwen_2_audio.py`` of yongyizang/AreYouReallyListening, commit d3971de
    (Zang et al., arXiv 2504.00369). Options are shuffled without a seed there, once a pass.

Verdict
    ``choice`` is the option that was read; ``format_kept`` whether it stood in the brackets that the prompt asks for;
    ``details["by"]`` is ``brackets``, ``phrase``, ``mention`` or ``text``. Every verdict is counted.

Known defects
    ``The answer is a piano`` is A. ``It is not (C), but (D)`` is C. Of two options named by text, the one shown first.
    A reply that repeats the prompt's ``such as [[A]], [[B]], [[C]], [[D]]`` is D. :mod:`~audiotest.score.choice` reads
    the same replies carefully.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiotest.score.official.unjudged import without_answer
from audiotest.types import Question, Verdict

ONE_ANSWER = True

LETTERS = "ABCDE"
_BRACKETS = re.compile(r"\[\[([A-E])\]\]")
_PHRASE = re.compile(r"(?:answer is|chose|choose|select|guess is) ([A-E])\b", re.IGNORECASE)


def extract(output: str, choices: Sequence[str]) -> tuple[int | None, str]:
    """The place that the rule reads, and by what; (None, "") for none. The place can be beyond the options.

    >>> extract("My guess: [[B]].", ["a harp", "a flute"]), extract("a flute, I think", ["a harp", "a flute"])
    ((1, 'brackets'), (1, 'text'))
    """
    for pattern, by in ((_BRACKETS, "brackets"), (_PHRASE, "phrase")):
        if matches := pattern.findall(output):
            return LETTERS.index(matches[-1].upper()), by
    for place, letter in enumerate(LETTERS):
        if any(form in output for form in (f"option {letter}", f"Option {letter}", f"({letter})")):
            return place, "mention"
    lowered = output.lower()
    for place, text in enumerate(choices):
        if text and text.lower() in lowered:
            return place, "text"
    return None, ""


def score(question: Question, output: str) -> Verdict:
    """What the benchmark's script says of ``output``; takes no options and never raises."""
    if question.answer is None:
        return without_answer("rul_muchomusic")
    place, by = extract(output if isinstance(output, str) else "", question.choices)
    shown = place if place is not None and place < len(question.choices) else None
    correct = shown is not None and question.choices[shown] == question.answer
    return Verdict(
        correct,
        choice=shown,
        status="read" if place is not None else "unparsed",
        score=float(correct),
        format_kept=by == "brackets",
        evidence="no letter and no option's text" if place is None else f"{_letter(place)}, by {by}",
        details={"extracted": None if place is None else _letter(place), "by": by or None},
    )


def _letter(place: int) -> str:
    return chr(ord("A") + place)
