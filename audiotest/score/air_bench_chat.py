"""AIR-Bench chat: a judge rates the reply against the reference answer, in both orders.

Goal
    The benchmark's score from 1 to 10, here in [0, 1]: the mean of the model's scores in the two orders.

Rule
    The judge is shown a description of the audio (``description`` among the facts), the question, and the two
    answers as Assistant 1 and 2: in ``forward`` order the reference comes first, in ``swapped`` order the reply.
    Its line is read as ``cal_score.py`` reads it (:mod:`audiotest.score.official.air_bench_judge`). A line that
    cannot be read leaves the averages; a reply of which neither line can be read is not counted.

    As in the script, placeholders are filled in one after the other, so an answer that holds the word
    ``XAssistant2X`` is filled in as well. The script draws a temperature of 2.0 for a random half of the items and
    1.0 for the others; here the half is drawn from the item's text, so that a run can be repeated.

Verdict
    ``correct`` is None: the score is a grade. ``details`` has ``forward`` and ``swapped`` (the model's scores, 1 to
    10), ``reference_forward`` and ``reference_swapped``, ``win_forward`` and ``win_swapped``, ``unreadable`` (how
    many of the two lines) and the judge's ``lines``.

Source
    ``score_chat.py`` and ``cal_score.py`` of OFA-Sys/AIR-Bench, commit 9832476. The script makes the forward order
    only; averaging both is the paper's protocol.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from audiotest.score import _judged
from audiotest.score.official import air_bench_judge
from audiotest.score.official.air_bench_judge import Pair
from audiotest.types import Ask, Generation, Question, Verdict

ONE_ANSWER = True


def asks(question: Question, output: str) -> tuple[Ask, ...]:
    """The two orders; none without a reference."""
    if not question.reference:
        return ()
    reference = question.reference[0]
    drawn = hashlib.sha256(f"{question.question}\0{reference}".encode()).digest()[0] % 2
    generation = Generation(max_new_tokens=1024, temperature=2.0 if drawn else 1.0)
    orders = {"forward": (reference, output), "swapped": (output, reference)}
    return tuple(Ask(name, _prompt(question, *pair), generation) for name, pair in orders.items())


def _prompt(question: Question, first: str, second: str) -> str:
    text = _judged.source("air_bench_chat.txt")
    text = text.replace("XAudioX", str(question.metadata.get("description", "")))
    text = text.replace("XQuestionX", question.question)
    return text.replace("XAssistant1X", first).replace("XAssistant2X", second)


def score(question: Question, output: str, *, judged: Mapping[str, str] | None = None) -> Verdict:
    """The official reading of the judge's two lines."""
    return verdict(judged, air_bench_judge.official, "air_bench_chat")


def verdict(judged: Mapping[str, str] | None, read: Callable[[str], Pair], rule: str) -> Verdict:
    """The verdict on ``judged`` lines as ``read`` reads them."""
    if not judged:
        return _judged.without_judge(rule)
    details: dict[str, object] = {}
    scores = []
    for order, line in judged.items():
        pair, swapped = read(line), order == "swapped"
        model = pair.of_model(swapped=swapped)
        details[order] = model
        details[f"reference_{order}"] = pair.of_reference(swapped=swapped)
        details[f"win_{order}"] = pair.win(swapped=swapped)
        if model is not None:
            scores.append(model)
    details |= {"unreadable": len(judged) - len(scores), "lines": dict(judged)}
    return Verdict(
        correct=None,
        status="read" if scores else "unparsed",
        score=sum(scores) / len(scores) / 10 if scores else None,
        counted=bool(scores),
        evidence="; ".join(f"{order}: {line.strip()[:40]!r}" for order, line in judged.items()),
        details=details,
    )
