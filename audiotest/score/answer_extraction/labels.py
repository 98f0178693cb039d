"""Options named by their label or their place: ``(B)``, ``B.``, ``option two``, ``the second one``, ``第二个``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from audiotest.score.answer_extraction.cue import ABSENT, Cue
from audiotest.score.answer_extraction.lexicon import Lexicon
from audiotest.score.answer_extraction.literal import Literal
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.options import Options
from audiotest.score.answer_extraction.stretch import Stretch

_BRACKETED = re.compile(r"[(\[{<](?:option |choice )?([a-z]|\d{1,2})[)\]}>]")
_LINE = re.compile(r"\s*+(?:[-*>•]\s*+)?([a-z]|\d{1,2})\s?[).:,、](?=\s|$|[^\x00-\x7f])")
_NAMED = Cue(
    r"(?:<option_noun>s?|第|(?<![a-z])no\.(?= ?\d))[\s_]*(?:is|are|was|be|would be|should be|must be|number|no\.?|es|est|ist|lautet|[:#=是为])*"
    r"\s*[\"'(\[]?([a-z]|\d{1,2}|one|two|three|four|five|six)(?![a-z0-9'])",
    needs=("option_noun",),
    pieces=("no.",),
    beyond_ascii=True,
    starts=True,
)
_CHOSEN = Cue(
    r"(?:选择?|答案[是为:]?\s*|应为|应该是|就是|是|正解は|答えは|정답은|답은)\s*[\"'(]?([a-z]|\d{1,2})(?![a-z0-9.:])",
    beyond_ascii=True,
)
_CAPITAL = re.compile(r"([A-Z])(?<![A-Za-z0-9'./&-][A-Z])(?![A-Za-z0-9'&/]|[.-][A-Za-z0-9])")
_QUOTED_LETTER = re.compile(r"[\"']([a-z])[\"']")
_CHINESE_ORDINAL = Cue(r"(?:第|选项)([一二三四五六七八九十])(?:个|项|种)?(?:选项|答案|选择)?", beyond_ascii=True)
_CHINESE_PLACES = {c: i for i, c in enumerate("一二三四五六七八九十")}
_IN_FIGURES = re.compile(r"\d(?:st|nd|rd|th)\b")
_PLACE_NAMED = Cue(r"(<ordinals>|(?<!\w)\d+(?:st|nd|rd|th)) <ordinal_noun>", needs=("ordinals",), starts=True)
_PLACE_ALONE = Cue(r"(?:^|(?<=[.!?\n] )|(?<=\n))\W*(?:the )?<ordinals>\W*(?=$|\n|[.!]\s)")
_SENTENCE_ENDS = re.compile(r"\W*(?=$|\n|[.!]\s)")
_ORDINALS = Cue("<ordinals>", needs=("ordinals",))
_ORDINAL = re.compile(r"^the ")
_ITEM_WORDS = 3
"""A numbered line of more words that does not hold the option's own is a step of reasoning."""
_SHORT = 300
_SMALL = frozenset("bcdefgh")
_SMALL_GIVEN = Cue(
    r"(?:<answer_leads>|<answer_word>)\s*(?:is|:)?\s*[\"'(]*([b-h])(?![\w'])"
    r"|^\W*([a-h])(?=\s+(?:is (?:correct|right|the|best)|fits|seems|matches)\b)"
)
"""A small letter is a label in short replies, where words of answering lead to it or judge it."""
_PHONES = re.compile(r"\s*[/\[]")
_WORD_ITEM = re.compile(r"(?:^|\n)\s*[-*>•]\s*[a-z']{2,}\s?:")


