"""VoiceBench's own verdict on a multiple-choice reply: a letter by templates, and a drawn one where none fits.

Goal
    The figure that the benchmark's script gives for OpenBookQA and MMSU.

Rule
    1. The reply in lower case is searched for templates such as ``the answer is @`` or ``(@)``, one after the other,
       and each for the letters a to d: the first that is there is the answer
       (:mod:`audiotest.score.official.voicebench`).
    2. Otherwise a reply that is a letter, or begins with a letter and one of ``.,:)``, is that letter.
    3. Otherwise the script draws one of A to D at random, without a seed. Here it is drawn from the question and the
       reply, so that the same reply has the same verdict everywhere; the expected figure is the script's.

Source
    ``src/evaluator/mcq.py`` of MatthewCYM/VoiceBench, commit 5338154 (Chen et al., arXiv 2410.17196).

Verdict
    ``status`` is ``unparsed`` where the letter was drawn, with ``details["drawn"]``; the script prints the share of
    such replies as ``fail``. ``choice`` is the option that was read, and None for a drawn one.

Known defects
    A reply in which nothing can be read is right in a quarter of cases. `` @.`` and `` @,`` are templates, so "I heard
    a, um" is A, and ``A: no. B: yes.`` is A.
"""

from __future__ import annotations

import hashlib

from audiotest.score.official import voicebench
from audiotest.score.official.unjudged import crashed, without_answer
from audiotest.types import Question, Verdict

OPEN_QUESTIONS = False
ONE_ANSWER = True


def score(question: Question, output: str) -> Verdict:
    """What VoiceBench's script says of ``output``; takes no options and never raises."""
    if question.answer_index is None:
        return without_answer("voicebench_mcq")
    if not isinstance(output, str):
        return crashed(f"AttributeError: a reply of type {type(output).__name__} has no lower()")
    read = voicebench.letter(output)
    letter = read or _drawn(question, output)
    place = voicebench.LETTERS.index(letter)
    right = place == question.answer_index
    return Verdict(
        right,
        choice=place if read and place < len(question.choices) else None,
        status="read" if read else "unparsed",
        score=float(right),
        format_kept=read is not None,
        evidence=f"read {letter}" if read else f"no template fits; {letter} was drawn",
        details={"extracted": read} | ({} if read else {"drawn": letter}),
    )


def _drawn(question: Question, output: str) -> str:
    text = "\0".join((question.question, *question.choices, output))
    return voicebench.LETTERS[hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % 4]
