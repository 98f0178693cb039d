"""A reply that opens with its answer and then explains it, as prompts for a letter ask: "B, since an owl would hoot"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiotest.score.answer_extraction import cues
from audiotest.score.answer_extraction.mentions import Mention

_NO_WORDS = re.compile(r"[\W_]*(?:(?:option|choice|answer|an?|the)[\W_]+)?")
_MATE = re.compile(r"[ ().:,\"'-]*(?:an?|the)? ?")
"""What stands between a label and the text of its own option."""
_INSTEAD = re.compile(r"[\W_]*(?:no|nope|rather|or rather|make that)\b[\W_]*(?:(?:it's|it is|an?|the)\b[\W_]*)*")
_ALSO = re.compile(r"\b(?:then|next|followed by|later|afterwards|also|another|together with|and)\b")
_ENDS = re.compile(r"[\"')\]>]*\s*(?:[.;!。；！\n]|$|because\b|since\b)")
_ENDS_LABEL = re.compile(
    r"[\"')\]>]*\s*(?:[.;:!)。；：！\n]|$|[,，]?\s*(?:because|since|as|which|due to|not|it|this)\b|-\s)"
)


def opening(found: Sequence[Mention], folded: str, spans: Sequence[tuple[int, int]]) -> list[Mention]:
    """The mentions that the reply opens with, if they stand there as an answer: a label with or without its text, or a
    text that is a sentence of its own. None where other options open sentences too (that is a list), where one
    contradicts it at once, or where what follows takes it back or comes to a conclusion of its own."""
    first = found[0]
    if first.denied or not _NO_WORDS.fullmatch(folded[: first.start]):
        return []
    own = [first]
    if len(found) > 1 and found[1].index == first.index and _MATE.fullmatch(folded[first.end : found[1].start]):
        own.append(found[1])
    end, others = own[-1].end, [m for m in found[len(own) :] if m.index != first.index]
    ends = _ENDS if first.kind == "text" else _ENDS_LABEL
    if not ends.match(folded, end) or own[-1].denied:
        return []
    if others:
        gap = folded[end : others[0].start]
        if cues.LISTING.match(gap) or (len(own) == 1 and first.kind != "text" and _MATE.fullmatch(gap)):
            return []
    for other in others:
        before = folded[spans[other.clause][0] : other.start]
        alone = other.kind != "text" or _ENDS.match(folded, other.end)
        opens = _INSTEAD.fullmatch(before) or (alone and _NO_WORDS.fullmatch(before))
        if first.kind == "text" and _ALSO.search(before):
            return []
        concludes = not other.denied and (cues.CONCLUDES.search(before) or cues.TAKES_BACK.search(before))
        if opens or concludes:
            return []
    return own


def believed(affirmed: Sequence[Mention], folded: str, spans: Sequence[tuple[int, int]]) -> list[Mention]:
    """What the last "I believe it is" of the reply leads to, unless something else stands against it afterwards."""
    held = [m for m in affirmed if cues.BELIEVES.search(folded[spans[m.clause][0] : m.start][-100:])]
    if not held:
        return []
    last = held[-1]
    later = (m for m in affirmed if m.start > last.end and m.index != last.index)
    if any(cues.AGAINST.search(folded[last.end : m.start]) for m in later):
        return []
    return [m for m in held if m.clause == last.clause]
