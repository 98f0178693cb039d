"""The verdict of the audio hallucination sets on a reply: *yes*, *no* or unknown, by what occurs in it.

Goal
    Give the figures that the benchmark's script gives: accuracy, precision, recall and F1 of *no* (metrics
    ``no_precision``, ``no_recall``, ``no_f1``), the share of *yes* (``yes_ratio``), and what becomes of a pair of
    questions on one clip, one about what is there and one about what is not (``pairs_right``, ``pairs_wrong``,
    ``pairs_yes``, ``pairs_no``).

Rule
    The first of these that occurs, with its case: ``Yes`` or ``yes`` is yes; ``No`` is no; ``there is no`` is no;
    ``does not contain`` or ``doesn't contain`` is no; ``contain`` is yes; ``not``, ``unable`` or ``can't`` is no. Else
    the reply is unknown, which is wrong and stays in the denominator of the accuracy.

Source
    ``icassp2025/evaluation.py`` of kuan2jiu99/audio-hallucination, commit dd12901 (Kuan and Lee, arXiv 2410.16130).
    The script of the Interspeech 2024 sets (arXiv 2406.08402) reads the same, but takes an unknown reply for *no* in
    its precision, recall and share of *yes*.

Verdict
    ``choice`` is the option *yes* or *no*, None where it is unknown; ``details["read"]`` is the word. A question whose
    answer is neither is not judged.

Known defects
    A lower-case "no" alone is not read, "I do not know" is *no*, "Nothing of the kind" is *no*, "It contains no dog"
    is *yes*. :mod:`~audiotest.score.choice` reads the same replies carefully.
"""

from __future__ import annotations

from audiotest.score.official.unjudged import without_answer
from audiotest.types import Question, Verdict

ONE_ANSWER = True

_RULES = (
    ("yes", ("Yes", "yes")),
    ("no", ("No",)),
    ("no", ("there is no",)),
    ("no", ("does not contain", "doesn't contain")),
    ("yes", ("contain",)),
    ("no", ("not", "unable", "can't")),
)


def read(output: str) -> str | None:
    """``yes``, ``no``, or None for a reply that is unknown.

    >>> [read(reply) for reply in ("Yes.", "It contains no dog", "I cannot hear it", "no")]
    ['yes', 'yes', 'no', None]
    """
    return next((word for word, phrases in _RULES if any(phrase in output for phrase in phrases)), None)


def score(question: Question, output: str) -> Verdict:
    """What the benchmark's script says of ``output``; takes no options and never raises."""
    truth = (question.answer or "").strip().strip(".").lower()
    if truth not in ("yes", "no"):
        return without_answer("audio_hallucination")
    word = read(output) if isinstance(output, str) else None
    options = [choice.strip().strip(".").lower() for choice in question.choices]
    return Verdict(
        word == truth,
        choice=options.index(word) if word in options else None,
        status="read" if word else "unparsed",
        score=float(word == truth),
        format_kept=word is not None,
        evidence=f"read as {word or 'unknown'}",
        details={"read": word},
    )
