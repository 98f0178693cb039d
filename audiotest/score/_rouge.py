"""ROUGE of one reply: how many words, word pairs or words in sequence it shares with a reference.

Goal
    Compare a caption with one or several reference captions.

Conventions
    Text is lower-cased and cut into runs of ``[a-z0-9]``; nothing else counts, so a Chinese text has no words
    and scores 0. With the stemmer, words of more than three characters are reduced by Porter's algorithm,
    which raises the figures: the flag belongs to the result. Precision is over the reply's units, recall over
    the reference's, ``fmeasure`` their harmonic mean (beta 1); all lie in [0, 1] and are 0 where there is no
    unit.

Metrics
    ``rouge1``     single words, each as often as it occurs in both
    ``rouge2``     pairs of adjacent words
    ``rougeL``     the longest common subsequence of words
    ``rougeLsum``  the same for each line of the reference, joined (equal to ``rougeL`` for texts of one line)

    With several references the one of the highest F counts, for each type by itself (the first of equals).

Source
    Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004, in the implementation of rouge_score
    0.1.2 (Google Research). ``split_summaries`` is off, so only line feeds make lines for ``rougeLsum``.

The functions here are pure and cheap. ``evaluate`` is a door to them (:mod:`audiotest.score.metrics`) and not
the way to them: a ``compute`` on a single reply takes milliseconds and writes a file, where :func:`figures`
takes a fraction of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, get_args

from audiotest.types import Question, Verdict

Type = Literal["rouge1", "rouge2", "rougeL", "rougeLsum"]
Measure = Literal["precision", "recall", "fmeasure"]
TYPES: tuple[Type, ...] = get_args(Type)
MEASURES: tuple[Measure, ...] = get_args(Measure)


def figures(
    references: Sequence[str], prediction: str, *, use_stemmer: bool = False
) -> dict[Type, dict[Measure, float]]:
    """All twelve figures of ``prediction`` against ``references`` (at least one; ValueError for none).

    >>> figures(["the dog barks"], "a dog barks")["rouge1"]["recall"]
    0.6666666666666666
    """
    if not references:
        raise ValueError("ROUGE compares with a reference, and none was given; give at least one text.")
    scores = [_scorer(use_stemmer).score(reference, prediction) for reference in references]
    best = {kind: max((one[kind] for one in scores), key=lambda score: score.fmeasure) for kind in TYPES}
    return {kind: {m: float(getattr(best[kind], m)) for m in MEASURES} for kind in TYPES}


def verdict(
    question: Question,
    output: str,
    *,
    kind: Type,
    measure: Measure = "fmeasure",
    minimum: float | None = None,
    use_stemmer: bool = False,
) -> Verdict:
    """The verdict of a scorer of the ROUGE family.

    ``score`` is the F of ``kind``; ``correct`` says whether ``measure`` of it reaches ``minimum``, and is
    None without one. ``details`` has all figures and the flag of the stemmer. A question without a reference
    is not judged: ``correct`` and ``score`` are None, ``counted`` False. Raises ValueError for options
    outside what is described.
    """
    check(kind, measure, minimum, use_stemmer)
    if not question.reference:
        return Verdict(None, status="none", counted=False, evidence="ROUGE needs a reference, and there is none.")
    rouge = figures(question.reference, output, use_stemmer=use_stemmer)
    reached = rouge[kind][measure]
    asked = "" if minimum is None else f", at least {minimum:g} wanted"
    return Verdict(
        correct=None if minimum is None else reached >= minimum,
        score=rouge[kind]["fmeasure"],
        evidence=f"{kind} {measure} {reached:.3f}{asked}",
        details={**{str(name): values for name, values in rouge.items()}, "use_stemmer": use_stemmer},
    )


@cache
def _scorer(use_stemmer: bool) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(TYPES), use_stemmer=use_stemmer)


def check(kind: Any, measure: Any, minimum: Any, use_stemmer: Any) -> None:
    """Raise ValueError for options outside what is described."""
    if kind not in TYPES:
        raise ValueError(f"unknown `type` {kind!r} of ROUGE: expected one of {', '.join(TYPES)}.")
    if measure not in MEASURES:
        raise ValueError(f"unknown `measure` {measure!r} of ROUGE: expected one of {', '.join(MEASURES)}.")
    if not isinstance(use_stemmer, bool):
        raise ValueError(f"`use_stemmer` is {use_stemmer!r}: expected true or false.")
    number = isinstance(minimum, int | float) and not isinstance(minimum, bool)
    if minimum is not None and not (number and 0 <= minimum <= 1):
        raise ValueError(f"`min` is {minimum!r}: expected a number from 0 to 1, as all figures of ROUGE are.")
