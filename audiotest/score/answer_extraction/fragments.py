"""Replies that name an option by its parts or its words alone: in another order, half of it, misspelt, or most of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiotest.score.answer_extraction import loose, negation
from audiotest.score.answer_extraction.normalise import tokens
from audiotest.score.answer_extraction.reply import ParsedReply
from audiotest.score.answer_extraction.whole import by_half, lead_end, part

_FEW = 12
"""Words; misspelt options are looked for in replies up to this length."""
SHORT = 600
"""Characters; a longer reply has much text that is no answer, so rules that go by a single sentence are left out."""


def all_parts(reply: ParsedReply) -> int | None:
    """The one option all of whose parts a sentence names, in whatever order; their order decides where only it differs."""
    lists = [parts if len(parts) > 1 else () for parts in loose.parts(reply.options)]
    if not any(lists) or len(reply.text) > SHORT or any(m.given for m in reply.affirmed):
        return None
    denies = reply.finder(negation.DENIES)
    for start, end in reversed(reply.spans):
        clause = [token for token in reply.tokens if start <= token.start < end]
        if denies.search(reply.folded, start, end) or " than " in reply.folded[start:end]:
            continue
        index = _listed(lists, clause)
        if index is not None:
            others = (m for m in reply.affirmed if start <= m.start < end)
            return None if any(m.index != index for m in others) else index
    return None


def _listed(lists: Sequence[tuple[tuple[str, ...], ...]], clause: Sequence[loose.Token]) -> int | None:
    whole_lists: list[tuple[int, list[int]]] = []
    for i, parts in enumerate(lists):
        where = [loose.places(part, clause) for part in parts]
        if (
            parts
            and all(where)
            and all(len(places) >= parts.count(part) for part, places in zip(parts, where, strict=True))
        ):
            whole_lists.append((i, [place[0] for place in where]))
    most = max((len(order) for _, order in whole_lists), default=0)
    longest = [(i, order) for i, order in whole_lists if len(order) == most]
    if len(longest) > 1:
        longest = [(i, order) for i, order in longest if order == sorted(order)]
    return longest[0][0] if len(longest) == 1 else None


def misspelt(reply: ParsedReply) -> int | None:
    """The one option that a short reply names with typing errors."""
    if reply.mentions or len(reply.tokens) > _FEW:
        return None
    if reply.options.quantities or reply.options.keys:
        return None
    near = list(loose.misspelt(reply.tokens, reply.folded, reply.options))
    before = reply.lex.pattern(negation.DENIED_BEFORE)
    if any(before.match(reply.folded[max(0, start - 60) : start][::-1]) for _, start, _ in near):
        return None
    indices = {index for index, _, _ in near}
    return indices.pop() if len(indices) == 1 else None


def most_words(reply: ParsedReply) -> int | None:
    """The one option most of whose words are together in a sentence."""
    if reply.mentions or len(reply.text) > SHORT:
        return None
    hits: set[int] = set()
    own = [loose.stems(text) for text in reply.options.folded]
    if len({tuple(sorted(stems)) for stems in own}) < len(own):
        return None  # options differ only in the order of their words
    denies = reply.finder(negation.DENIES)
    for start, end in reply.spans:
        clause = [token for token in reply.tokens if start <= token.start < end]
        if denies.search(reply.folded, start, end):
            continue
        shares = [_covered(option, clause, reply.folded) for option in own]
        best = max(shares, default=0.0)
        if best >= _MOST and sorted(shares)[-2:][0] < _MOST / 2:
            hits.add(shares.index(best))
    return hits.pop() if len(hits) == 1 else None


_MOST = 0.6
"""The share of an option's words that stands for it."""


def _covered(option: Sequence[str], clause: Sequence[loose.Token], folded: str) -> float:
    """The share of an option's words that are together in a clause, which may leave out the end of the option where
    the clause ends, and its beginning behind an article, but put nothing in their place; 0 for a single word."""
    if len(option) < 2 or not any(token.stem in option for token in clause):
        return 0.0
    best = 0
    for at in range(len(option)):
        for start in range(len(clause)):
            n = 0
            while at + n < len(option) and start + n < len(clause) and option[at + n] == clause[start + n].stem:
                n += 1
            ends = at + n == len(option) or start + n == len(clause)
            if n and ends and (at == 0 or _ARTICLE.search(folded[: clause[start].start][-8:] or " a ")):
                best = max(best, n)
    return best / len(option) if best >= min(3, len(option) - 1) and best > 1 else 0.0


_ARTICLE = re.compile(r"(?:^|\W)(?:an?|the|of|in|as|to)\W+$")
_AND_NOT = re.compile(
    r"(?:an? |the )?([^,;:.!?]{2,60}?)[\s,;:-]+(?:and |but )?(?:not|no|rather than|instead of|never)\b"
)


def half_kept(reply: ParsedReply) -> int | None:
    """``A workout, not a speech``: half of an option, before others that are denied."""
    if len(reply.text) > SHORT // 2 or reply.affirmed:
        return None
    match = _AND_NOT.match(reply.folded, lead_end(reply.folded))
    if match is None or not _names_another(reply, match.end()):
        return None
    index = by_half(match.group(1), reply.options)
    return None if any(m.index == index for m in reply.mentions) else index


def _names_another(reply: ParsedReply, start: int) -> bool:
    """Whether a word from ``start`` on is of one option alone."""
    return any(part(token, reply.options) is not None for token in tokens(reply.folded[start:]))
