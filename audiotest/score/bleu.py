"""``bleu``: BLEU of a translation against the case's references, by sacreBLEU.

Goal
    The metric ``bleu`` of the suite: sacreBLEU's corpus score, 0 to 100, with its signature in every record.

Options
    ``tokenize``   sacreBLEU's tokeniser of the target language: ``13a`` (default), ``zh``, ``char``, ``intl``,
                   ``none``; ``ja-mecab``, ``ko-mecab`` and ``flores200`` where their packages are installed
    ``lowercase``  whether case does not matter (default false)
    ``min``        the least BLEU of a single reply that is correct, 0 to 100; without it the reply is only graded

Verdict
    ``score`` is the reply's own BLEU over 100 (effective order, exponential smoothing), which is no substitute for that
    of the suite; ``details["counts"]`` has the lengths, matches and n-grams that are added up over the suite.

Source
    Papineni et al. 2002; Post 2018, "A Call for Clarity in Reporting BLEU Scores", arXiv 1804.08771.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from audiotest.score import _translation
from audiotest.types import Question, Verdict

POOLED_BY = ("bleu",)


def check(*, tokenize: str = "13a", lowercase: bool = False, min: float | None = None) -> None:
    """Raise ValueError for an option that sacreBLEU does not know, and where it is not installed."""
    _translation.check_minimum(min)
    if not isinstance(lowercase, bool):
        raise ValueError(f"`lowercase` is {lowercase!r}: expected true or false")
    _bleu(tokenize, lowercase)


def score(
    question: Question, output: str, *, tokenize: str = "13a", lowercase: bool = False, min: float | None = None
) -> Verdict:
    """The counts of ``output``; ValueError for an option out of its range."""
    check(tokenize=tokenize, lowercase=lowercase, min=min)
    bleu = _bleu(tokenize, lowercase)

    def counted(reply: str, references: Sequence[str]) -> tuple[float, list[int], str]:
        one = bleu.sentence_score(reply, list(references))
        own = bleu.compute_bleu(
            list(one.counts), list(one.totals), one.sys_len, one.ref_len, smooth_method="exp", effective_order=True
        )
        counts = [int(count) for count in (one.sys_len, one.ref_len, *one.counts, *one.totals)]
        return own.score, counts, str(bleu.get_signature())

    return _translation.verdict("bleu", question, output, min, counted)


@cache
def _bleu(tokenize: str, lowercase: bool) -> Any:
    package = _translation.sacrebleu()
    known = sorted(package.metrics.BLEU.TOKENIZERS)
    if tokenize not in known:
        raise ValueError(f"unknown `tokenize` {tokenize!r} of BLEU: expected one of {', '.join(known)}")
    try:
        # Of a whole corpus: `effective_order` is for single sentences.
        return package.metrics.BLEU(tokenize=tokenize, lowercase=lowercase, effective_order=False)
    except (ImportError, RuntimeError) as error:
        raise ValueError(f"the tokeniser {tokenize!r} cannot be used: {error}") from None
