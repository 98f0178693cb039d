"""MMAU-Pro's open questions with the judge's text read as a person would; what is unreadable is not counted.

Asks the same as :mod:`audiotest.score.mmau_pro_open`, whose answers it shares.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from audiotest.score import _judged, mmau_pro_open
from audiotest.score.official import mmau_pro_judge
from audiotest.types import Question, Verdict

ONE_ANSWER = True

asks = mmau_pro_open.asks


def score(question: Question, output: str, *, judged: Mapping[str, str] | None = None) -> Verdict:
    """The careful reading of the judge's text."""
    if not judged:
        return _judged.without_judge("mmau_pro_open_careful")
    scores = mmau_pro_judge.careful(judged["judge"])
    return Verdict(
        correct=None,
        status="read" if scores.read else "unparsed",
        score=scores.score,
        counted=scores.read,
        evidence=f"overall {scores.overall:g} of 5" if scores.overall is not None else "no overall score can be read",
        details={**msgspec.to_builtins(scores), "unreadable": int(not scores.read)},
    )
