"""HalluAudio's readings of a reply: numbers, refusals, and that nothing could be heard.

Source
    ``accuracy_else.py`` and ``refuse_to_answer.py`` of Feiyuzhao25/halluaudio, commit a54a65c (Zhao et al., arXiv
    2604.19300).
"""

from __future__ import annotations

import re

_NUMBERS = """
zero|one once single|two twice|three thrice|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|
sixteen|seventeen|eighteen|nineteen|twenty
"""
_WORDS = {word: number for number, words in enumerate(_NUMBERS.split("|")) for word in words.split()}
_DIGITS = re.compile(r"\b(\d+)\b")
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.IGNORECASE)
_CANNOT_HEAR = (
    "sorry", "don't have access", "do not have access", "no recording", "didn't provide", "did not provide",
    "cannot access", "i'm not capable", "i am not capable", "cannot listen", "cannot hear", "no audio",
)  # fmt: skip
_CAN = r"i (?:can|cannot|can't)"
_REFUSALS = re.compile(
    "|".join(
        (
            rf"{_CAN} (?:not )?(?:access|listen|hear|process).*audio",
            r"unable to (?:access|listen|hear|process).*audio",
            r"as a .*?(?:language model|text-based).*cannot.*audio",
            rf"{_CAN}.*determine.*audio",
            r"audio.*not.*available",
            r"no audio.*provided",
            r"i(?:'m| am) not able to",
            r"unable to answer",
            r"(?:cannot|can't) answer",
            r"i (?:do not|don't) have access",
            rf"{_CAN}.*analyze audio",
        )
    ),
    re.IGNORECASE,
)


def number(text: str) -> int | None:
    """The first number in digits, else the first number word up to twenty; None for neither.

    >>> number("Two words, or 3"), number("it is said once"), number("2nd")
    (3, 1, None)
    """
    if digits := _DIGITS.search(text):
        return int(digits[1])
    word = _WORD.search(text)
    return _WORDS[word[1].lower()] if word else None


def cannot_hear(text: str) -> bool:
    """Whether a reply says that there is nothing that it could hear, which is right where there is none."""
    return any(phrase in text.lower() for phrase in _CANNOT_HEAR)


def is_refusal(text: str) -> bool:
    """Whether a reply refuses; an empty one does."""
    return not text.strip() or _REFUSALS.search(text.strip()) is not None
