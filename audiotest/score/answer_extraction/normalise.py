"""Folding: two texts that a reader takes for the same become the same, character by character.

The folded text is as long as the original, so a place found in one is a place in the other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "′": "'", "–": "-", "—": "-", "−": "-"}
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_MARKDOWN = re.compile(r"\*\*|__|`+|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|^#+ +|^> +", re.MULTILINE)
TOKEN = re.compile(r"\w+(?:[.,]\d\w*)*", re.UNICODE)
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def clean(text: str) -> str:
    """The reply as a person sees it: compatibility forms, quotes and dashes unified, markdown and invisible
    characters gone; case kept."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return _MARKDOWN.sub("", _INVISIBLE.sub("", text)).strip()


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
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
