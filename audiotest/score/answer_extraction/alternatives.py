"""Many words as one pattern that is quick to compile and to search: words that begin alike share their beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby


def any_of(names: Iterable[str]) -> str:
    """A pattern that finds the longest of ``names`` at its place, one that matches nothing if there are none."""
    distinct = sorted(set(names) - {""})
    return f"(?:{_tails(distinct)})" if distinct else "(?!)"


def _tails(names: Sequence[str]) -> str:
    """The pattern of sorted, distinct ``names``, of which one may be empty: it is tried last, as the shortest."""
    shorter = not names[0]
    parts: list[str] = []
    characters: list[str] = []
    for _, group in groupby(names[shorter:], key=lambda name: name[0]):
        alike = list(group)
        shared = _shared(alike[0], alike[-1])
        if len(alike) > 1:
            parts.append(re.escape(shared) + _tails([name[len(shared) :] for name in alike]))
        elif len(shared) > 1:
            parts.append(re.escape(shared))
        else:
            characters.append(re.escape(shared))
    if characters:
        parts.append(f"[{''.join(characters)}]")
    whole = "|".join(parts)
    return f"(?:{whole})?" if shorter else f"(?:{whole})" if len(parts) > 1 else whole


def _shared(first: str, last: str) -> str:
    """What two words begin with, and with them all that are sorted between them."""
    for i, (one, other) in enumerate(zip(first, last, strict=False)):
        if one != other:
            return first[:i]
    return first
