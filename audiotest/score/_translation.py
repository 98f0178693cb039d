"""What ``bleu`` and ``chrf`` share: sacreBLEU's counts of one reply, from which a suite's figure is made.

BLEU and chrF are figures of a corpus: n-gram counts are added over all replies before anything is divided. So the
verdict on a reply keeps its counts (``details["counts"]``) and the signature, without which no such figure can be
compared (Post 2018, arXiv 1804.08771). The text is the reply after any thinking, as it stands: sacreBLEU tokenises.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from audiotest.score._error_rate import transcript
from audiotest.types import Question, Verdict


def sacrebleu() -> Any:
    """The package. Raises ValueError with the command that installs it."""
    try:
        import sacrebleu as package
    except ImportError:
        raise ValueError("BLEU and chrF need sacreBLEU: pip install 'audiotest[speech]'") from None
    logging.getLogger("sacrebleu").setLevel(logging.ERROR)  # it warns of one reply that ends in a tokenised period
    return package


def check_minimum(minimum: Any) -> None:
    """Raise ValueError for a least value outside the scale of these figures."""
    number = isinstance(minimum, int | float) and not isinstance(minimum, bool)
    if minimum is not None and not (number and 0 <= minimum <= 100):
        raise ValueError(f"`min` is {minimum!r}: expected a number from 0 to 100, as sacreBLEU counts")


def verdict(
    name: str,
    question: Question,
    output: str,
    minimum: float | None,
    counted: Callable[[str, Sequence[str]], tuple[float, list[int], str]],
) -> Verdict:
    """The verdict of a scorer. ``counted(reply, references)`` gives the reply's own figure, 0 to 100, its counts and
    the signature."""
    references = question.reference or tuple(filter(None, question.right_answers))
    if not references:
        return Verdict(None, status="none", counted=False, evidence=f"`{name}` needs a `reference`, and there is none")
    figure, counts, signature = counted(transcript(output).strip(), references)
    asked = "" if minimum is None else f", at least {minimum:g} wanted"
    return Verdict(
        correct=None if minimum is None else figure >= minimum,
        score=min(1.0, max(0.0, figure / 100)),
        evidence=f"{name} of this reply {figure:.1f}{asked}",
        details={"counts": counts, "signature": signature},
    )
