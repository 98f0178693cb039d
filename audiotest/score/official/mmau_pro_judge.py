r"""MMAU-Pro's judge of open answers: five scores, as its script reads them and as a person would.

Goal
    The judge was asked for lines such as ``CORRECTNESS: 4 - ...`` for correctness, relevance, completeness,
    clarity and ``OVERALL``, from 1 to 5. The reply's score is the overall one over 5.

Official reading (:func:`official`)
    The first ``NAME:``, in any case, that white space and digits follow; decimals are read for the overall
    score only
    (``4.5`` is 4). **What is missing is 3.0**, and an overall score of 3.0, missing or given, is replaced by
    the mean of the four. So ``**CORRECTNESS:** 5``, ``[4]`` and an empty text are all 3.0, 60% of the full
    score; ``10`` is read as 10 and gives 200%; ``OVERALL: 3`` beside four fives is 5.

Careful reading (:func:`careful`)
    Markdown, brackets, ``Score``, ``/5`` and decimals are allowed for. A criterion that is missing or outside
    1 to 5 is None. A missing overall score is the mean of the four where all are there, and otherwise
    unreadable.

Source
    ``extract_scores_from_evaluation`` in ``evaluate_mmau_pro_comprehensive.py`` of sonalkum/MMAUPro, commit
    960e93a.
"""

from __future__ import annotations

import re

from msgspec import Struct

CRITERIA = ("correctness", "relevance", "completeness", "clarity")

_OFFICIAL = {
    **{name: re.compile(rf"{name}:\s*(\d+)", re.IGNORECASE) for name in CRITERIA},
    "overall": re.compile(r"overall:\s*(\d+(?:\.\d+)?)", re.IGNORECASE),
}
_CAREFUL = {
    name: re.compile(
        rf"\b{name}\b[\s*_`]*(?:score|rating)?[\s*_`]*[:=][\s*_`\[(]*"
        r"(?:(?:score|rating)\s*:?\s*)?([+-]?\d+(?:\.\d+)?)"
        r"(?!\d|\.\d|\s*/\s*(?!5(?:\.0+)?(?![\d.]))|\s*%)",
        re.IGNORECASE,
    )
    for name in (*CRITERIA, "overall")
}


class JudgeScores(Struct, frozen=True):
    """Scores from 1 to 5 (the official reading lets other numbers through); None where unreadable."""

    correctness: float | None
    relevance: float | None
    completeness: float | None
    clarity: float | None
    overall: float | None

    @property
    def read(self) -> bool:
        """Whether there is an overall score, given or as the mean of all four."""
        return self.overall is not None

    @property
    def score(self) -> float | None:
        """The overall score over 5; the lowest possible is 0.2."""
        return None if self.overall is None else self.overall / 5


def official(text: str) -> JudgeScores:
    """The scores as the script reads them; it never fails.

    >>> official("CORRECTNESS: 5\\nRELEVANCE: 4\\nCOMPLETENESS: [4]").overall
    3.75
    """
    matches = {name: pattern.search(text) for name, pattern in _OFFICIAL.items()}
    values = {name: float(match[1]) if match else 3.0 for name, match in matches.items()}
    if values["overall"] == 3.0:
        values["overall"] = _mean([values[name] for name in CRITERIA])
    return JudgeScores(**values)


def careful(text: str) -> JudgeScores:
    """The scores as a person reads them; None rather than a guess.

    >>> careful("**CORRECTNESS:** 4.5/5").correctness, careful("OVERALL: 10").read
    (4.5, False)
    """
    values = {name: _within(pattern, text) for name, pattern in _CAREFUL.items()}
    given = [value for name in CRITERIA if (value := values[name]) is not None]
    if _CAREFUL["overall"].search(text) is None and len(given) == len(CRITERIA):
        values["overall"] = _mean(given)
    return JudgeScores(**values)


def _within(pattern: re.Pattern[str], text: str) -> float | None:
    match = pattern.search(text)
    value = float(match[1]) if match else 0.0
    return value if 1 <= value <= 5 else None


def _mean(values: list[float]) -> float:
    return (values[0] + values[1] + values[2] + values[3]) / 4
