"""Yes and no in other words and languages, for questions whose options are those: "Yep", "It does not", "没有"."""

from __future__ import annotations

import re

from audiotest.score.answer_extraction.cue import roles
from audiotest.score.answer_extraction.lexicon import Lexicon, all_languages
from audiotest.score.answer_extraction.loose import stems
from audiotest.score.answer_extraction.negation import TURNS_OR_TAKES_BACK
from audiotest.score.answer_extraction.normalise import fold
from audiotest.score.answer_extraction.reply import ParsedReply
from audiotest.score.answer_extraction.whole import lead_end

_SHORT = 300
"""Characters of a reply that is a statement; a longer one says a good deal that is no answer."""
_EDGES = " \t\n.,;:!?\"'()[]<>{}*-。，！？、"
_STARTS = r"[\s\"'(\[*]*<{role}>[\s\"')\]*]*(?:[.,;:!?\n。，！；、-]|$)"
_HEDGED = r"(?:<surely>\s+)?"
_DISCOURSE = re.compile(
    r"[\s\"'(]*(?:right|sure|of course|certainly|definitely|absolutely|exactly|indeed|okay|nothing|never)\b"
)
_UNSURE, _ASSERTS_NOT, _ASSERTS = roles("unsure"), roles("asserts_not"), roles("asserts")


def alone(reply: ParsedReply) -> int | None:
    """The option that a reply of one word or phrase is."""
    if reply.options.polar is None or len(reply.text) > 60:
        return None
    yes, no = reply.options.polar
    if _denies_an_option(reply):
        return None
    plain, lex = reply.folded[lead_end(reply.folded) :].strip(_EDGES), all_languages()
    says_no = lex.compiled(_HEDGED + "<no>").fullmatch(plain) is not None
    says_yes = lex.compiled(_HEDGED + "<yes>").fullmatch(plain) is not None
    return None if says_no == says_yes else no if says_no else yes


def _denies_an_option(reply: ParsedReply) -> bool:
    """``It is not no``: what denies an option by its own word chooses none."""
    return any(re.search(rf"\bnot {re.escape(text)}\b", reply.folded) for text in reply.options.folded)


def leading(reply: ParsedReply) -> int | None:
    """The option that a reply opens with ("No, there is no such sound"), unless it changes its mind."""
    if reply.options.polar is None or _denies_an_option(reply):
        return None
    yes, no = reply.options.polar
    lex = reply.lex
    says_no = lex.compiled(_STARTS.format(role="no")).match(reply.folded)
    says_yes = lex.compiled(_STARTS.format(role="yes")).match(reply.folded)
    match = says_no or says_yes
    if match is None or (says_no and says_yes) or _DISCOURSE.match(reply.folded):
        return None
    if reply.finder(TURNS_OR_TAKES_BACK).search(reply.folded, match.end()):
        return None
    opposite = lex.compiled(_STARTS.format(role="yes" if says_no else "no"))
    if any(opposite.match(reply.folded, start) for start, _ in reply.spans if start >= match.end()):
        return None  # "Yes. No." or "Is it? Yes. No."
    return no if says_no else yes


def statement(reply: ParsedReply) -> int | None:
    """The option that a sentence amounts to: "There is a dog barking" is yes, "No dog can be heard" no."""
    if reply.options.polar is None or reply.mentions or len(reply.text) > _SHORT or _denies_an_option(reply):
        return None
    yes, no = reply.options.polar
    asked = frozenset(stems(fold(reply.question)))
    best: tuple[int, set[int]] = (-1, set())
    for start, end in reply.spans:
        clause = reply.folded[start:end]
        index = _polarity(clause, reply.lex, yes, no)
        if index is None:
            continue
        shared = len(asked & frozenset(stems(clause)))
        if shared > best[0]:
            best = (shared, {index})
        elif shared == best[0]:
            best[1].add(index)
    return best[1].pop() if len(best[1]) == 1 else None


def _polarity(clause: str, lex: Lexicon, yes: int, no: int) -> int | None:
    if clause.rstrip().endswith("?") or lex.pattern(_UNSURE).search(clause):
        return None
    if lex.pattern(_ASSERTS_NOT).search(clause):
        return no
    return yes if lex.pattern(_ASSERTS).search(clause) else None
