r"""What MMAU-Pro's instruction-following rules count and look for in a reply.

Conventions
    Every function takes the whole reply as text and looks at it as the benchmark's script does, regular
    expressions included. Words are what white space separates (a Chinese reply is one word); a *phrase* keeps
    only the 26 unaccented letters in lower case, and spaces where ``spaces`` says so.

Source
    ``evaluate_mmau_pro_comprehensive.py`` of sonalkum/MMAUPro, commit 960e93a.
"""

from __future__ import annotations

import re

_BULLET = re.compile(r"(?:^|\n)\s*\*\s+")
_HIGHLIGHT = re.compile(r"\*([^*]+)\*")
_PLACEHOLDER = re.compile(r"\[[^\]]+\]")
_TITLE = re.compile(r"<<[^>]+>>")


def words(text: str) -> int:
    """Words, separated by white space."""
    return len(text.split())


def capital_words(text: str) -> int:
    """Words with cased characters, all of them upper-case: ``A``, ``MP3``, not ``BBCs``."""
    return sum(word.isupper() for word in text.split())


def paragraphs(text: str) -> int:
    """Parts between ``***`` that are not blank; an empty line separates nothing."""
    return sum(bool(part.strip()) for part in text.split("***"))


def bullets(text: str) -> int:
    """Lines that start with ``*`` and white space; ``-`` and ``1.`` are none."""
    return len(_BULLET.findall(text))


def highlights(text: str) -> int:
    """Stretches between two ``*``, across lines; ``**bold**`` is one, and so is the ``b`` of ``a*b*c``."""
    return len(_HIGHLIGHT.findall(text))


def placeholders(text: str) -> int:
    """Square brackets with anything in them, be it a space."""
    return len(_PLACEHOLDER.findall(text))


def has_title(text: str) -> bool:
    """Whether there is a title in double angle brackets."""
    return _TITLE.search(text) is not None


def occurrences(text: str, keyword: str) -> int:
    """How often ``keyword`` occurs between word boundaries, whatever its case."""
    return len(re.findall(rf"\b{re.escape(keyword.lower())}\b", text.lower()))


def sections(text: str, splitter: str) -> int:
    """Parts between ``splitter`` (and the white space around it) that are not blank."""
    parts = re.split(rf"\s*{re.escape(splitter)}\s*", text.strip())
    return sum(bool(part.strip()) for part in parts)


def phrase(text: str, *, spaces: bool = True) -> str:
    """The unaccented letters of ``text`` in lower case.

    >>> phrase("In summary, it's 5 p.m."), phrase("P. S.", spaces=False)
    ('in summary its  pm', 'ps')
    """
    return re.sub(r"[^a-zA-Z ]" if spaces else r"[^a-zA-Z]", "", text).lower()
