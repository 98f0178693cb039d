"""ROUGE-1: single words in common between a reply and the case's references.

The scorer :mod:`~audiotest.score.rouge` with ``type: rouge1``. Options: ``min``, the least F that is correct
(without it the figure is only recorded), and ``use_stemmer``.
"""

from __future__ import annotations

from audiotest.score import _rouge
from audiotest.types import Question, Verdict


def check(*, min: float | None = None, use_stemmer: bool = False) -> None:
    """Raise ValueError for an option out of its range."""
    _rouge.check("rouge1", "fmeasure", min, use_stemmer)


def score(question: Question, output: str, *, min: float | None = None, use_stemmer: bool = False) -> Verdict:
    """ROUGE-1 of ``output`` against ``question.reference``; ValueError for an option out of its range."""
    return _rouge.verdict(question, output, kind="rouge1", minimum=min, use_stemmer=use_stemmer)
