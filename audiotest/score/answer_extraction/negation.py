"""What a clause says of an option that it names: given as the answer, stated, denied, set aside.

Each such relation is a :class:`.lexicon.Cue`; its words are in ``cues/``. Those of what precedes an option are matched
backwards from it: ``pattern.match(reversed text)``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from audiotest.score.answer_extraction.cue import ABSENT, Cue, roles
from audiotest.score.answer_extraction.lexicon import Lexicon
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.stretch import Stretch

_TAIL = r"[\"'(\[<]*+(?:\s*+(?:<list_filler>|<option_noun>|<article>)){0,4}\s*+[\"'(\[<]*+\s*+(?:[*+•]|\.\d)?+\s*+(?:[:=]|>-+|>=|-)?+\s*+"
BESIDE = re.compile(r"[ ().:,\"'\]-]*(?:an?|the)? ?[\"']?")
"""The text between a label and the text of its option."""
_NEGATED = re.compile(r"\s*(?:no|nope)\b(?! doubt)")
_ASKED = re.compile(r"[\"')\] ]*\?\s*")
ENDS = re.compile(r"[\"')\]>]*\s*(?:[.;!。;；！\n]|$|because\b|since\b)")
"""What follows an answer that is a sentence of its own."""

LISTING = Cue(r"[\"'\])\.]*\s*(?:,\s*<listing>|[,、/&]|<listing>)\s*(?:<list_filler>\s*)*[\"'(\[]*$")
"""The text between two options of one list, so that they share a denial."""
GIVES = Cue(
    _TAIL + r"(?:<answer_leads>|(?<=[:=>])\s*<answer_noun>)", needs=("answer_leads", "answer_noun"), backwards=True
)
"""The text right before an option that is given as *the* answer."""
NOUN_BEFORE = Cue(r"[\"'(\[<]*\s*<answer_word>", needs=("answer_word",), backwards=True)
"""``answer B``: a noun that makes an answer of the label behind it."""
STATES = Cue(_TAIL + "<states>", needs=("states",), backwards=True)
"""What a sentence says of its subject comes next."""
BELIEVES = Cue(_TAIL + "<believes>", needs=("believes",), backwards=True)
"""What leads to an option that the writer holds to be the answer, without calling it that."""
FOLLOWS = Cue(
    r"[\"')\].]*(?:,\s*which)?\s*(?:<answer_follows>|<correct_after>(?=[\s.,;:!]*(?:$|because|since|as|and)))",
    needs=("answer_follows", "correct_after"),
)
"""The text right after an option that is given as *the* answer."""
SUPPOSED = Cue(r"[^,;]{0,30}?<supposed>|\s(?:ti )?si(?!\w)", backwards=True)
"""A question or a supposition: "if B is correct"."""
DENIED_BEFORE = Cue(
    r"[\s:]*(?:(?:<reaching>|[\"'(\[])[\s,:]*+){0,12}"
    r"(?:<denies>|t'n(?=[a-z])|naht rehto(?! enon)(?! rehto)|naht(?! rehto)(?![a-z])"
    r"|<doubts>(?! on)(?! tuohtiw)(?! a tuohtiw)(?! yna tuohtiw)(?! dnoyeb))",
    needs=("denies", "doubts"),
    pieces=("n't", "than"),
    backwards=True,
)
"""A denial whose object is what comes next."""
DENIED_AFTER = Cue(
    r"[\"')\].]*\s*(?:\([^)]{0,80}\)\s*)?(?:<denied_after>|[-:=>(]+\s*<verdict_false>[\s.,;)|/]*$|[-:=>(\s]*[❌✗✘✖])",
    needs=("denied_after", "verdict_false"),
    beyond_ascii=True,
)
"""A denial whose subject came just before."""
DENIES = roles("denies")
CONCLUDES = roles("concludes")
"""A sentence that concludes outweighs those before it."""
TURNS = roles("turns")
"""A change of mind: what comes after counts."""
TURNS_OR_TAKES_BACK = roles("turns", "takes_back")
TAKES_BACK = Cue(r"[\"'(\[]*(?:[\s,.:;!-]|<taken_back_filler>)*<takes_back>", needs=("takes_back",), backwards=True)
"""The text between an answer and the one that is put in its place: "B. Wait, it's C"."""
_ASIDES = _SET_ASIDE, _COMPARED = roles("set_aside"), roles("compared")
_RESET = Cue(",|<reset>", needs=("reset",), pieces=(",",), starts=True)

_EXCEPT = r"(?:except|other than|but|besides|apart from)(?: for)?\s+(?:option |an? |the )*[\"'(]*$"
NOTHING_BUT = re.compile(rf"\b(?:no|nothing|none|nobody)\b.{{0,40}}\b{_EXCEPT}")
"""``No sound other than the bell``: a denial of all but one."""
ALL_BUT = re.compile(rf"\b(?:all|every\w*|any\w*|each)\b.{{0,30}}\b{_EXCEPT}")
"""``All options except B`` are something, which B is then not."""
POINTS_ELSEWHERE = re.compile(
    r"(?:\b(?:no|not|without|nothing|never|hardly|little)|n't)\b[^,.;:-]{0,50}\b(?:point|lean)(?:s|ing)?\b[^,.;:]{0,30}$"
)
"""``No markers that point toward``: evidence that there is not."""
OR_NOR = re.compile(r"\b(?:or|nor)\s+(?:an? |the |option )*[\"'(]*$")
"""The text before the last of a list, of which a denial further ahead holds too."""


def asides(clause: Stretch) -> list[tuple[int, int]]:
    """The stretches of a clause that report a thought since given up, or of what something is compared with."""
    begins = [
        (match.end(), cue is _COMPARED)
        for cue, finder in zip(_ASIDES, clause.finders(_ASIDES), strict=True)
        if finder is not ABSENT
        for match in finder.finditer(clause.text)
    ]
    if not begins:
        return []
    resets = [(m.start(), m.group(0) == ",") for m in clause.finder(_RESET).finditer(clause.text)]
    return [
        (begin, min((at for at, comma in resets if at >= begin and (short or not comma)), default=len(clause.text)))
        for begin, short in begins
    ]


def denied_together(judged: list[Mention], folded: str, lex: Lexicon) -> list[Mention]:
    """``A, B and C can be ruled out``: a denial behind a list holds for all of it."""
    between = lex.pattern(LISTING)
    for i in range(len(judged) - 2, -1, -1):
        gap = folded[judged[i].end : judged[i + 1].start]
        if judged[i + 1].denied and between.match(gap) and _ends_denied(judged, i + 1, folded, lex):
            judged[i] = replace(judged[i], denied=True)
    return judged


def _ends_denied(judged: Sequence[Mention], i: int, folded: str, lex: Lexicon) -> bool:
    """Whether the list that mention ``i`` is in is denied from behind."""
    while i + 1 < len(judged) and lex.pattern(LISTING).match(folded[judged[i].end : judged[i + 1].start]):
        i += 1
    return lex.pattern(DENIED_AFTER).match(folded[judged[i].end :][:60]) is not None


def asked_and_answered(judged: list[Mention], folded: str, spans: Sequence[tuple[int, int]]) -> list[Mention]:
    """``A robin? No.``: what a question ends with is denied by the answer to it; ``B. a robin: no``: what is said of an
    option's text holds for the label before it."""
    for i, mention in enumerate(judged):
        end = spans[mention.clause][1]
        if not mention.denied and _NEGATED.match(folded, end):
            rest = folded[mention.end : end]
            judged[i] = replace(mention, denied=_ASKED.fullmatch(rest) is not None)
    for i in range(len(judged) - 2, -1, -1):
        label, text = judged[i], judged[i + 1]
        if text.denied and label.index == text.index and BESIDE.fullmatch(folded[label.end : text.start]):
            judged[i] = replace(label, denied=True)
    return judged