def labels(text: str, stretch: Stretch, options: Options) -> Iterator[Mention]:
    """Every label and place in ``text`` (case kept; ``stretch`` is the same folded), each once."""
    seen: set[int] = set()
    folded, lex = stretch.text, stretch.lex
    named, chosen = stretch.finder(_NAMED), stretch.finder(_CHOSEN)
    for match in chain(
        _BRACKETED.finditer(folded),
        _led(folded),
        named.finditer(folded),
        chosen.finditer(folded),
        _QUOTED_LETTER.finditer(folded),
    ):
        start = match.start(1)
        index = _index(match.group(1), options, lex)
        if index is None or start in seen or _is_no_label(match, text, stretch, options):
            continue
        seen.add(start)
        yield Mention(index, "label" if match.group(1).isalpha() else "number", start, match.end(1), 0)
    if len(folded) <= _SHORT and not _SMALL.isdisjoint(stretch.words):
        for match in lex.pattern(_SMALL_GIVEN).finditer(folded):
            at = match.start(1) if match.group(1) else match.start(2)
            index = options.label_of.get(folded[at])
            if index is not None and at not in seen:
                seen.add(at)
                yield Mention(index, "label", at, at + 1, 0)
    in_capitals = len(text) > _CAPITALS and text.isupper()
    for match in _CAPITAL.finditer(text):
        index = options.label_of.get(match.group(1).lower())
        if index is not None and match.start(1) not in seen and _is_label(match, folded, lex, options, in_capitals):
            seen.add(match.start(1))
            yield Mention(index, "label", match.start(1), match.end(1), 0)
    yield from _places(stretch, options)


def _led(folded: str) -> Iterator[re.Match[str]]:
    """The labels that begin a line."""
    at = 0
    while at >= 0:
        match = _LINE.match(folded, at)
        if match:
            yield match
            at = match.end()
        at = folded.find("\n", at) + 1 or -1


def _index(name: str, options: Options, lex: Lexicon) -> int | None:
    if name in options.label_of:
        return options.label_of[name]
    if len(name) > 1 and name.isalpha():
        name = lex.numbers.get(name, "")
    if name.isdigit() and not options.numeric and 1 <= int(name) <= len(options.labels):
        return int(name) - 1
    return None


def _is_no_label(match: re.Match[str], text: str, stretch: Stretch, options: Options) -> bool:
    """``the answer is a flute``: an article; ``* a: /ə/``: a word of a list of words; ``the word "a"``: a word."""
    pattern, letter, folded, lex = match.re, match.group(1), stretch.text, stretch.lex
    if pattern is _BRACKETED or pattern is lex.pattern(_CHOSEN):
        return False
    upper, end = text[match.start(1)].isupper(), match.end(1)
    if pattern is _LINE and letter.isdigit():
        line, own = folded[end + 1 :].split("\n", 1)[0], options.folded[_index(letter, options, lex) or 0]
        return len(line.split()) > _ITEM_WORDS and own not in line
    if pattern is _LINE:
        return not upper and letter.isalpha() and (
            _PHONES.match(folded[end + 1 : end + 8]) is not None
            or (letter in "ai" and _lists_words(folded))
        )  # fmt: skip
    if pattern is _QUOTED_LETTER:
        before = folded[max(0, match.start() - 24) : match.start()]
        if lex.pattern(_NO_LABEL_QUOTED).search(before) or lex.pattern(_NO_LABEL_BEFORE).match(folded, match.end()):
            return True
        # A longer reply quotes words and sounds.
        return not upper and len(folded) > _SHORT and not lex.pattern(_ANSWER_BEFORE).search(before)
    return letter == "a" and not upper and _WORD_FOLLOWS.match(folded[end : end + 2]) is not None


@lru_cache(1)
def _lists_words(folded: str) -> bool:
    """Whether there is a list of words, asked for each line of a text and answered once."""
    return _WORD_ITEM.search(folded) is not None


