"""ROUGE of a reply against the case's references: a figure, and a verdict where a least value is asked for.

Goal
    Measure how much of a reference caption a reply says, by words in common.

Options
    ``min``          the least value that is correct; without it ``correct`` is None and the figure is
                     recorded
    ``type``         ``rouge1``, ``rouge2``, ``rougeL`` (default) or ``rougeLsum``
    ``measure``      what ``min`` is held against: ``fmeasure`` (default), ``precision`` or ``recall``
    ``use_stemmer``  Porter's stemmer, off unless asked for

Verdict
    ``score`` is the F of ``type``; ``details`` has precision, recall and F of all four types and
    ``use_stemmer``. With several references the best F counts, for each type by itself.
    :mod:`audiotest.score._rouge` gives definitions and sources.
"""

from __future__ import annotations

from audiotest.score import _rouge
from audiotest.types import Question, Verdict


def check(
    *,
    min: float | None = None,
    type: _rouge.Type = "rougeL",
    measure: _rouge.Measure = "fmeasure",
    use_stemmer: bool = False,
) -> None:
    """Raise ValueError for an option out of its range."""
    _rouge.check(type, measure, min, use_stemmer)


def score(
    question: Question,
    output: str,
    *,
    min: float | None = None,
    type: _rouge.Type = "rougeL",
    measure: _rouge.Measure = "fmeasure",
    use_stemmer: bool = False,
) -> Verdict:
    """ROUGE of ``output`` against ``question.reference``; ValueError for an option out of its range."""
    return _rouge.verdict(question, output, kind=type, measure=measure, minimum=min, use_stemmer=use_stemmer)
