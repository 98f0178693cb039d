"""SAKURA's verdict on a reply: a judge says whether it chooses the right option, and no other.

Goal
    The benchmark's accuracy on single-hop and multi-hop questions. Its headline, how often a multi-hop question is
    answered rightly by a model that answers the single-hop one on the same clip rightly, is the metric
    ``multi_hop_given_single``.

Rule
    A judge sees the question with its options, the right answer and the reply. Of what it says,
    ``Explanation: ...``, a new line and ``Judgement: ...`` up to an empty line or the end are read; the judgement
    counts as right if it is ``correct`` without regard to case and space around it. Everything else (``incorrect``,
    ``correct.``, another form) is not right and stays in the denominator.

Source
    ``evaluation/llm_judge.py`` and ``calculate_acc.py`` of ckyang1124/SAKURA, commit a1fdb14 (Yang et al., arXiv
    2505.13237): ``gpt-4o-2024-11-20`` at temperature 0 and top_p 0.9. Criteria and form are the release's, the words
    of the prompt are not, since it states no licence: figures may differ by what a judge makes of other words.

Verdict
    ``choice`` is None. ``status`` is ``read`` where the judgement is one of the two words. ``details`` has the
    ``judgement`` as read and the judge's ``line``. Without a judge a reply is not counted;
    :mod:`~audiotest.score.choice` needs none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import ascii_lowercase

from audiotest.score import _judged
from audiotest.score.official.unjudged import without_answer
from audiotest.types import Ask, Generation, Question, Verdict

ONE_ANSWER = True

_FORM = re.compile(r"Explanation: (.*?)\nJudgement: (.*?)(?:\n\n|$)", re.DOTALL)
_GENERATION = Generation(
    max_new_tokens=1024,
    top_p=0.9,
    system="You judge replies to multiple-choice questions, fairly and by the rules that you are given.",
)


def asks(question: Question, output: str) -> tuple[Ask, ...]:
    """One judgement; none of a question without a right option."""
    if question.answer_index is None or question.answer_index >= len(question.choices):
        return ()
    options = [f"({ascii_lowercase[i % 26]}) {text}" for i, text in enumerate(question.choices)]
    prompt = _judged.render(
        "sakura.jinja",
        question=" ".join([question.question, *options]),
        answer=options[question.answer_index],
        reply=output,
    )
    return (Ask("judgement", prompt, _GENERATION),)


def judgement(line: str) -> str | None:
    """What the judge's text says, in lower case; None where it is in another form.

    >>> judgement("Explanation: it says so.\\nJudgement: Correct"), judgement("It is correct.")
    ('correct', None)
    """
    match = _FORM.search(line)
    return match[2].lower().strip() if match else None


def score(question: Question, output: str, *, judged: Mapping[str, str] | None = None) -> Verdict:
    """What the judge says, as the release reads it."""
    if question.answer_index is None:
        return without_answer("sakura")
    if not judged:
        return _judged.without_judge("sakura")
    line = judged["judgement"]
    word = judgement(line)
    return Verdict(
        word == "correct",
        status="read" if word in ("correct", "incorrect") else "unparsed",
        score=float(word == "correct"),
        evidence=f"the judge: {line.strip()[:100]}",
        details={"judgement": word, "line": line},
    )
