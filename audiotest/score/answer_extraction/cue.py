"""What the parser looks for in a text, and what a text holds wherever it is found.

Most cues are in few replies. A :class:`Cue` says which roles it needs; of their phrases the words are known of which
each match holds one (:func:`.phrases.essential`). One look at the words of a text so says which cues can be there
(:class:`.stretch.Stretch`), and the others are not searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct


class Cue(Struct, frozen=True, eq=False):
    """What is looked for in a text: ``template`` as in :meth:`Lexicon.compiled`.

    A match holds a phrase of one of the roles that it ``needs``, or one of the words ``also``, or one of ``pieces``,
    which stand within words too; ``beyond_ascii``: or a character that is not ASCII. So a text without is not searched.
    """

    template: str
    needs: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()
    pieces: tuple[str, ...] = ()
    beyond_ascii: bool = False
    backwards: bool = False


def roles(*names: str) -> Cue:
    """The cue of any phrase of these roles."""
    return Cue("|".join(f"<{name}>" for name in names), needs=names)


class Finder(Protocol):
    """What of a pattern is used; see :class:`Absent`."""

    def search(self, string: str, pos: int = ..., endpos: int = ..., /) -> re.Match[str] | None:
        """The first match in ``string``."""

    def match(self, string: str, pos: int = ..., endpos: int = ..., /) -> re.Match[str] | None:
        """The match at ``pos``."""

    def finditer(self, string: str, pos: int = ..., endpos: int = ..., /) -> Iterable[re.Match[str]]:
        """The matches, left to right."""


class Absent:
    """The pattern of a cue that is known not to be in a text."""

    def search(self, string: str, pos: int = 0, endpos: int = 0, /) -> None:
        """No match."""

    match = search

    def finditer(self, string: str, pos: int = 0, endpos: int = 0, /) -> Iterator[re.Match[str]]:
        """No matches."""
        return iter(())


ABSENT = Absent()


class Sought(Struct, frozen=True):
    """A cue in the languages of a lexicon: its pattern, and the bit that stands for it where a text may hold it."""

    pattern: re.Pattern[str]
    bit: int
