"""Options in other words of the same stem: without articles and auxiliaries, inflected, with numbers spelt out.

"The percussion is playing a simple rhythmic pattern" names "The percussion plays a simple rhythmic pattern.",
"Beethoven's Fifth" names "Beethoven's 5th", "the second speaker" names "Speaker 2".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from audiotest.score.answer_extraction.lexicon import all_languages
from audiotest.score.answer_extraction.options import Options

_TOKEN = re.compile(r"(?!(?<=[a-z]')(?:s|re|m)\b)[^\W_]+(?:[.,]\d[^\W_]*)*")
"""A word; what an apostrophe joins to one is none ("she's", "they're")."""
_DROPPED = frozenset("a an the is are was were be been being am his her their its my your our".split())  # noqa: SIM905
_AS_IT_IS = frozenset("evening morning nothing something anything everything during building ceiling wedding".split())  # noqa: SIM905
_PRONOUNS = frozenset("she he they it i we you there his her their its".split())  # noqa: SIM905
_NUMBERED = re.compile(r"([a-z]+) (\d{1,2})")
_PARTS = re.compile(
    r"\s*(?:,|;|(?<=[a-z]{3})/(?=[a-z]{3})|&|\+|->|→|、|，)\s*(?:and\s+|then\s+|or\s+)?|\s+(?:and|then|followed by|和)\s+(?:then\s+)?"
)
_SUFFIX = {1: "st", 2: "nd", 3: "rd"}
_LEAST = 3
"""Letters of a single word that may be inflected."""


class Token(Struct, frozen=True, gc=False):
    """A word in its stem, at [``start``, ``end``)."""

    stem: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _numerals() -> dict[str, str]:
    lex = all_languages()
    table = {
        word: value
        for word, value in lex.table("numbers").items()
        if word.isascii() and word.isalpha() and len(word) > 2 and word not in ("once", "son")
    }
    places = {
        word: f"{place}{_SUFFIX.get(int(place), 'th')}"
        for word, place in lex.table("ordinals").items()
        if int(place) > 0
    }
    return table | places


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """The stem of a folded word; numbers and ordinals in figures."""
    word = _numerals().get(word, word)
    if word in _AS_IT_IS or len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    for ending, instead in (("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            return word[: -len(ending)] + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return _without_e(word[:-1])
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= 3 and re.search(r"[aeiouy]", base):
            return base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "slz" else _without_e(base)
    return _without_e(word)


def _without_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


@lru_cache(maxsize=16)
def words(folded: str) -> list[Token]:
    """The words of a folded text that carry meaning, in their stems."""
    out = []
    for match in _TOKEN.finditer(folded):
        word = match[0]
        if word not in _DROPPED:
            out.append(Token(stem(word), match.start(), match.end()))
    return out


def stems(folded: str) -> tuple[str, ...]:
    """The stems alone."""
    return tuple([stem(word) for word in _TOKEN.findall(folded) if word not in _DROPPED])


@lru_cache(maxsize=1024)
def sequences(options: Options) -> dict[str, tuple[tuple[tuple[str, ...], int], ...]]:
    """By first stem: (the stems, the option) of every form in which options may be named, longest first."""
    forms: list[tuple[tuple[str, ...], int]] = []
    for i, text in enumerate(options.folded):
        own = stems(text)
        if text.split()[-1:] and text.split()[-1] in _DROPPED:
            continue
        forms.append((own, i))
        first = text.split()[:1]
        if first and first[0] in _PRONOUNS and len(own) > 2:
            forms.append((own[1:], i))
        forms += [(form, i) for form in _by_pronoun(own)]
        numbered = _NUMBERED.fullmatch(text)
        if numbered:
            noun, place = stem(numbered.group(1)), int(numbered.group(2))
            suffix = "th" if 10 < place < 20 else _SUFFIX.get(place % 10, "th")
            forms.append(((f"{place}{suffix}", noun), i))
    owners: dict[tuple[str, ...], set[int]] = {}
    for form, i in forms:
        owners.setdefault(form, set()).add(i)
    by_first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for form, i in forms:
        if form and len(owners[form]) == 1 and (len(form) > 1 or len(form[0]) >= _LEAST):
            by_first.setdefault(form[0], []).append((form, i))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in by_first.items()}


@lru_cache(maxsize=1)
def _pronouns() -> dict[str, tuple[str, ...]]:
    """The pronouns of each noun, both in their stems: "she" of "woman"."""
    return {stem(noun): tuple(map(stem, own.split())) for noun, own in all_languages().table("pronouns").items()}


def _by_pronoun(own: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The option with a pronoun in the place of whom it speaks of: "she sweeps" for "a woman sweeps"."""
    for at, word in enumerate(own[:_SUBJECT]):
        if word in _pronouns():
            doing = own[at + 1 :]
            if doing and doing[0] not in _GOES_ON:
                yield from ((pronoun, *doing) for pronoun in _pronouns()[word])
            return


