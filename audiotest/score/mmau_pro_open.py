"""MMAU-Pro's open questions: a judge gives correctness, relevance, completeness, clarity and an overall score.

Goal
    The benchmark's score of a reply: the overall score, 1 to 5, over 5 (so the lowest is 0.2).

Rule
    The judge sees question, reference answer and reply, and answers by lines ``NAME: score - justification``. They
    are read as the script reads them (:mod:`audiotest.score.official.mmau_pro_judge`): **what is missing is 3.0**,
    so a judge that says nothing gives 60%. ``mmau_pro_open_careful`` leaves such replies out.

Verdict
    ``correct`` is None: the score is a grade. ``details`` has the five scores and the judge's ``line``; ``status``
    is ``unparsed`` where a person could not read an overall score, though the official score counts.

Source
    ``create_evaluation_prompt`` and ``extract_scores_from_evaluation`` in ``evaluate_mmau_pro_comprehensive.py`` of
    sonalkum/MMAUPro, commit 960e93a; temperature 0.1, 512 new tokens.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from audiotest.score import _judged
from audiotest.score.official import mmau_pro_judge
from audiotest.types import Ask, Generation, Question, Verdict

ONE_ANSWER = True

_GENERATION = Generation(max_new_tokens=512, temperature=0.1, system="You are a helpful and objective evaluator.")


def asks(question: Question, output: str) -> tuple[Ask, ...]:
    """One prompt; none without a reference answer."""
    reference = question.reference[0] if question.reference else question.answer
    if reference is None:
        return ()
    prompt = _judged.render("mmau_pro_open.jinja", question=question.question, reference=reference, reply=output)
    return (Ask("judge", prompt, _GENERATION),)


def score(question: Question, output: str, *, judged: Mapping[str, str] | None = None) -> Verdict:
    """The official reading of the judge's text."""
    if not judged:
        return _judged.without_judge("mmau_pro_open")
    line = judged["judge"]
    scores, readable = mmau_pro_judge.official(line), mmau_pro_judge.careful(line).read
    return Verdict(
        correct=None,
        status="read" if readable else "unparsed",
        score=scores.score,
        evidence=f"overall {scores.overall:g} of 5" if scores.overall is not None else "",
        details={**msgspec.to_builtins(scores), "unreadable": int(not readable), "line": line},
    )
