"""Numbers in a text, in figures or in words: counts, times, ranges, ordinals, amounts with a unit.

``one hundred and twenty`` is 120, ``1m30s`` and ``90 seconds`` are 90 s, ``between 30 and 40`` and ``in his thirties`` are
ranges, ``the second`` is an ordinal. Seconds are the unit of times, so that ``75 s`` and ``1:15`` are the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from audiotest.score.answer_extraction.alternatives import any_of
from audiotest.score.answer_extraction.lexicon import Lexicon, all_languages, lexicon

_DECADE = 10
_TIMES = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_HAN = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?"
_FIGURES = r"(?:\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?![.,]?\d)"
_SIGNS = {"$": "$", "€": "€", "£": "£", "¥": "¥"}


class Quantity(Struct, frozen=True):
    """The number ``low`` (``high`` the same) or the range from ``low`` to ``high``, at [``start``, ``end``).

    ``unit`` is ``s`` for times, ``nth`` for ordinals, empty for bare numbers. ``noun`` is the word that is counted.
    """

    low: float
    high: float
    unit: str = ""
    noun: str = ""
    start: int = 0
    end: int = 0

    @property
    def is_range(self) -> bool:
        """Whether it is a range."""
        return self.low != self.high


@cache
def _tables(lex: Lexicon) -> tuple[dict[str, float], dict[str, str], dict[str, str], dict[str, int]]:
    words = {word: float(value) for word, value in lex.table("numbers").items()}
    if "de" in lex.languages:
        german = {word: float(value) for word, value in lexicon(frozenset({"de"})).table("numbers").items()}
        ones = {word if word != "eins" else "ein": value for word, value in german.items() if 0 < value < 10}
        words |= {f"{one}und{ten}": a + b for one, a in ones.items() for ten, b in german.items() if 20 <= b < 100}
    ordinals = {word: place for word, place in lex.table("ordinals").items() if int(place) > 0}
    tens = {word: int(value) for word, value in lex.table("tens").items()}
    return words, lex.table("units"), ordinals, tens


_DIGIT, _WORD = re.compile(r"\d"), re.compile(r"[a-z]+")


@cache
def _number_words(lex: Lexicon) -> frozenset[str]:
    """Words of which a text in ASCII without figures holds one if it holds a number."""
    words, _, ordinals, tens = _tables(lex)
    named = (*words, *ordinals, *tens, *lex.table("spans_of_time"))
    return frozenset(_WORD.findall(name)[-1] for name in named if name.isascii() and _WORD.search(name))


@cache
def _pattern(lex: Lexicon) -> re.Pattern[str]:
    words, units, ordinals, tens = _tables(lex)
    latin = any_of(word for word in words if len(word) > 1 and word not in _HAN and word.isascii())
    # Each word is followed by the next or by the end; the list of words stands in it once, since it is long.
    word = rf"(?<![^\W_])(?:{latin}(?:[\s-]+(?:and[\s-]+)?|(?![^\W_])))+(?<=[^\W_])"
    unit = any_of(u for u in units if u[0].isalpha() and u.isascii())
    other = any_of(u for u in units if not u.isascii() or not u[0].isalpha())
    return re.compile(
        rf"""(?:(?<![^\W\d_])|(?<=\d[hm])|(?=[零一二两三四五六七八九十百千万]))(?:(?P<clock>(?<![\d:]){_CLOCK}(?![\d:]))
        | (?<![^\W_])(?P<nth>(?P<place>\d+)(?:st|nd|rd|th))(?![^\W_])
        | (?<![^\W_])(?P<ordinal>{any_of(ordinals)})(?![^\W_])
        | (?P<duration>{any_of(lex.table("spans_of_time"))})(?![^\W_])
        | (?<![^\W_])(?P<decade>{any_of(tens)}|(?<=[a-z][ -])\d0'?s)(?![^\W_])
        | (?P<number>(?:(?P<sign>[$€£¥])\s?)?(?:(?P<figures>(?:(?<![\w.])(?<!\d,)|(?<=\d[hm]))(?:{_FIGURES}))|(?P<word>{word})|(?P<han>[零一二两三四五六七八九十百千万]+)))
          (?:(?P<unit>[\s-]?{unit}(?![^\W_])|\s?{other}|(?<=\d)[smh](?=\d))|(?!\w)|(?=[\u3040-\uffff])|(?<=[十百千万零一二两三四五六七八九])))""",
        re.VERBOSE,
    )


def spelt(words: str, table: dict[str, float]) -> float | None:
    """The value of number words, None for a sequence that is no number ("two three")."""
    total = current = 0.0
    last = math.inf
    for word in re.findall(r"[^\W_]+", words):
        if word == "and":
            continue
        value = table[word]
        if value in (100.0, 1000.0, 1e6):
            current = max(current, 1.0) * value
            last = value
            if value >= 1000:
                total, current, last = total + current, 0.0, value
        else:
            if current and (value >= last or (last < 20)):
                return None
            if last < 20 and current == 0 and last != math.inf:
                return None
            current += value
            last = value
    return total + current


def _han(text: str) -> float:
    if not any(char in _HAN_SCALES for char in text):
        return float("".join(str(_HAN[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in _HAN:
            digit = _HAN[char]
        elif char == "万":
            total, section, digit = (total + section + digit) * 10000, 0, 0
        else:
            section, digit = section + (digit or 1) * _HAN_SCALES[char], 0
    return float(total + section + digit)


_NOUN = re.compile(
    r"[\s-]+(?!(?:and|or|to|in|of|is|are|was|were|the|a|an|at|on|with|so|but|as|that|because|from|by|for|then)\b)([a-z]+(?:[ -](?!(?:and|or|to|in|of|is|are|was|were|the|a|an|at|on|with|so|but|as|that|because|from|by|for|then)\b)[a-z]+){0,2})"
)


def _single(folded: str, lex: Lexicon) -> Iterator[Quantity]:
    words, units, ordinals, tens = _tables(lex)
    for match in _pattern(lex).finditer(folded):
        kind, start, end = match.lastgroup, match.start(), match.end()
        if match["clock"]:
            parts = [float(part) for part in match["clock"].split(":")]
            seconds = sum(part * 60**i for i, part in enumerate(reversed(parts)))
            yield Quantity(seconds, seconds, "s", "", start, end)
        elif match["nth"] or match["ordinal"]:
            place = float(match["place"] or ordinals[match["ordinal"]])
            yield Quantity(place, place, "nth", "", start, end)
        elif match["duration"]:
            seconds = float(lex.table("spans_of_time")[match["duration"]])
            yield Quantity(seconds, seconds, "s", "", start, end)
        elif match["decade"]:
            text = match["decade"]
            low = tens[text] if text in tens else int(re.match(r"\d+", text).group(0))  # type: ignore[union-attr]
            yield Quantity(low, low + 10, "", "", start, end)
        elif kind:
            value = (
                float(match["figures"].replace(",", "")) if match["figures"]
                else _han(match["han"]) if match["han"] else spelt(match["word"], words)
            )  # fmt: skip
            if value is None:
                continue
            unit = units.get((match["unit"] or "").strip(" -"), "") or _SIGNS.get(match["sign"] or "", "")
            if unit == "khz":
                value, unit = value * 1000, "hz"
            elif unit in _TIMES:
                value, unit = value * _TIMES[unit], "s" if unit == "s" else f"s{unit}"
            noun = _NOUN.match(folded, end) if not unit else None
            yield Quantity(value, value, unit, noun.group(1) if noun else "", start, end)


_JOINS_TIME = re.compile(r"\s*,?\s*(?:and\s+)?")
_TO = re.compile(r"\s*(?:-|to|~|through|until|till|bis|a|à|到|至|から)\s*", re.IGNORECASE)
_AND = re.compile(r"\s*(?:and|und|et|y)\s*")
_BETWEEN = re.compile(r"(?:between|zwischen|entre|from|von|de|从)\s+$")
_OVER = re.compile(
    r"(?:over|above|(?:more|faster|longer|higher|larger) than|older than|greater than|at least|>=?|≥)\s*$"
)
_UNDER = re.compile(
    r"(?:under|below|(?:less|slower|shorter|lower|smaller) than|fewer than|younger than|up to|at most|<=?|≤)\s*$"
)
_AND_MORE = re.compile(r"\s*(?:\+|(?:years )?(?:and|or) (?:more(?! than)|above|over|older|up)\b|plus\b)")
_AND_LESS = re.compile(r"\s*(?:years )?(?:and|or) (?:less|below|under|younger|fewer)\b")


def quantities(folded: str, lex: Lexicon | None = None) -> list[Quantity]:
    """All numbers of a folded text, left to right; times of several parts and ranges are one."""
    lex = lex or all_languages()
    if folded.isascii() and not _DIGIT.search(folded) and _number_words(lex).isdisjoint(_WORD.findall(folded)):
        return []
    joined: list[Quantity] = []
    for one in _single(folded, lex):
        last = joined[-1] if joined else None
        if last is not None and not last.is_range:
            gap = folded[last.end : one.start]
            finer = last.unit in ("sh", "sm") and one.unit in ("sm", "s") and last.unit != one.unit
            bare = last.unit in ("sh", "sm") and not one.unit and one.low < 60 and not one.noun and gap in ("", " ")
            if (finer and _JOINS_TIME.fullmatch(gap)) or bare:
                value = last.low + (one.low if not bare else one.low * (1 if last.unit == "sm" else 60))
                joined[-1] = Quantity(value, value, "s" if bare else one.unit, "", last.start, one.end)
                continue
            alike = not last.unit or last.unit.rstrip("mh") == one.unit.rstrip("mh")
            between = _BETWEEN.search(folded[: last.start][-10:]) is not None
            rising = alike and one.low > last.low and not one.is_range and last.unit != "nth"
            to = _TO.fullmatch(gap) or (between and _AND.fullmatch(gap))
            if rising and to and (not last.noun or between):
                joined[-1] = Quantity(last.low, one.low, one.unit, one.noun, last.start, one.end)
                continue
        joined.append(one)
    return [replace(q, unit="s") if q.unit in ("sm", "sh", "sms") else q for q in joined]


def option_quantity(folded: str, lex: Lexicon | None = None) -> Quantity | None:
    """The quantity that an option is as a whole ("3", "three times", "20-30 years", "over 60", "57.0 beats per minute")."""
    named = quantities(folded, lex)
    if len(named) != 1:
        return None
    one = named[0]
    before, after = folded[: one.start], folded[one.end :]
    if _OVER.fullmatch(before) or (not before and _AND_MORE.match(after)):
        return replace(one, low=one.low, high=math.inf)
    if _UNDER.fullmatch(before) or (not before and _AND_LESS.match(after)):
        return replace(one, low=-math.inf, high=one.low)
    if re.fullmatch(r"(?:the |about |approximately |around |exactly |between |from |age |aged )*", before) and (
        re.fullmatch(r"[\s.]*(?:[a-z]+(?:\s+[a-z]+){0,1})?[\s.]*", after)
    ):
        return one
    return None


def open_ended(named: Quantity, folded: str) -> Quantity:
    """``named`` with the bound that is beside it ("over 60", "60 or more"), from where that begins."""
    over, under = _OVER.search(folded[: named.start][-20:]), _UNDER.search(folded[: named.start][-20:])
    match = over or under
    start = named.start - len(match.group(0)) if match else named.start
    if over or _AND_MORE.match(folded, named.end):
        return replace(named, high=math.inf, start=start)
    return (
        replace(named, low=-math.inf, high=named.low, start=start)
        if under or _AND_LESS.match(folded, named.end)
        else named
    )


def same(named: Quantity, option: Quantity) -> bool:
    """Whether a number of the reply is the option's: equal, of one unit, or within its range."""
    if option.unit == "s" and named.is_range and not named.unit:
        return named.low == option.low and named.high - named.low == _DECADE  # "in his thirties" for "30s"
    if (named.unit == "nth") != (option.unit == "nth"):
        return False
    if named.unit != option.unit and named.unit and option.unit:
        return False
    if named.unit and not option.unit and not (option.is_range and named.unit in ("year", "%")) and named.unit != "%":
        return False
    if math.isclose(named.low, option.low) and math.isclose(named.high, option.high):
        return True
    return (
        named.is_range
        and option.is_range
        and math.isclose(named.low, option.low)
        and named.high - option.high in (1, -1)
    )


def within(named: Quantity, option: Quantity) -> bool:
    """Whether a single number lies inside an option's range, and not on its edge."""
    if named.is_range or not option.is_range or (named.unit and option.unit and named.unit != option.unit):
        return False
    return named.unit in ("", "year", option.unit) and option.low < named.low < option.high