_SUBJECT = 3
"""Words among which the one is whom an option speaks of ("the old woman")."""
_GOES_ON = frozenset("and or of with in who that from to at on for voic".split())  # noqa: SIM905
"""What makes another subject of a noun ("the voice of the woman", "a man and a woman")."""


def loose_mentions(folded: str, options: Options) -> Iterator[tuple[int, int, int]]:
    """(option, start, end) of every place where an option's stems are together."""
    table, own = sequences(options), stems(folded)
    if table.keys().isdisjoint(own):
        return
    spans = [match.span() for match in _TOKEN.finditer(folded) if match[0] not in _DROPPED]
    for at, first in enumerate(own):
        for form, index in table.get(first, ()):
            if own[at : at + len(form)] == form:
                yield index, spans[at][0], spans[at + len(form) - 1][1]
                break


@lru_cache(maxsize=1024)
def parts(options: Options) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """For each option the stems of the things it lists ("piano, guitar and drums"); fewer than two: no list."""
    return tuple(
        tuple(own for part in split if (own := stems(part)) and any(len(word) > 2 for word in own))
        if len(split := _PARTS.split(text)) > 1
        else ()
        for text in options.folded
    )


def places(part: tuple[str, ...], tokens: Sequence[Token]) -> list[int]:
    """Where the stems of a part are together."""
    return [
        tokens[at].start
        for at in range(len(tokens) - len(part) + 1)
        if tokens[at].stem == part[0] and all(tokens[at + k].stem == word for k, word in enumerate(part))
    ]


def distance(a: str, b: str, most: int) -> int:
    """The edits (a swap of neighbours is one) between two words, ``most + 1`` where there are more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        earlier, before, row = before, row, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], earlier[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


def misspelt(tokens: Sequence[Token], folded: str, options: Options) -> Iterator[tuple[int, int, int]]:
    """(option, start, end) where words are nearly those of one option and of no other: ``Accordian``."""
    wanted = [[word for word in _TOKEN.findall(text) if word not in _DROPPED] for text in options.folded]
    plain = [folded[token.start : token.end] for token in tokens]
    for at, first in enumerate(plain):
        near = []
        for i, option in enumerate(wanted):
            if not option or not _near(first, option[0]):
                continue
            run = plain[at : at + len(option)]
            if len(run) == len(option) and run != option and all(map(_near, run, option)):
                near.append((i, len(option)))
        if len(near) == 1:
            index, length = near[0]
            yield index, tokens[at].start, tokens[at + length - 1].end


def _near(word: str, option: str) -> bool:
    if word[0] != option[0]:
        return False
    if word == option:
        return True
    if word.startswith(option) or option.startswith(word):
        return word == option + option[-1:]  # "guitarr", but "Indian" is no misspelt "India"
    if len(option) < 5 or not (word.isalpha() and option.isalpha()):
        return False
    most = 1 if len(option) < 9 else 2
    return distance(word, option, most) <= most
