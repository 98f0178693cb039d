"""What the parser looks for in a text, and what a text holds wherever it is found.

Most cues are in few replies. A :class:`Cue` says which roles it needs; of their phrases the words are known of which
each match holds one (:func:`.phrases.essential`). One look at the words of a text so says which cues can be there
(:class:`.stretch.Stretch`), and the others are not searched for.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Protocol

from msgspec import Struct


class Cue(Struct, frozen=True, eq=False):
    """What is looked for in a text: ``template`` as in :meth:`Lexicon.compiled`.

    A match holds a phrase of one of the roles that it ``needs``, or one of the words ``also``, or one of ``pieces``,
    which stand within words too; ``beyond_ascii``: or a character that is not ASCII. So a text without is not searched.
    ``starts``: it begins with that phrase or piece, so it is tried where such begin and nowhere else.
    """

    template: str
    needs: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()
    pieces: tuple[str, ...] = ()
    beyond_ascii: bool = False
    backwards: bool = False
    starts: bool = False


def roles(*names: str) -> Cue:
    """The cue of any phrase of these roles."""
    return Cue("|".join(f"<{name}>" for name in names), needs=names, starts=True)


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


class AtWords:
    """A pattern whose matches begin with one of some words: it is tried where they stand."""

    def __init__(self, pattern: re.Pattern[str], words: Iterable[str]) -> None:
        self.pattern, self.words = pattern, words

    def finditer(self, string: str, pos: int = 0, endpos: int = sys.maxsize, /) -> Iterator[re.Match[str]]:
        """The matches, left to right."""
        starts = []
        for word in self.words:
            at = string.find(word, pos)
            while at >= 0:
                starts.append(at)
                at = string.find(word, at + 1)
        starts.sort()
        for at in starts:
            if at >= pos and (match := self.pattern.match(string, at, endpos)):
                yield match
                pos = match.end()

    def search(self, string: str, pos: int = 0, endpos: int = sys.maxsize, /) -> re.Match[str] | None:
        """The first match."""
        return next(self.finditer(string, pos, endpos), None)

    def match(self, string: str, pos: int = 0, endpos: int = sys.maxsize, /) -> re.Match[str] | None:
        """The match at ``pos``."""
        return self.pattern.match(string, pos, endpos)


class Sought:
    """A cue in the languages of a lexicon: its pattern, compiled when a text first may hold it, the bit that stands for it
    among the cues, and the words with which its matches in ASCII begin, if they are known."""

    def __init__(self, compiled: Callable[[], re.Pattern[str]], bit: int, openings: frozenset[str] | None) -> None:
        self.compiled, self.bit, self.openings = compiled, bit, openings

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return self.compiled()
