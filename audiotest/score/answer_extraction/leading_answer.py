"""A reply that opens with its answer and then explains it, as prompts for a letter ask: "B, since an owl would hoot"."""

from __future__ import annotations

import re

from audiotest.score.answer_extraction import negation
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.reply import ParsedReply

_NO_WORDS = re.compile(r"[\W_]*(?:(?:option|choice|answer|an?|the)[\W_]+)?")
_INSTEAD = re.compile(r"[\W_]*(?:no|nope|rather|or rather|make that)\b[\W_]*(?:(?:it's|it is|an?|the)\b[\W_]*)*")
_ALSO = re.compile(r"\b(?:then|next|followed by|later|afterwards|also|another|together with|and)\b")
_ENDS_LABEL = re.compile(
    r"[\"')\]>]*\s*(?:[.;:!)。；：！\n]|$|[,，]?\s*(?:because|since|as|which|due to|not|it|this)\b|-\s)"
)
_SAYS = re.compile(r"\b(?:says?|said|states?|is|answer)\b[\s\"':]*[(\[]?$")


def opening(reply: ParsedReply) -> list[Mention]:
    """The mentions that the reply opens with, if they are an answer there: a label with or without its text, or a
    text that is a sentence of its own. None where other options open sentences too (that is a list), where one
    contradicts it at once, or where what follows takes it back or comes to a conclusion of its own."""
    named, folded = reply.mentions, reply.folded
    first = named[0]
    if first.denied or not _NO_WORDS.fullmatch(folded[: first.start]):
        return []
    own = [first]
    if (
        len(named) > 1
        and named[1].index == first.index
        and negation.BESIDE.fullmatch(folded[first.end : named[1].start])
    ):
        own.append(named[1])
    end, others = own[-1].end, [m for m in named[len(own) :] if m.index != first.index]
    ends = negation.ENDS if first.kind == "text" else _ENDS_LABEL
    if not ends.match(folded, end) or own[-1].denied:
        return []
    if others:
        gap = folded[end : others[0].start]
        beside = len(own) == 1 and first.kind != "text"
        if reply.lex.pattern(negation.LISTING).match(gap) or (beside and negation.BESIDE.fullmatch(gap)):
            return []
        if beside and _contradicts(reply, first, others[0]):
            return []
    return [] if any(_outweighs(reply, first, other) for other in others) else own


def _contradicts(reply: ParsedReply, first: Mention, other: Mention) -> bool:
    """``(A) The speaker says, "The dog barks."``: a label before another option's text."""
    return (
        other.kind == "text"
        and not (other.denied or other.aside or other.loose)
        and other.clause == first.clause
        and re.search(r"\b(?:says?|said|hears?|heard|is|are)\b[^.;]{0,12}$", reply.folded[first.end : other.start])
        is not None
        and re.search(r"\b(?:because|since|as|while|whereas|not|than|if|but)\b", reply.folded[first.end : other.start])
        is None
    )


def _outweighs(reply: ParsedReply, first: Mention, other: Mention) -> bool:
    """Whether what another option is named in contradicts the opening."""
    folded, before = reply.folded, reply.before(other)
    alone = other.kind != "text" or negation.ENDS.match(folded, other.end)
    if _INSTEAD.fullmatch(before) or (alone and _NO_WORDS.fullmatch(before)):
        return True
    if first.kind == "text" and _ALSO.search(before):
        return True
    if other.denied:
        return False
    if other.kind != "text" and first.kind != "text" and other.clause != first.clause:
        alone_there = _SAYS.search(before) and negation.ENDS.match(folded, other.end) and not other.aside
        if alone_there and not any(m.index == first.index and m.start > first.end for m in reply.affirmed):
            return True
    return bool(
        reply.finder(negation.CONCLUDES).search(before) or reply.finder(negation.TAKES_BACK).match(before[::-1])
    )
