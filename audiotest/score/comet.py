"""``comet``: a COMET model's score of a translation, given the source and the case's references.

Goal
    The metric ``comet`` of the suite: the mean of the model's scores of its segments, as COMET reports a system.

Options
    ``model``   a card whose adapter is ``comet`` (``wmt22-comet-da``, or one of your own); without it the run's judge
                (``--judge comet:FOLDER``)
    ``source``  which of the case's facts is the text that was to be translated (``transcript``)
    ``min``     the least score of a reply that is correct, in the model's own unit; without it the reply is only graded

Rule
    1. The model scores source, reply (without its thinking) and reference. Of several references the best counts.
    2. Without a model, or without the source, the reply is not judged.

Verdict
    ``score`` is the model's, cut to [0, 1]; ``details["comet"]`` is the model's own, from which the suite's figure is
    made. Scores of different models are not comparable, so name the model wherever you name the figure.

Source
    Rei et al. 2020, "COMET: A Neural Framework for MT Evaluation", arXiv 2009.09025; Rei et al. 2022 (WMT22).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from audiotest.score import _judged
from audiotest.score._error_rate import transcript
from audiotest.types import Ask, Question, Verdict

POOLED_BY = ("comet",)


def check(*, model: str = "", source: str = "transcript", min: float | None = None) -> None:
    """Raise ValueError for a model that is named by more than its card, and for a least score that is no number."""
    _judged.check_card(model)
    if min is not None and (isinstance(min, bool) or not isinstance(min, int | float)):
        raise ValueError(f"`min` is {min!r}: expected a number, in the unit of the COMET model")
    if not source:
        raise ValueError("`source` names the fact that holds the text that was to be translated")


def asks(question: Question, output: str, *, source: str = "transcript", **other: Any) -> tuple[Ask, ...]:
    """One ask a reference (one without, where there is none); none where the source is not there."""
    text = question.metadata.get(source)
    if not isinstance(text, str) or not text.strip():
        return ()
    texts = {"src": text, "mt": transcript(output).strip()}
    references = question.reference or tuple(filter(None, question.right_answers))
    rows = [{**texts, "ref": reference} for reference in references] or [texts]
    return tuple(Ask(f"reference {i}", json.dumps(row, ensure_ascii=False)) for i, row in enumerate(rows, 1))


def readable(question: Question, text: str, **options: Any) -> bool:
    """Whether the model's text is a number."""
    return _number(text) is not None


def score(
    question: Question,
    output: str,
    *,
    model: str = "",
    source: str = "transcript",
    min: float | None = None,
    judged: Mapping[str, str] | None = None,
) -> Verdict:
    """The best of the model's scores. Not counted without them."""
    if not asks(question, output, source=source):
        evidence = f"`comet` needs the text that was translated: a fact called `{source}`, and there is none"
        return Verdict(None, status="none", counted=False, evidence=evidence)
    if not judged:
        evidence = "`comet` needs a COMET model: give it a `model`, or --judge comet:FOLDER"
        return Verdict(None, status="none", counted=False, evidence=evidence)
    values = [value for text in judged.values() if (value := _number(text)) is not None]
    if not values:
        evidence = f"the judge gave no number: {next(iter(judged.values()))[:60]!r}; is it a COMET model?"
        return Verdict(None, status="unparsed", counted=False, evidence=evidence)
    best = max(values)
    asked = "" if min is None else f", at least {min:g} wanted"
    return Verdict(
        correct=None if min is None else best >= min,
        score=sorted((0.0, best, 1.0))[1],
        evidence=f"comet of this reply {best:.3f}{asked}",
        details={"comet": best},
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
