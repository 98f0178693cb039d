"""Options that are numbers, named by their value: "The bell rings 3 times", "one hundred and twenty", "1m30s"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from msgspec.structs import replace

from audiotest.score.answer_extraction import negation
from audiotest.score.answer_extraction.lexicon import Lexicon
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.normalise import CJK
from audiotest.score.answer_extraction.options import Options
from audiotest.score.answer_extraction.quantities import Quantity, open_ended, quantities, same, within

_PRONOUN = frozenset({"one", "once", "un", "uno", "um", "a"})
_ITEM = re.compile(r"(?:^|\n)\s*[-*]?\s*$")
_LARGE = 13
"""From here on a number is no place, no list item and no everyday word."""
_QUOTED = re.compile(r"[(\[{<\"']$")
_CLAUSE_ENDS = re.compile(r"[\s\"')\]*]*(?:[.!?;。！？；,，]|$|\n)")


def number_mentions(text: str, folded: str, options: Options, lex: Lexicon) -> Iterator[Mention]:
    """The numbers of ``folded`` that are options, where they count or measure what is asked for."""
    if not options.quantities:
        return
    all_named = quantities(folded, lex)
    if len({(q.low, q.high) for q in all_named}) == 1:  # the only number there is: "30 seconds" for "30"
        bare = [
            replace(q, unit="")
            for q in all_named[:1]
            if q.unit not in ("", "nth", "clock", "%") and not _DECADE.fullmatch(folded[q.start : q.end])
        ]
        all_named = bare if bare and _option(all_named[0], options) is None else all_named
    all_named = _counted_out(all_named, folded)
    ranges = all(own is None or (own.is_range and not own.unit) for own in options.quantities)
    places = all(own is None or own.unit == "nth" for own in options.quantities)
    bounds = any(own is not None and math.isinf(own.high - own.low) for own in options.quantities)
    for named in all_named:
        text_of = folded[named.start : named.end]
        if ranges and named.unit == "s" and _DECADE.fullmatch(text_of):  # "30s" is an age where options are ranges
            named = replace(named, high=named.low + 10, unit="")
        if places and not named.unit and _NUMBER_BEFORE.search(folded[: named.start][-12:]):
            named = replace(named, unit="nth")
        bounded = open_ended(named, folded) if bounds else named
        index = _option(bounded, options)
        if index is None:
            continue
        own = options.quantities[index]
        stands = True if bounded is not named or own is None else _stands(named, own, folded, lex)
        if stands is False:
            continue
        total = (
            _SUM.search(folded[: named.start][-16:]) is not None
            or lex.compiled(r"[\s,]*(?:[a-z]+[\s,]+){0,2}<totals>").match(folded, named.end) is not None
        )
        yield Mention(
            index, "text", bounded.start, named.end, 0,
            given=total, stated=total, measured=True, noun=named.noun, doubtful=stands is None,
        )  # fmt: skip


def _counted_out(all_named: list[Quantity], folded: str) -> list[Quantity]:
    """Without the numbers by which somebody counts: "one, two, three" says three."""
    kept = list(all_named)
    for i in range(len(all_named)):
        run = [all_named[i]]
        for one in all_named[i + 1 :]:
            if one.low != run[-1].low + 1 or not _COMMA.fullmatch(folded[run[-1].end : one.start]):
                break
            run.append(one)
        if run[0].low == 1 and len(run) > 2:
            kept = [q for q in kept if q not in run[:-1]]
    return kept


_COMMA = re.compile(r"[\s,.;…-]{1,5}(?:and )?")
_SUM = re.compile(r"(?:total of|=|total is|total:|makes|making|sum of|adds up to|altogether)\s*$")
_DECADE = re.compile(r"\d0'?s")
_NUMBER_BEFORE = re.compile(r"(?:number|no\.|#)\s*$")


def _option(named: Quantity, options: Options) -> int | None:
    equal = [i for i, own in enumerate(options.quantities) if own is not None and same(named, own)]
    if not equal:
        equal = [i for i, own in enumerate(options.quantities) if own is not None and within(named, own)]
    return equal[0] if len(equal) == 1 else None


def _stands(named: Quantity, own: Quantity, folded: str, lex: Lexicon) -> bool | None:
    """Whether a number that is an option's is meant as one, not as a name's ("Speaker 3"), a bound or a place; None
    where that cannot be decided."""
    before, after = folded[max(0, named.start - 60) : named.start], folded[named.end :]
    line = re.split(r"(?<=[.!?;。！？；])\s|\n|[。！？；]", before)[-1]
    if lex.pattern(negation.GIVES).match(before[::-1]):
        return True
    if named.unit == "nth":
        return not (after[:1] == "," and not line.strip()) or not after.strip(" ,.")
    word = folded[named.start : named.end]
    plain = not named.unit and not own.unit
    role = "(?:<before_number>|<place_before_number>)" if plain else "<before_number>"
    if not named.is_range and lex.compiled(role + r"\s*[\"'#(]*$").search(before) and "times" not in named.noun:
        return False
    if named.unit or own.unit or named.is_range:
        return (
            named.unit == own.unit or not named.noun or named.is_range or (own.unit == "£" and named.noun == "pounds")
        )
    if re.match(r"[.)]\s", after[:2]) and _ITEM.search(folded[: named.start]) and after.strip(" .)\n"):
        return False  # a list's item
    counted = lex.compiled(r"<counted>(?:\s|<counted_filler>)*$").search(before) is not None
    if counted or _QUOTED.search(before[-1:]) or (not line.strip(" \"'([*-:") and _CLAUSE_ENDS.match(after)):
        return True
    if word in _PRONOUN:
        sure = (
            re.search(r"\b(?:only|just|exactly)\s$", before)
            or re.match(r"times?\b", named.noun)
            or not after.strip(" .!")
        )
        return True if sure else None
    if named.noun or CJK.match(after):
        return True
    ends = _CLAUSE_ENDS.match(after) or re.match(r"\s*(?:times|in total)\b", after)
    return True if named.low >= _LARGE or ends else None
