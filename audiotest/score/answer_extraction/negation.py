"""What a clause says of an option that it names: given as the answer, stated, denied, set aside.

Each function gives the pattern of one such relation for the languages of a reply; the words are in ``cues/``. Those of
what precedes an option are matched backwards from it: ``pattern.match(reversed text, place)``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from audiotest.score.answer_extraction.lexicon import Lexicon
from audiotest.score.answer_extraction.mention import Mention

_LISTS = r"[\"'\])\.]*\s*(?:,\s*<listing>|[,、/&]|<listing>)\s*(?:<list_filler>\s*)*[\"'(\[]*$"
_TAIL = r"[\"'(\[<]*+(?:\s*+(?:<list_filler>|<option_noun>|<article>)){0,4}\s*+[\"'(\[<]*+\s*+(?:[*+•]|\.\d)?+\s*+(?:[:=]|>-+|>=|-)?+\s*+"
BESIDE = re.compile(r"[ ().:,\"'\]-]*(?:an?|the)? ?[\"']?")
"""The text between a label and the text of its option."""
_NEGATED = re.compile(r"\s*(?:no|nope)\b(?! doubt)")
ENDS = re.compile(r"[\"')\]>]*\s*(?:[.;!。;；！\n]|$|because\b|since\b)")
"""What follows an answer that is a sentence of its own."""


@lru_cache(maxsize=256)
def listing(lex: Lexicon) -> re.Pattern[str]:
    """The text between two options of one list, so that they share a denial."""
    return lex.compiled(_LISTS)


@lru_cache(maxsize=256)
def gives(lex: Lexicon) -> re.Pattern[str]:
    """The text right before an option that is given as *the* answer; backwards."""
    return lex.compiled(_TAIL + r"(?:<answer_leads>|(?<=[:=>])\s*<answer_noun>)", backwards=True)


@lru_cache(maxsize=256)
def noun_before(lex: Lexicon) -> re.Pattern[str]:
    """``answer B``: a noun that makes an answer of the label behind it."""
    return lex.compiled(r"[\"'(\[<]*\s*<answer_word>", backwards=True)


@lru_cache(maxsize=256)
def states(lex: Lexicon) -> re.Pattern[str]:
    """What a sentence says of its subject comes next."""
    return lex.compiled(_TAIL + "<states>", backwards=True)


@lru_cache(maxsize=256)
def believes(lex: Lexicon) -> re.Pattern[str]:
    """What leads to an option that the writer holds to be the answer, without calling it that."""
    return lex.compiled(_TAIL + "<believes>", backwards=True)


@lru_cache(maxsize=256)
def follows(lex: Lexicon) -> re.Pattern[str]:
    """The text right after an option that is given as *the* answer."""
    return lex.compiled(
        r"[\"')\].]*(?:,\s*which)?\s*(?:<answer_follows>|<correct_after>(?=[\s.,;:!]*(?:$|because|since|as|and)))"
    )


@lru_cache(maxsize=256)
def supposed(lex: Lexicon) -> re.Pattern[str]:
    """A question or a supposition: "if B is correct"."""
    return lex.compiled(r"[^,;]{0,30}?<supposed>|\s(?:ti )?si(?!\w)", backwards=True)


@lru_cache(maxsize=256)
def denied_before(lex: Lexicon) -> re.Pattern[str]:
    """A denial whose object is what comes next; backwards."""
    return lex.compiled(
        r"[\s:]*(?:(?:<reaching>|[\"'(\[])[\s,:]*+){0,12}"
        r"(?:<denies>|t'n(?=[a-z])|naht rehto(?! enon)(?! rehto)|naht(?! rehto)(?![a-z])"
        r"|<doubts>(?! on)(?! tuohtiw)(?! a tuohtiw)(?! yna tuohtiw)(?! dnoyeb))",
        backwards=True,
    )


@lru_cache(maxsize=256)
def denied_after(lex: Lexicon) -> re.Pattern[str]:
    """A denial whose subject came just before."""
    return lex.compiled(
        r"[\"')\].]*\s*(?:\([^)]{0,80}\)\s*)?(?:<denied_after>|[-:=>(]+\s*<verdict_false>[\s.,;)|/]*$|[-:=>(\s]*[❌✗✘✖])"
    )


_EXCEPT = r"(?:except|other than|but|besides|apart from)(?: for)?\s+(?:option |an? |the )*[\"'(]*$"
NOTHING_BUT = re.compile(rf"\b(?:no|nothing|none|nobody)\b.{{0,40}}\b{_EXCEPT}")
"""``No sound other than the bell``: a denial of all but one."""
ALL_BUT = re.compile(rf"\b(?:all|every\w*|any\w*|each)\b.{{0,30}}\b{_EXCEPT}")
"""``All options except B`` are something, which B is then not."""
OR_NOR = re.compile(r"\b(?:or|nor)\s+(?:an? |the |option )*[\"'(]*$")
"""The text before the last of a list, of which a denial further ahead holds too."""


def asides(clause: str, lex: Lexicon) -> list[tuple[int, int]]:
    """The stretches of a clause that report a thought since given up, or of what something is compared with."""
    begins = [(match.end(), False) for match in lex.search("set_aside").finditer(clause)]
    begins += [(match.end(), True) for match in lex.search("compared").finditer(clause)]
    if not begins:
        return []
    resets = [(match.start(), match.group(0) == ",") for match in lex.compiled(",|<reset>").finditer(clause)]
    return [
        (begin, min((at for at, comma in resets if at >= begin and (short or not comma)), default=len(clause)))
        for begin, short in begins
    ]


@lru_cache(maxsize=256)
def concludes(lex: Lexicon) -> re.Pattern[str]:
    """A sentence that concludes outweighs those before it."""
    return lex.compiled(r"<concludes>")


@lru_cache(maxsize=256)
def turns(lex: Lexicon) -> re.Pattern[str]:
    """A change of mind: what comes after counts."""
    return lex.compiled(r"<turns>")


@lru_cache(maxsize=256)
def takes_back(lex: Lexicon) -> re.Pattern[str]:
    """The text between an answer and the one that is put in its place: "B. Wait, it's C"."""
    return lex.compiled(r"[\"'(\[]*(?:[\s,.:;!-]|<taken_back_filler>)*<takes_back>", backwards=True)


def denied_together(judged: list[Mention], folded: str, lex: Lexicon) -> list[Mention]:
    """``A, B and C can be ruled out``: a denial behind a list holds for all of it."""
    between = listing(lex)
    for i in range(len(judged) - 2, -1, -1):
        gap = folded[judged[i].end : judged[i + 1].start]
        if judged[i + 1].denied and between.match(gap) and _ends_denied(judged, i + 1, folded, lex):
            judged[i] = replace(judged[i], denied=True)
    return judged


def _ends_denied(judged: Sequence[Mention], i: int, folded: str, lex: Lexicon) -> bool:
    """Whether the list that mention ``i`` is in is denied from behind."""
    while i + 1 < len(judged) and listing(lex).match(folded[judged[i].end : judged[i + 1].start]):
        i += 1
    return denied_after(lex).match(folded[judged[i].end :][:60]) is not None


def asked_and_answered(judged: list[Mention], folded: str, spans: Sequence[tuple[int, int]]) -> list[Mention]:
    """``A robin? No.``: what a question ends with is denied by the answer to it; ``B. a robin: no``: what is said of an
    option's text holds for the label before it."""
    for i, mention in enumerate(judged):
        end = spans[mention.clause][1]
        if not mention.denied and _NEGATED.match(folded, end):
            rest = folded[mention.end : end]
            judged[i] = replace(mention, denied=re.fullmatch(r"[\"')\] ]*\?\s*", rest) is not None)
    for i in range(len(judged) - 2, -1, -1):
        label, text = judged[i], judged[i + 1]
        if text.denied and label.index == text.index and BESIDE.fullmatch(folded[label.end : text.start]):
            judged[i] = replace(label, denied=True)
    return judged
