"""Options named by their label or their place: ``(B)``, ``B.``, ``option two``, ``the second one``, ``第二个``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audiotest.score.answer_extraction.lexicon import Lexicon
from audiotest.score.answer_extraction.options import Options

_BRACKETED = re.compile(r"[(\[{<](?:option |choice )?([a-z]|\d{1,2})[)\]}>]")
_LED = re.compile(r"(?:^|\n)\s*[-*>•]?\s*([a-z]|\d{1,2})\s?[).:,、](?=\s|$|[^\x00-\x7f])")
_CHOSEN = re.compile(
    r"(?:选择?|答案[是为:]?\s*|应为|应该是|就是|是|正解は|答えは|정답은|답은)\s*[\"'(]?([a-z]|\d{1,2})(?![a-z0-9.:])"
)
_CAPITAL = re.compile(r"(?<![A-Za-z0-9'./&-])([A-Z])(?![A-Za-z0-9'&/]|[.-][A-Za-z0-9])")
_QUOTED_LETTER = re.compile(r"[\"']([a-z])[\"']")
_CHINESE_ORDINAL = re.compile(r"(?:第|选项)([一二三四五六七八九十])(?:个|项|种)?(?:选项|答案|选择)?")
_CHINESE_PLACES = {c: i for i, c in enumerate("一二三四五六七八九十")}
_IN_FIGURES = re.compile(r"\d(?:st|nd|rd|th)\b")
_ORDINAL = re.compile(r"^the ")
_ITEM_WORDS = 3
"""A numbered line of more words that does not hold the option's own is a step of reasoning."""
_SHORT = 300
_SMALL = re.compile(r"(?<![\w'])[b-h](?![\w'])")
_SMALL_GIVEN = (
    r"(?:<answer_leads>|<answer_word>)\s*(?:is|:)?\s*[\"'(]*([b-h])(?![\w'])"
    r"|^\W*([a-h])(?=\s+(?:is (?:correct|right|the|best)|fits|seems|matches)\b)"
)
"""A small letter is a label in short replies, where words of answering lead to it or judge it."""
_PHONES = re.compile(r"\s*[/\[]")
_WORD_ITEM = re.compile(r"(?:^|\n)\s*[-*>•]\s*[a-z']{2,}\s?:")

Label = tuple[int, str, int, int]
"""(option, ``label`` or ``number``, start, end)."""


def labels(text: str, folded: str, options: Options, lex: Lexicon) -> Iterator[Label]:
    """Every label and place in ``text`` (case kept) and ``folded``, each once."""
    seen: set[int] = set()
    for pattern in (_BRACKETED, _LED, _named(lex), _CHOSEN, _QUOTED_LETTER):
        for match in pattern.finditer(folded):
            index = _index(match.group(1), options, lex)
            if index is None or match.start(1) in seen or _is_no_label(pattern, match, text, folded, options, lex):
                continue
            seen.add(match.start(1))
            yield index, "label" if match.group(1).isalpha() else "number", match.start(1), match.end(1)
    if len(folded) <= _SHORT and _SMALL.search(folded):
        for match in lex.compiled(_SMALL_GIVEN).finditer(folded):
            at = match.start(1) if match.group(1) else match.start(2)
            index = options.label_of.get(folded[at])
            if index is not None and at not in seen:
                seen.add(at)
                yield index, "label", at, at + 1
    for match in _CAPITAL.finditer(text):
        index = options.label_of.get(match.group(1).lower())
        if index is not None and match.start(1) not in seen and _is_label(match, folded, options, lex):
            seen.add(match.start(1))
            yield index, "label", match.start(1), match.end(1)
    yield from _places(folded, options, lex)


def _named(lex: Lexicon) -> re.Pattern[str]:
    return lex.compiled(
        r"(?:<option_noun>s?|第|(?<![a-z])no\.(?= ?\d))[\s_]*(?:is|are|was|be|would be|should be|must be|number|no\.?|es|est|ist|lautet|[:#=是为])*"
        r"\s*[\"'(\[]?([a-z]|\d{1,2}|one|two|three|four|five|six)(?![a-z0-9'])"
    )


