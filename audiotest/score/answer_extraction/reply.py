"""One reply as the rules see it: parsed once, each part when a rule first asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from audiotest.score.answer_extraction.cue import Cue, Finder
from audiotest.score.answer_extraction.lexicon import Lexicon, languages, lexicon
from audiotest.score.answer_extraction.loose import Token, words
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.mentions import clauses, mentions
from audiotest.score.answer_extraction.negation import CONCLUDES
from audiotest.score.answer_extraction.normalise import fold
from audiotest.score.answer_extraction.options import Options
from audiotest.score.answer_extraction.stretch import Stretch
from audiotest.types import CUT

_BEGINNING = 60
"""Characters of a clause."""


class ParsedReply:
    """``text`` is the answer's part of the reply, cleaned; ``folded`` the same without case and diacritics, character by
    character. ``question`` is what was asked. ``finish`` says how the reply ended."""

    def __init__(
        self, text: str, options: Options, *, question: str = "", finish: str | None = None, tagged: bool = False
    ) -> None:
        self.text, self.options, self.question, self.finish, self.tagged = text, options, question, finish, tagged
        self.cut = finish in CUT and not tagged
        """Whether the token limit ended it, so that what it was about to say is not there."""

    @cached_property
    def folded(self) -> str:
        """The text without case and diacritics."""
        return fold(self.text)

    @cached_property
    def lex(self) -> Lexicon:
        """The words of the languages it is written in."""
        return lexicon(languages(self.folded))

    @cached_property
    def stretch(self) -> Stretch:
        """The folded text with its words."""
        return Stretch(self.folded, self.lex)

    def finder(self, cue: Cue) -> Finder:
        """What finds a cue in the folded text."""
        return self.stretch.finder(cue)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Its sentences and lines."""
        return clauses(self.text)

    @cached_property
    def mentions(self) -> list[Mention]:
        """Where it names options."""
        named = mentions(self.text, self.spans, self.options, self.stretch)
        if any(mention.kind == "number" for mention in named):
            asked = fold(self.question)
            return [mention for mention in named if not self._is_asked_about(mention, asked)]
        return named

    def _is_asked_about(self, mention: Mention, asked: str) -> bool:
        """Whether a place is one that the question speaks of: "the last statement"."""
        words = self.folded[mention.start : mention.end]
        return mention.kind == "number" and " " in words and words in asked

    @cached_property
    def affirmed(self) -> list[Mention]:
        """The mentions that it does not deny."""
        return [mention for mention in self.mentions if not mention.denied]

    @cached_property
    def asserted(self) -> list[Mention]:
        """What it affirms outside of questions and of thoughts given up; of sentences that conclude, the last one's."""
        kept = [mention for mention in self.affirmed if not mention.aside and not self.asks(mention.clause)]
        concluding = [mention for mention in kept if self._concludes(mention)]
        if concluding:
            return [mention for mention in concluding if mention.clause == concluding[-1].clause]
        return kept

    def _concludes(self, mention: Mention) -> bool:
        """Whether the clause of a mention begins with a conclusion."""
        before = self.before(mention)
        whole = len(before) <= _BEGINNING  # what is cut may end in half a word, which is no word of the reply
        concludes = self.finder(CONCLUDES) if whole else self.lex.pattern(CONCLUDES)
        return concludes.search(before[:_BEGINNING]) is not None

    @cached_property
    def tokens(self) -> list[Token]:
        """Its words in their stems."""
        return words(self.folded)

    def before(self, mention: Mention) -> str:
        """The folded text of a mention's clause up to the mention."""
        return self.folded[self.spans[mention.clause][0] : mention.start]

    def asks(self, clause: int) -> bool:
        """Whether a clause is a question."""
        if "?" not in self.text:
            return False
        start, end = self.spans[clause]
        return self.text[start:end].rstrip().endswith("?")

    def quote(self, kept: Sequence[Mention]) -> str:
        """The text from the first to the last of some mentions, at most 200 characters."""
        return self.text[kept[0].start : kept[-1].end][:200]
