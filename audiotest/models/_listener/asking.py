"""From a question and its options to what is asked, and from a measurement back to an option."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Heard:
    """What there is to listen to: samples (frames, channels), the rate, and the mono signal."""

    samples: np.ndarray
    rate: int
    signal: np.ndarray


@dataclass(frozen=True, slots=True)
class Ear:
    """One thing that can be listened for: ``asks`` tells it by the question, ``hear`` gives the index of an option
    or None. ``options`` are words that at least half of the options have to hold."""

    asks: re.Pattern[str]
    hear: Callable[[Heard, str, Sequence[str]], int | None]
    options: re.Pattern[str] | None = None

    def is_asked(self, question: str, choices: Sequence[str]) -> bool:
        """Whether this is what the question is about."""
        if not self.asks.search(question.lower()):
            return False
        if self.options is None:
            return True
        return 2 * sum(bool(self.options.search(c.lower())) for c in choices) >= len(choices)


def words(pattern: str) -> re.Pattern[str]:
    """A pattern over lower-case text, at word boundaries."""
    return re.compile(rf"\b(?:{pattern})")


def option_for(label: str, choices: Sequence[str], meanings: Mapping[str, str]) -> int | None:
    """The one option that means ``label``; ``meanings`` has the words of every label, most telling first.

    An option means the first label whose words it holds.
    """
    found = []
    for i, choice in enumerate(choices):
        text = choice.lower()
        meant = next((name for name, pattern in meanings.items() if re.search(rf"\b(?:{pattern})", text)), None)
        if meant == label:
            found.append(i)
    return found[0] if len(found) == 1 else None


_NUMBERS = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}  # noqa: SIM905


def number_in(text: str) -> int | None:
    """The whole number that an option names, in digits or in words."""
    match = re.search(r"\d+", text)
    if match:
        return int(match.group())
    return next((n for word, n in _NUMBERS.items() if re.search(rf"\b{word}\b", text.lower())), None)
