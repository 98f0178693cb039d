"""What is asked: the words of a question and of its options.

Options are read as *labels*: a table gives a pattern for each label, the first that is found in an option is its
label. A question is of a kind only if every option has a label of its own, so that a listener never bends an
option that it does not understand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Fits = list[float]
"""How well each option fits what is heard, from 0 to 1; above 0.5 it agrees with it."""

KINDS: Mapping[str, str] = {
    "clicks": r"\bclick|\btick|\bknock|\btaps?\b|\bsnap",
    "noise": r"\bnoise|\bhiss|\bstatic\b|\brush|\bwhoosh",
    "tone": r"\btones?\b|\bnotes?\b|\bbeep|\bwhistl|\bbuzz|\bhum\b|\bpitch",
}
"""Words for kinds of sound."""
_ORDINALS = {
    0: r"\bfirst\b|\bformer\b|\b1st\b|\bsound 1\b",
    1: r"\bsecond\b|\blatter\b|\b2nd\b|\bsound 2\b",
    2: r"\bthird\b|\b3rd\b|\bsound 3\b",
    3: r"\bfourth\b|\b4th\b|\bsound 4\b",
}
_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NONE = re.compile(r"\b(?:none|neither|nothing) of (?:the|these|those)|\bnone\b.*\babove\b|\bno answer\b")


def fold(text: str) -> str:
    """Lower case, without punctuation that could be between words."""
    return re.sub(r"[^\w\s.,/#♯♭-]", " ", text.casefold()).strip()


@dataclass(frozen=True)
class Asked:
    """A question and its options, folded."""

    question: str
    choices: tuple[str, ...]

    @staticmethod
    def of(question: str, choices: Sequence[str]) -> Asked:
        """Fold both."""
        return Asked(fold(question), tuple(fold(c) for c in choices))

    def says(self, pattern: str) -> bool:
        """Whether the question has ``pattern``."""
        return re.search(pattern, self.question) is not None

    def offers(self, pattern: str) -> bool:
        """Whether any option has ``pattern``."""
        return any(re.search(pattern, c) for c in self.choices)

    def labels(self, table: Mapping[str, str]) -> list[str] | None:
        """The label of each option; None unless all have one and all are different."""
        matches = [next((k for k, p in table.items() if re.search(p, c)), None) for c in self.choices]
        read = [label for label in matches if label is not None]
        return read if len(read) == len(matches) == len(set(read)) >= 2 else None

    def ordinals(self) -> list[int] | None:
        """Options such as ``the second tone`` as indices from 0."""
        places = [next((k for k, p in _ORDINALS.items() if re.search(p, c)), None) for c in self.choices]
        read = [place for place in places if place is not None]
        return read if len(read) == len(places) == len(set(read)) >= 2 else None

    def numbers(self) -> list[int] | None:
        """Options such as ``four``, ``in fours`` or ``4 clicks`` as whole numbers."""
        values = [number(c) for c in self.choices]
        read = [n for n in values if n is not None]
        return read if len(read) == len(values) == len(set(read)) >= 2 else None

    def yes_no(self) -> bool:
        """Whether the options are yes and no."""
        return sorted(c.split(",")[0].split()[0] if c else "" for c in self.choices) == ["no", "yes"]

    def truth(self, holds: bool) -> Fits:
        """Fits of ``yes`` and ``no`` where the question's statement holds or not."""
        return [float(c.startswith("yes") == holds) for c in self.choices]


def number(text: str) -> int | None:
    """The first whole number in ``text``, in digits or in words up to twenty."""
    for word in re.findall(r"[a-z]+|\d+", text):
        if word.isdigit():
            return int(word)
        for singular in (word, word.removesuffix("s"), word.removesuffix("es")):
            if singular in _NUMBERS:
                return _NUMBERS.index(singular)
    return None


def none_of_these(choice: str) -> bool:
    """Whether an option says that no other fits."""
    return _NONE.search(fold(choice)) is not None


def among(labels: Sequence[str], right: str) -> Fits:
    """Fits where one label is what is heard."""
    return [float(label == right) for label in labels]
