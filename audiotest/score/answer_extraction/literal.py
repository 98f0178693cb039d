"""Where words stand in a text, by searching for the first and comparing the rest.

A question has options of its own, so a pattern compiled for each of them costs more than reading the reply.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

_GAP = 4
"""Characters between two words of one option, as in "rock & pop"."""


class Literal(Struct, frozen=True):
    """``words`` in their order. Between two stand up to four characters that belong to no word, or, if ``strict``, white
    space and nothing else."""

    words: tuple[str, ...]
    strict: bool = False

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """(start, end) of each place, left to right, none within another; words may begin and end within words."""
        first = self.words[0]
        at = text.find(first)
        while at >= 0:
            end = self._end(text, at + len(first)) if len(self.words) > 1 else at + len(first)
            if end:
                yield at, end
            at = text.find(first, end or at + 1)

    def _end(self, text: str, end: int) -> int:
        """Where the words end of which the first ends at ``end``; 0 if the others do not follow."""
        for word in self.words[1:]:
            start = end
            if self.strict:
                while text[start : start + 1].isspace():
                    start += 1
            else:
                while start - end <= _GAP and start < len(text) and not text[start].isalnum():
                    start += 1
                if start - end > _GAP:
                    return 0
            if start == end or not text.startswith(word, start):
                return 0
            end = start + len(word)
        return end