def _index(name: str, options: Options, lex: Lexicon) -> int | None:
    if name in options.label_of:
        return options.label_of[name]
    if len(name) > 1 and name.isalpha():
        name = lex.numbers.get(name, "")
    if name.isdigit() and not options.numeric and 1 <= int(name) <= len(options.labels):
        return int(name) - 1
    return None


def _is_no_label(
    pattern: re.Pattern[str], match: re.Match[str], text: str, folded: str, options: Options, lex: Lexicon
) -> bool:
    """``the answer is a flute``: an article; ``* a: /ə/``: a word of a list of words; ``the word "a"``: a word."""
    letter, after = match.group(1), folded[match.end(1) :]
    upper = text[match.start(1)].isupper()
    if pattern is _LED and letter.isdigit():
        line, own = after[1:].split("\n", 1)[0], options.folded[_index(letter, options, lex) or 0]
        return len(line.split()) > _ITEM_WORDS and own not in line
    if pattern is _LED:
        return not upper and letter.isalpha() and (
            _PHONES.match(after[1:8]) is not None or (letter in "ai" and _WORD_ITEM.search(folded) is not None)
        )  # fmt: skip
    if pattern is _QUOTED_LETTER:
        before = folded[max(0, match.start() - 24) : match.start()]
        return lex.compiled(r"<not_a_label_before>\s*$").search(before) is not None
    if pattern in (_BRACKETED, _CHOSEN):
        return False
    return letter == "a" and not upper and re.match(r" [a-z0-9]", after[:2]) is not None


def _is_label(match: re.Match[str], folded: str, options: Options, lex: Lexicon) -> bool:
    """Whether a capital on its own is an option's letter: not the article, the pronoun, a note or a name."""
    letter, before, after = match.group(1), folded[: match.start(1)][-24:], folded[match.end(1) :][:24]
    if re.match(r"[ -]?(?:[#♭♯]|\d)", after) or lex.compiled(r"[ -]?<not_a_label_after>").match(after):
        return False
    if lex.compiled(r"<not_a_label_before>\s$").search(before):
        return False
    if letter in "AI":
        # "A flute plays", "I hear": a letter only where no word that it could belong to follows.
        follows = lex.compiled(
            r"\s*(?:[.,;:!?)\]\"'。，、>/|=✓✔✅✗✘❌✖☑☒]|$|\n|[-+]\s|<article_follows>(?! [a-z]+ing\b))"
        )
        return follows.match(after) is not None and (letter == "A" or not re.match(r"\s*(?:was|as|am)\b", after))
    return True


def _places(folded: str, options: Options, lex: Lexicon) -> Iterator[Label]:
    ordinals = lex.ordinals
    if any(word in folded for word in ordinals) or _IN_FIGURES.search(folded):
        for match in lex.compiled(r"(<ordinals>|(?<!\w)\d+(?:st|nd|rd|th)) <ordinal_noun>").finditer(folded):
            name = match.group(1)
            place = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", name)
            where = int(place.group(1)) if place else int(ordinals.get(name, 0))
            if where and where <= len(options.labels):
                yield (where - 1 if where > 0 else len(options.labels) - 1), "number", match.start(), match.end()
        for match in lex.compiled(r"(?:^|(?<=[.!?\n] )|(?<=\n))\W*(?:the )?<ordinals>\W*(?=$|\n|[.!]\s)").finditer(
            folded
        ):
            where = int(ordinals.get(_ORDINAL.sub("", match.group(0).strip(" .!\"'*()\n")), 0))
            if where and where <= len(options.labels) and not options.quantities:
                yield (where - 1 if where > 0 else len(options.labels) - 1), "number", match.start(), match.end()
    for match in _CHINESE_ORDINAL.finditer(folded):
        if _CHINESE_PLACES[match.group(1)] < len(options.labels):
            yield _CHINESE_PLACES[match.group(1)], "number", match.start(), match.end()
