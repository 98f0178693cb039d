"""MMAR-Rubrics: the reasoning of a reply, marked by a judge on the item's five criteria.

Goal
    A score in [0, 1] that asks for the right answer *and* for reasoning that meets the item's rubric.

Rule
    1. A reply that is wrong by the rule ``mmar`` has the score 0; no judge is asked.
    2. Otherwise five ratings, each a JSON list with a score for each criterion, read as the script reads them
       (:mod:`audiotest.score.official.mmar_rubric`); one that cannot be read is asked for again, up to 20 times.
    3. The lowest and the highest rating are dropped, the others averaged.

    A rating that stays unreadable drops the reply from the figures, as in the script.

    What is judged is the model's reasoning and its answer: ``thinking_prediction`` among the facts (the part of the
    reply before the answer), nothing where the model does not show it.

Verdict
    ``correct`` is the rule ``mmar``'s; ``score`` the trimmed mean. ``details`` has the ``ratings`` (None: unreadable),
    ``unreadable`` and the judge's ``lines``.

Source
    ``code/evaluation_rubrics.py`` of ddlBoJack/MMAR, commit 3bce090: temperature 0, seed 42, five raters.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.score import _judged, mmar
from audiotest.score.official import mmar_rubric as rubric
from audiotest.types import Ask, Generation, Question, Verdict

ONE_ANSWER = True

RATERS, ATTEMPTS = 5, 20
_GENERATION = Generation(
    max_new_tokens=2048,
    system="You are a impartial and meticulous AI evaluator. Your task is to assess a model's response to a question "
    "by evaluating its reasoning and its final answer. You must strictly follow the provided ground truth information "
    "and the detailed scoring rubric.",
)


def asks(question: Question, output: str) -> tuple[Ask, ...]:
    """Five ratings of a right answer; none of a wrong one, or of an item without a rubric."""
    if not question.metadata.get("rubric") or not mmar.score(question, output).correct:
        return ()
    text = _judged.render(
        "mmar_rubric.jinja",
        question=question.question,
        answer=question.answer,
        thinking=question.metadata.get("thinking", ""),
        rubric=question.metadata["rubric"],
        reasoning=question.metadata.get("thinking_prediction", ""),
        reply=output,
    )
    prompt = "\n".join(line.lstrip() for line in text.strip().splitlines())
    return tuple(Ask(f"rating{i + 1}", prompt, _GENERATION, ATTEMPTS) for i in range(RATERS))


def readable(question: Question, text: str) -> bool:
    """Whether a rating need not be asked for again."""
    return rubric.official(text, rubric.criteria(question.metadata["rubric"])).score is not None


def score(question: Question, output: str, *, judged: Mapping[str, str] | None = None) -> Verdict:
    """The trimmed mean of the ratings; ValueError for a rubric that is not one."""
    if not question.metadata.get("rubric"):
        return Verdict(None, status="none", counted=False, evidence="mmar_rubric needs a `rubric`; there is none")
    answered = mmar.score(question, output)
    if not answered.correct:
        return Verdict(False, answered.choice, answered.status, 0.0, counted=answered.counted,
                       evidence="the answer is wrong, so its reasoning scores 0")  # fmt: skip
    if not judged:
        return _judged.without_judge("mmar_rubric")
    criteria = rubric.criteria(question.metadata["rubric"])
    ratings = [rubric.official(text, criteria).score for text in judged.values()]
    read = [rating for rating in ratings if rating is not None]
    whole = len(read) == len(ratings)
    return Verdict(
        correct=True,
        choice=answered.choice,
        status="read" if whole else "unparsed",
        score=rubric.trimmed_mean(read) if whole else None,
        counted=whole,
        evidence=f"ratings {', '.join('unreadable' if r is None else f'{r:g}' for r in ratings)}",
        details={"ratings": ratings, "unreadable": len(ratings) - len(read), "lines": dict(judged)},
    )
