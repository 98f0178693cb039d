"""Which options a text names, where, how strongly, and whether it affirms or denies them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from audiotest.score.answer_extraction import negation
from audiotest.score.answer_extraction.keys import keys
from audiotest.score.answer_extraction.labels import labels
from audiotest.score.answer_extraction.lexicon import Lexicon
from audiotest.score.answer_extraction.literal import places
from audiotest.score.answer_extraction.loose import loose_mentions, words
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.normalise import CJK
from audiotest.score.answer_extraction.numbers_named import number_mentions
from audiotest.score.answer_extraction.options import Options, is_bounded

_CLAUSE = re.compile(
    r"(?=[\s。！？；A-Z(])(?:(?<=[.!?;。！？；])\s+|(?<![:：])\n+|\n+(?=[ \t]*(?:[-+*•]|\(?\w[).:])\s[^\n]*\n+[ \t]*(?:[-+*•]|\(?\w[).:])\s)|[。！？；]|(?<=[a-z]{2}[.!?])(?=[A-Z(]))"
)
_BREAK = (
    r"[,;:，；]\s*(?:but|it is|it's|this is|so|and it|instead|however|because|since|i |that is|而|aber|pero|mais|ma|mas)|"
    r"(?<![a-z])(?:(?<!anything )(?<!everything )(?<!all )but|however|instead(?! of)|because|since|so|therefore|yet|although|though|while|whereas|sondern|sino|aber|pero|mais|bensi)(?![a-z])|而是|但|因为|ではなく|じゃなく|بل|아니라"
)
_QUOTED = re.compile(r"[(\[{<\"']")
_JUDGES = frozenset({"correct", "right", "true", "best", "incorrect", "wrong", "false"})
_LEADS_ON = re.compile(r" (?!(?:or|and|nor)\b)[a-z]")
"""A word that an everyday word belongs to: "yes, no guitar is heard"."""


_SHORT = 600
"""Characters up to which options count in other words beside options in their own."""
_LONGEST_CLAUSE = 800
"""Characters; a sentence without an end is taken in pieces, so that reading stays linear."""


def clauses(text: str) -> list[tuple[int, int]]:
    """The sentences and lines of ``text`` as spans."""
    spans, start = [], 0
    for match in _CLAUSE.finditer(text):
        if match.end() > start:
            spans.append((start, match.start() if match.start() > start else match.end()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return [piece for span in spans for piece in _pieces(*span)]


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST_CLAUSE:
        yield start, start + _LONGEST_CLAUSE
        start += _LONGEST_CLAUSE
    yield start, end


def mentions(text: str, folded: str, spans: list[tuple[int, int]], options: Options, lex: Lexicon) -> list[Mention]:
    """All mentions in ``text`` (cleaned), from left to right."""
    named = _named(text, folded, options, lex)
    placed: list[list[Mention]] = [[] for _ in spans]
    number = 0
    for mention in named:
        while number < len(spans) - 1 and mention.start >= spans[number][1]:
            number += 1
        placed[number].append(replace(mention, clause=number))
    listing = negation.listing(lex)
    judged: list[Mention] = []
    for (start, end), here in zip(spans, placed, strict=True):
        if not here:
            continue
        sure = [
            not m.doubtful if m.measured else m.kind != "text" or _counts(m, options, folded, start, end, lex)
            for m in here
        ]
        # An everyday word counts all the same where it is in one list with an option: "two or one".
        kept = [
            m for i, m in enumerate(here)
            if sure[i]
            or (i > 0 and sure[i - 1] and listing.match(folded[here[i - 1].end : m.start])
                and not _LEADS_ON.match(folded, m.end, end))
            or (i + 1 < len(here) and sure[i + 1] and listing.match(folded[m.end : here[i + 1].start]))
        ]  # fmt: skip
        judged += _judge(kept, folded, start, end, lex)
    return negation.asked_and_answered(judged, folded, spans)


def _named(text: str, folded: str, options: Options, lex: Lexicon) -> list[Mention]:
    """What is named, each place once: by text, number or key, then in other words, then by label."""
    claimed = bytearray(len(text))
    named: list[Mention] = []
    sources: tuple[Callable[[], Iterator[Mention]], ...] = (
        lambda: _texts(text, folded, options),
        lambda: number_mentions(text, folded, options, lex),
        lambda: _keys(text, options),
        lambda: (Mention(i, "number" if kind == "number" else "label", s, e, 0) for i, kind, s, e in labels(text, folded, options, lex)),
    )  # fmt: skip
    for source in sources:
        for mention in source():
            if claimed.find(1, mention.start, mention.end) < 0:
                claimed[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
                named.append(mention)
    if len(text) <= _SHORT or not named:
        for index, start, end in loose_mentions(words(folded), options):
            if not options.measured[index] and claimed.find(1, start, end) < 0:
                named.append(Mention(index, "text", start, end, 0, loose=True))
    named.sort(key=lambda m: m.start)
    return named


def _keys(text: str, options: Options) -> Iterator[Mention]:
    """Options that are musical keys."""
    if not options.keys:
        return
    for key, start, end, sure in keys(text):
        if not sure and key.tonic.lower() in options.label_of:
            continue
        same = [
            i for i, own in enumerate(options.keys) if own and own.tonic == key.tonic and key.mode in ("", own.mode)
        ]
        if len(same) == 1:
            yield Mention(same[0], "text", start, end, 0, measured=True)


def _texts(text: str, folded: str, options: Options) -> Iterator[Mention]:
    """Options named by their text. Where two overlap, the one written in its own case wins, then the longer one."""
    hits = [
        (index, start, end)
        for index, forms in enumerate(options.literals)
        if forms and not options.measured[index]
        for start, end in places(forms, folded)
        if is_bounded(folded, start, end, strict=options.strict[index])
    ]
    hits.sort(key=lambda m: (text[m[1] : m[2]] not in options.texts[m[0]].replace("_", " "), m[1] - m[2]))
    claimed = bytearray(len(text))
    for index, start, end in hits:
        if claimed.find(1, start, end) < 0:
            claimed[start:end] = b"\x01" * (end - start)
            yield Mention(index, "text", start, end, 0)


def _counts(mention: Mention, options: Options, folded: str, start: int, end: int, lex: Lexicon) -> bool:
    """Everyday words that are options ("No", "both") count where an answer is expected: first or alone in a clause,
    or right after the words that give an answer."""
    own = options.folded[mention.index]
    if own in _JUDGES and lex.compiled(r"\s+<answer_noun>").match(folded, mention.end):
        return False  # "the correct answer"
    if own == "right" and "left" in options.folded:
        return re.search(r"(?:you're|you are|that's|all|is) $", folded[start : mention.start]) is None
    if own not in lex.everyday and (len(own) > 1 or CJK.match(own)):
        return True
    before, after = folded[start : mention.start], folded[mention.end : end]
    if re.search(r"\b(?:so|therefore|thus|hence),? $", before) and not after.strip(" .,!\"'"):
        return True
    if not before.strip(" \"'([*-:"):
        return not after.startswith(" doubt") and re.match(r"[\s.,;:!)\]\"'。，！]|$", after) is not None
    if negation.states(lex).match(before[-80:][::-1]) and negation.ENDS.match(after):
        return True
    return negation.gives(lex).match(before[-80:][::-1]) is not None or bool(_QUOTED.search(before[-1:]))


def _judge(here: Sequence[Mention], folded: str, start: int, end: int, lex: Lexicon) -> list[Mention]:
    """Decide for each mention of a clause whether it is given as the answer, stated, and whether it is denied."""
    listing, judged = negation.listing(lex), list[Mention]()
    breaks = [m.end() for m in lex.compiled(_BREAK).finditer(folded, start, end)]
    put_aside = negation.asides(folded[start:end], lex)
    for i, mention in enumerate(here):
        last_break = bisect_right(breaks, mention.start)
        near = folded[max(breaks[last_break - 1] if last_break else start, mention.start - 100) : mention.start]
        lead = folded[max(start, mention.start - 100) : mention.start][::-1]
        given = (
            mention.given
            or negation.gives(lex).match(lead) is not None
            or (mention.kind != "text" and negation.noun_before(lex).match(lead) is not None)
        )
        denied = negation.denied_before(lex).match(near[::-1]) is not None and not _is_leading_no(near)
        stated = given or negation.states(lex).match(lead) is not None
        gap = folded[judged[-1].end : mention.start] if judged else None
        if gap is not None:
            joined, beside = listing.match(gap) is not None, negation.BESIDE.fullmatch(gap) is not None
            last = judged[-1]
            denied = denied or (last.denied and (joined or not gap.strip(" ().:\"'")))
            given = given or (last.given and (joined or beside))
            stated = stated or (last.stated and (joined or beside))
        following = folded[mention.end : here[i + 1].start if i + 1 < len(here) else end]
        denied_behind = negation.denied_after(lex).match(following) is not None
        first = here[i - 1].start if i else mention.start
        ahead = folded[max(start, min(first, mention.start) - 100) : first]
        if negation.OR_NOR.search(near[-24:]) and lex.search("denies").search(ahead[-len(near) :]):
            denied = True  # "does not sound happy, sad or disgusted"
        if denied and negation.NOTHING_BUT.search(near):
            denied = False
        elif denied and denied_behind and negation.ALL_BUT.search(near):
            denied, given = False, True
        else:
            denied = denied or denied_behind
        given = given or (
            negation.follows(lex).match(following) is not None and not negation.supposed(lex).match(near[::-1])
        )
        aside = any(begin <= mention.start - start < stop for begin, stop in put_aside)
        judged.append(replace(mention, given=given, denied=denied, stated=stated or given, aside=aside))
    return negation.denied_together(judged, folded, lex)


def _is_leading_no(near: str) -> bool:
    """``No, it is B``: the word answers and denies nothing."""
    return re.fullmatch(r"\s*(?:no|nope|nein|non|nao|нет)[,.:]\s*", near) is not None
