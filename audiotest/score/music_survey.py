"""The music survey's verdict: a label of the set named by the reply, or the ROUGE of a caption.

Rule
    *Classification.* The reply names exactly one label of the set, in any spelling: case, spaces and punctuation do
    not matter (``Hip-Hop``, ``hiphop``, ``hip hop``), and a label's own other spellings count (``pop`` for
    ``Popular``). A reply that names none, or several, is outside the label set and counts as wrong; ``status`` and
    ``evidence`` show it as such. *Captions.* ROUGE-1 and ROUGE-L against the reference, averaged over items.

Source
    "A Survey of Foundation Models for Music Understanding": accuracy = correct / items, labels outside the set count
    as wrong. How it read replies, and which implementation and stemming its ROUGE had, is not published.
"""

from __future__ import annotations

import re

from audiotest.score import _rouge
from audiotest.types import Question, Verdict

ONE_ANSWER = True

SPELLINGS = {"Popular": ("pop",), "Soul-RnB": ("R&B", "soul"), "Old-Time / Historic": ("old-time", "historic")}


def score(question: Question, output: str) -> Verdict:
    """The verdict on a label, or on a caption (which is graded, not right or wrong)."""
    if not question.choices:
        return _rouge.verdict(question, output, kind="rougeL")
    named = [i for i, label in enumerate(question.choices) if _names(output, label)]
    if len(named) != 1:
        fault = "names several labels" if named else "names no label of the set"
        return Verdict(False, None, "ambiguous" if named else "none", 0.0, format_kept=False,
                       evidence=f"outside the label set: {output.strip()[:80]!r} {fault}")  # fmt: skip
    label = question.choices[named[0]]
    right = label == question.answer
    return Verdict(right, named[0], "read", float(right), format_kept=_fold(output) in map(_fold, _ways(label)),
                   evidence=label)  # fmt: skip


def _ways(label: str) -> tuple[str, ...]:
    return (label, *SPELLINGS.get(label, ()))


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _names(output: str, label: str) -> bool:
    """Whether a spelling of ``label`` occurs as whole words, its parts joined, spaced or hyphenated."""
    return any(_pattern(way).search(output) for way in _ways(label))


def _pattern(way: str) -> re.Pattern[str]:
    joined = r"[\W_]*".join(re.findall(r"[^\W_]+", way))
    return re.compile(rf"\b{joined}\b", re.IGNORECASE)
