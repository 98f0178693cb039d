"""Folding: two texts that a reader takes for the same become the same, character by character.

The folded text is as long as the original, so a place found in one is a place in the other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "′": "'", "–": "-", "—": "-", "−": "-"}
_QUOTE = re.compile(f"[{''.join(_QUOTES)}]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\ufe0e\ufe0f\u20e3]")
_SQUARED = {start + i: chr(65 + i) for start in (0x1F130, 0x1F150, 0x1F170) for i in range(26)}
"""Letters in a square or a circle, as of the emoji for blood groups, which NFKC leaves alone."""
_SQUARE = re.compile("[\U0001f130-\U0001f189]")
_MARKDOWN = re.compile(r"\*\*|__|`+|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|^#+ +|^> +", re.MULTILINE)
_MARKS = re.compile(r"[*_`#>]")
TOKEN = re.compile(r"\w+(?:[.,]\d\w*)*", re.UNICODE)
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _plain_quote(match: re.Match[str]) -> str:
    return _QUOTES[match.group(0)]


def clean(text: str) -> str:
    """The reply as a person sees it: compatibility forms, quotes and dashes unified, markdown and invisible
    characters gone; case kept."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SQUARED) if _SQUARE.search(text) else text)
        text = _INVISIBLE.sub("", _QUOTE.sub(_plain_quote, text))
    text = text.strip()  # what is at the start of a line, or before a space, depends on it
    return _MARKDOWN.sub("", text).strip() if _MARKS.search(text) else text


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    if "\u3040" <= char <= "\ud7af":  # kana and hangul: か is not が, and a syllable is no first letter
        return char
    base = unicodedata.normalize("NFKD", char.casefold())
    return base[0] if base else char


def fold(text: str) -> str:
    """Case and diacritics folded; same length as ``text``."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded_char, text))


def tokens(text: str) -> tuple[str, ...]:
    """The folded words and numbers of ``text``; ``3.5`` is one."""
    return tuple(TOKEN.findall(fold(text)))
