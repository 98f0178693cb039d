"""ROUGE-L: the longest common subsequence of words between a reply and the case's references.

The scorer :mod:`~audiotest.score.rouge` with ``type: rougeL``. Options: ``min``, the least F that is correct
(without it the figure is only recorded), and ``use_stemmer``.
"""

from __future__ import annotations

from audiotest.score import _rouge
from audiotest.types import Question, Verdict


def check(*, min: float | None = None, use_stemmer: bool = False) -> None:
    """Raise ValueError for an option out of its range."""
    _rouge.check("rougeL", "fmeasure", min, use_stemmer)


def score(question: Question, output: str, *, min: float | None = None, use_stemmer: bool = False) -> Verdict:
    """ROUGE-L of ``output`` against ``question.reference``; ValueError for an option out of its range."""
    return _rouge.verdict(question, output, kind="rougeL", minimum=min, use_stemmer=use_stemmer)