_ANSWER_BEFORE = Cue(r"(?:<answer_noun>|<option_noun>)\s*(?:<is>)?[\s:]*$")
_NO_LABEL_QUOTED = Cue(r"<not_a_label_before>\s*$")
_NO_LABEL_BEHIND = Cue(r"<not_a_label_before>\s$", needs=("not_a_label_before",))
_NO_LABEL_BEFORE = Cue(r"[ -]?<not_a_label_after>", needs=("not_a_label_after",))
_LABEL_BEFORE = Cue(r"\s*(?:[.,;:!?)\]\"'。，、>/|=✓✔✅✗✘❌✖☑☒]|$|\n|[-+]\s|<article_follows>(?! [a-z]+ing\b))")
_WORD_FOLLOWS = re.compile(r" [a-z0-9]")
_NOTE_FOLLOWS = re.compile(r"[ -]?(?:[#♭♯]|\d)")
_ENDS_LABEL = re.compile(r"\s*[.):,]")
_CAPITALS = 60
"""Characters from which on a reply in capitals is read as sentences."""
_QUOTE_FOLLOWS = re.compile(r" [\"']\w")
_I_AM = re.compile(r"\s*(?:was|as|am)\b")


def _is_label(match: re.Match[str], folded: str, lex: Lexicon, options: Options, in_capitals: bool) -> bool:
    """Whether a capital on its own is an option's letter: not the article, the pronoun, a note or a name."""
    letter, start, end = match.group(1), match.start(1), match.end(1)
    before, after = folded[max(0, start - 24) : start], folded[end : end + 24]
    if _NOTE_FOLLOWS.match(after) or lex.pattern(_NO_LABEL_BEFORE).match(after):
        return False
    if lex.pattern(_NO_LABEL_BEHIND).search(before):
        return False
    if letter == "A" and in_capitals:  # mostly an article
        return _ENDS_LABEL.match(after) is not None or lex.pattern(_ANSWER_BEFORE).search(before) is not None
    if letter == "A" and _QUOTE_FOLLOWS.match(after) and not folded.startswith(options.folded[0], end + 2):
        return False  # an article: A "MAGICAL NIGHT"
    if letter in "AI":
        # "A flute plays", "I hear": a letter only where no word that it could belong to follows.
        return lex.pattern(_LABEL_BEFORE).match(after) is not None and (letter == "A" or not _I_AM.match(after))
    return True


def _ends_with_place(stretch: Stretch) -> bool:
    """Whether a word for a place ends a sentence or a line, as one that stands alone does."""
    if not stretch.text.isascii():
        return True
    places = stretch.words & stretch.lex.ordinals.keys()
    return any(
        _SENTENCE_ENDS.match(stretch.text, end) for word in places for _, end in Literal((word,)).places(stretch.text)
    )


def _places(stretch: Stretch, options: Options) -> Iterator[Mention]:
    folded, ordinals, n = stretch.text, stretch.lex.ordinals, len(options.labels)
    in_words = stretch.finder(_ORDINALS) is not ABSENT
    in_figures = _IN_FIGURES.search(folded) is not None
    if in_words or in_figures:
        named = stretch.lex.pattern(_PLACE_NAMED) if in_figures else stretch.finder(_PLACE_NAMED)
        for match in named.finditer(folded):
            name = match.group(1)
            where = int(name[:-2]) if name[0].isdigit() else int(ordinals.get(name, 0))
            if where and where <= n:
                yield Mention(where - 1 if where > 0 else n - 1, "number", match.start(), match.end(), 0)
    if in_words and _ends_with_place(stretch):
        for match in stretch.lex.pattern(_PLACE_ALONE).finditer(folded):
            where = int(ordinals.get(_ORDINAL.sub("", match.group(0).strip(" .!\"'*()\n")), 0))
            if where and where <= n and not options.quantities and not options.ordinal:
                yield Mention(where - 1 if where > 0 else n - 1, "number", match.start(), match.end(), 0)
    for match in stretch.finder(_CHINESE_ORDINAL).finditer(folded):
        if _CHINESE_PLACES[match.group(1)] < n:
            yield Mention(_CHINESE_PLACES[match.group(1)], "number", match.start(), match.end(), 0)
