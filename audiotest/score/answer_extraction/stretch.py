"""A stretch of a reply and which cues can be in it."""

from __future__ import annotations

from collections.abc import Sequence

from audiotest.score.answer_extraction.cue import ABSENT, AtWords, Cue, Finder, Sought
from audiotest.score.answer_extraction.lexicon import Lexicon
from audiotest.score.answer_extraction.phrases import words_of

_LONG = 40
"""Characters from which on it is quicker to go to the words with which a cue begins than to try it everywhere."""


class Stretch:
    """A folded text in the languages of ``lex``; ``whole`` is the stretch that it is a part of, if any.

    Its words are looked up once, for all cues: ``_bits`` has the bit of each that may be there, of the ``_looked_for``
    cues that the lexicon knew by then.
    """

    __slots__ = ("_at_words", "_bits", "_looked_for", "_pieces", "_whole", "lex", "text", "words")

    def __init__(self, text: str, lex: Lexicon, whole: Stretch | None = None) -> None:
        self.text, self.lex, self.words = text, lex, words_of(text)
        self._whole, self._looked_for = whole, 0
        self._at_words: dict[Cue, AtWords] = {}

    def finder(self, cue: Cue) -> Finder:
        """What finds ``cue`` in this text and in parts of it that cut no word."""
        sought = self.lex.sought.get(cue) or self.lex.seek(cue)
        if self._looked_for <= sought.bit:
            self._look()
        return self._present(cue, sought) if self._bits & sought.bit else ABSENT

    def _present(self, cue: Cue, sought: Sought) -> Finder:
        if sought.openings is None or len(self.text) < _LONG or not self.text.isascii():
            return sought.pattern
        finder = self._at_words.get(cue)
        if finder is None:
            words = self.words & sought.openings
            words |= {piece for piece in cue.pieces if piece in self._pieces}
            finder = self._at_words[cue] = AtWords(sought.pattern, words)
        return finder

    def finders(self, cues: Sequence[Cue]) -> list[Finder]:
        """What finds each of ``cues``; the same as asking for one after the other."""
        known = self.lex.sought
        for cue in cues:
            if cue not in known:
                self.lex.seek(cue)
        if self._looked_for < 1 << len(known):
            self._look()
        bits = self._bits
        return [self._present(cue, sought) if bits & (sought := known[cue]).bit else ABSENT for cue in cues]

    def has(self, *cues: Cue) -> bool:
        """Whether any of ``cues`` can be in this text."""
        return any(self.finder(cue) is not ABSENT for cue in cues)

    def _look(self) -> None:
        lex, text = self.lex, self.text
        bits, bits_of = lex.anywhere, lex.bits.get
        for word in self.words:
            bits |= bits_of(word, 0)
        if not text.isascii():
            bits |= lex.beyond_ascii
        self._pieces = [piece for piece in self._possible_pieces() if piece in text]
        for piece in self._pieces:
            bits |= lex.pieces[piece]
        self._bits, self._looked_for = bits, 1 << len(lex.sought)

    def _possible_pieces(self) -> list[str] | dict[str, int]:
        """Those of the whole text: a part has no others."""
        whole = self._whole
        if whole is None:
            return self.lex.pieces
        if whole._looked_for < 1 << len(self.lex.sought):
            whole._look()
        return whole._pieces
