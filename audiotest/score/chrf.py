"""``chrf``: chrF of a translation against the case's references, by sacreBLEU: n-grams of characters.

Goal
    The metric ``chrf`` of the suite: sacreBLEU's corpus score, 0 to 100, with its signature in every record. It needs
    no tokeniser, and suits languages with long or no words.

Options
    ``word_order``  0 (default) for chrF, 2 for chrF++
    ``lowercase``   whether case does not matter (default false)
    ``min``         the least chrF of a single reply that is correct, 0 to 100; without it the reply is only graded

Verdict
    ``score`` is the reply's own chrF over 100; ``details["counts"]`` has the n-grams of reply and reference and their
    matches, which are added up over the suite. Of several references the best counts.

Source
    Popović 2015 and 2017 (chrF2: characters up to six, beta 2), in sacreBLEU.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from audiotest.score import _translation
from audiotest.types import Question, Verdict

POOLED_BY = ("chrf",)


def check(*, word_order: int = 0, lowercase: bool = False, min: float | None = None) -> None:
    """Raise ValueError for an option out of its range, and where sacreBLEU is not installed."""
    _translation.check_minimum(min)
    if isinstance(word_order, bool) or word_order not in (0, 1, 2):
        raise ValueError(f"`word_order` is {word_order!r}: expected 0 (chrF) or 2 (chrF++)")
    if not isinstance(lowercase, bool):
        raise ValueError(f"`lowercase` is {lowercase!r}: expected true or false")
    _translation.sacrebleu()


def score(
    question: Question, output: str, *, word_order: int = 0, lowercase: bool = False, min: float | None = None
) -> Verdict:
    """The counts of ``output``; ValueError for an option out of its range."""
    check(word_order=word_order, lowercase=lowercase, min=min)
    chrf = _chrf(word_order, lowercase)

    def counted(reply: str, references: Sequence[str]) -> tuple[float, list[int], str]:
        own = chrf.sentence_score(reply, list(references))
        # What `corpus_score` adds up; sacreBLEU has no public way to it.
        [counts] = chrf._extract_corpus_statistics([reply], [[reference] for reference in references])
        return own.score, [int(count) for count in counts], str(chrf.get_signature())

    return _translation.verdict("chrf", question, output, min, counted)


@cache
def _chrf(word_order: int, lowercase: bool) -> Any:
    return _translation.sacrebleu().metrics.CHRF(word_order=word_order, lowercase=lowercase)
