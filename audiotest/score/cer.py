"""``cer``: character errors of a transcript against the case's reference.

Goal
    cer = (substitutions + insertions + deletions) / characters of the reference. Over a suite the metric ``cer`` has
    the sum of edits over the sum of characters, which is not the mean over the items.

Options
    ``normaliser``  ``auto`` (default), ``whisper_english``, ``whisper_basic``, ``whisper_letters``, ``chinese`` or
                    ``none``
    ``max``         the highest rate that is correct (default 0: character for character once normalised)

Verdict
    ``correct``: the rate is at most ``max``, so ``accuracy`` is 1 - the sentence error rate. ``score`` is 1 - the rate,
    no less than 0. ``details`` has the edits, hits and lengths, both texts as normalised, their alignment, the
    normaliser with its version, and ``loop`` where the reply is stuck. :mod:`audiotest.score._error_rate` says what is
    compared.
"""

from __future__ import annotations

from audiotest.score import _error_rate
from audiotest.types import Question, Verdict

POOLED_BY = ("cer",)


def check(*, normaliser: str = "auto", max: float = 0.0) -> None:
    """Raise ValueError for an option out of its range."""
    _error_rate.check(normaliser, max)


def check_case(question: Question, *, normaliser: str = "auto", max: float = 0.0) -> None:
    """Raise ValueError for a reference without words."""
    _error_rate.check_case(question)


def score(question: Question, output: str, *, normaliser: str = "auto", max: float = 0.0) -> Verdict:
    """The character errors of ``output``; ValueError for an option out of its range."""
    return _error_rate.verdict(question, output, "character", normaliser, max)
