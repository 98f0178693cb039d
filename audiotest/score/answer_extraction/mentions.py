"""Which options a text names, where, how strongly, and whether it affirms or denies them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter

from audiotest.score.answer_extraction import halves, negation
from audiotest.score.answer_extraction.cue import ABSENT, Cue
from audiotest.score.answer_extraction.intervals import intervals
from audiotest.score.answer_extraction.keys import keys
from audiotest.score.answer_extraction.labels import labels
from audiotest.score.answer_extraction.lexicon import Lexicon
from audiotest.score.answer_extraction.loose import loose_mentions
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.normalise import CJK
from audiotest.score.answer_extraction.numbers_named import number_mentions
from audiotest.score.answer_extraction.options import Options, is_bounded
from audiotest.score.answer_extraction.stretch import Stretch

_CLAUSE = re.compile(
    r"(?=[\s。！？；A-Z(])(?:(?<=[.!?;。！？；])\s+|(?<![:：])(?<![:：]\n)(?<![:：]\n\n)\n+|\n+(?=[ \t]*(?:[-+*•]|\(?\w[).:])\s[^\n]*\n+[ \t]*(?:[-+*•]|\(?\w[).:])\s)|[。！？；]|(?<=[a-z]{2}[.!?])(?=[A-Z(]))"
)
_ASCII_CLAUSE = re.compile(
    r"[.!?;\n](?:(?<!\n)(?:\s+|(?<=[a-z]{2}[.!?])(?=[A-Z(]))|(?<=\n)(?:(?<!:\n)(?<!:\n\n)(?<!:\n\n\n)\n*|\n*(?=[ \t]*(?:[-+*]|\(?\w[).:])\s[^\n]*\n+[ \t]*(?:[-+*]|\(?\w[).:])\s)))"
)
_BREAKS = (
    Cue(
        r"[,;:，；]\s*(?:but|it is|it's|this is|so|and it|instead|however|because|since|i |that is|而|aber|pero|mais|ma|mas)",
        pieces=(",", ";", ":"),
        beyond_ascii=True,
    ),
    Cue(
        r"(?<![a-z])(?:(?<!anything )(?<!everything )(?<!all )but|however|instead(?! of)|because|since|so|therefore|yet|although|though|while|whereas|sondern|sino|aber|pero|mais|bensi)(?![a-z])|而是|但|因为|ではなく|じゃなく|بل|아니라",
        also=frozenset(
            "but however instead because since so therefore yet although though while whereas sondern sino aber pero mais bensi".split()  # noqa: SIM905
        ),
        beyond_ascii=True,
        starts=True,
    ),
)
"""Where another statement begins, to which a denial before it does not reach."""
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
    spans: list[tuple[int, int]] = []
    start = 0
    for begin, end in _ascii_ends(text) if text.isascii() else [m.span() for m in _CLAUSE.finditer(text)]:
        if end > start:
            spans.append((start, begin if begin > start else end))
        start = end
    if start < len(text):
        spans.append((start, len(text)))
    if all(end - start <= _LONGEST_CLAUSE for start, end in spans):
        return spans
    return [piece for span in spans for piece in _pieces(*span)]


def _ascii_ends(text: str) -> list[tuple[int, int]]:
    """What :data:`_CLAUSE` finds in ASCII, by going from one full stop or line end to the next."""
    return [(match.start() + (match.group(0)[0] != "\n"), match.end()) for match in _ASCII_CLAUSE.finditer(text)]


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST_CLAUSE:
        yield start, start + _LONGEST_CLAUSE
        start += _LONGEST_CLAUSE
    yield start, end


def mentions(text: str, spans: list[tuple[int, int]], options: Options, stretch: Stretch) -> list[Mention]:
    """All mentions in ``text`` (cleaned; ``stretch`` is the same folded), from left to right."""
    folded, lex = stretch.text, stretch.lex
    named = _named(text, options, stretch)
    placed: list[list[Mention]] = [[] for _ in spans]
    number = 0
    for mention in named:
        while number < len(spans) - 1 and mention.start >= spans[number][1]:
            number += 1
        placed[number].append(mention)
    listing = lex.pattern(negation.LISTING)
    judged: list[Mention] = []
    for number, ((start, end), here) in enumerate(zip(spans, placed, strict=True)):
        if not here:
            continue
        sure = [
            not m.doubtful if m.measured else m.kind != "text" or _counts(m, options, folded, start, end, lex)
            for m in here
        ]
        # An everyday word counts all the same where it is in one list with an option: "two or one".
        kept = here if all(sure) else [
            m for i, m in enumerate(here)
            if sure[i]
            or (i > 0 and sure[i - 1] and listing.match(folded[here[i - 1].end : m.start])
                and not _LEADS_ON.match(folded, m.end, end))
            or (i + 1 < len(here) and sure[i + 1] and listing.match(folded[m.end : here[i + 1].start]))
        ]  # fmt: skip
        if kept:
            judged += _judge(kept, stretch, options, number, start, end)
    return negation.asked_and_answered(judged, folded, spans)


def _named(text: str, options: Options, stretch: Stretch) -> list[Mention]:
    """What is named, each place once: by text, number or key, then in other words, then by label."""
    claimed = bytearray(len(text))
    named: list[Mention] = []
    folded = stretch.text
    for mention in chain(
        _texts(text, folded, options),
        number_mentions(text, folded, options, stretch.lex),
        _keys(text, options),
        _intervals(text, options),
        labels(text, stretch, options),
    ):
        if claimed.find(1, mention.start, mention.end) < 0:
            claimed[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
            named.append(mention)
    if len(text) <= _SHORT or not named:
        for index, start, end in loose_mentions(folded, options):
            if not options.measured[index] and claimed.find(1, start, end) < 0:
                named.append(Mention(index, "text", start, end, 0, loose=True))
    named.sort(key=attrgetter("start"))
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


def _intervals(text: str, options: Options) -> Iterator[Mention]:
    """Options that are musical intervals."""
    if not options.intervals:
        return
    for interval, start, end in intervals(text):
        if options.intervals.count(interval) == 1:
            yield Mention(options.intervals.index(interval), "text", start, end, 0)


def _texts(text: str, folded: str, options: Options) -> Iterator[Mention]:
    """Options named by their text. Where two overlap, the one written in its own case wins, then the longer one."""
    hits: list[tuple[int, int, int]] = []
    for index, forms in enumerate(options.literals):
        for form in forms:
            if form.words[0] in folded and not options.measured[index]:
                strict = options.strict[index]
                hits += [
                    (index, start, end)
                    for start, end in form.places(folded)
                    if is_bounded(folded, start, end, strict=strict)
                ]
    if len(hits) > 1:
        hits.sort(key=lambda m: (text[m[1] : m[2]] not in options.texts[m[0]].replace("_", " "), m[1] - m[2]))
    for index, start, end in hits:
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
    lead = before[-80:][::-1]
    if lex.pattern(negation.STATES).match(lead) and negation.ENDS.match(after):
        return True
    if lex.pattern(negation.GIVES).match(lead):
        return True
    return _QUOTED.search(before[-1:]) is not None and len(folded) <= _SHORT  # a longer reply quotes what is said


_LEAD = 100
"""Characters before a mention in which words are about it."""
_ABOUT = (
    negation.GIVES,
    negation.NOUN_BEFORE,
    negation.STATES,
    negation.DENIED_BEFORE,
    negation.DENIED_AFTER,
    negation.FOLLOWS,
)


def _judge(
    here: Sequence[Mention], whole: Stretch, options: Options, number: int, start: int, end: int
) -> list[Mention]:
    """Decide for each mention of clause ``number`` whether it is given as the answer, stated, and whether it is denied."""
    folded, lex = whole.text, whole.lex
    clause = whole if end - start == len(folded) else Stretch(folded[start:end], lex, whole)
    listing, judged = lex.pattern(negation.LISTING), list[Mention]()
    put_aside = negation.asides(clause)
    in_clause = about = clause.finders(_ABOUT)
    alternatives = not clause.words.isdisjoint(_OR_NOR)
    for i, mention in enumerate(here):
        if mention.start - start > _LEAD:
            about = Stretch(folded[mention.start - _LEAD : end], lex, whole).finders(_ABOUT)
        else:
            about = in_clause
        gives, noun_before, states, denied_before, denied_after, follows = about
        lead = folded[max(start, mention.start - _LEAD) : mention.start][::-1]
        given = (
            mention.given
            or gives.match(lead) is not None
            or (mention.kind != "text" and noun_before.match(lead) is not None)
        )
        following = folded[mention.end : here[i + 1].start if i + 1 < len(here) else end]
        followed = follows.match(following) is not None
        near = ""
        if given or followed or alternatives or denied_before is not ABSENT or denied_after is not ABSENT:
            near = folded[max(_last_break(clause, start, mention.start), mention.start - _LEAD) : mention.start]
        denied = denied_before.match(near[::-1]) is not None and not _LEADING_NO.fullmatch(near)
        if not denied and denied_before is not ABSENT and mention.kind == "text":
            ahead = halves.before(near, options, mention.index)
            denied = ahead is not None and denied_before.match(ahead[::-1]) is not None
        if given and not denied and ("point" in near or "lean" in near):
            denied = negation.POINTS_ELSEWHERE.search(near) is not None
        stated = given or states.match(lead) is not None
        if judged:
            last = judged[-1]
            gap = folded[last.end : mention.start]
            joined, beside = listing.match(gap) is not None, negation.BESIDE.fullmatch(gap) is not None
            denied = denied or (last.denied and (joined or not gap.strip(" ().:\"'")))
            given = given or (last.given and (joined or beside))
            stated = stated or (last.stated and (joined or beside))
        denied_behind = denied_after.match(following) is not None
        if not denied_behind and denied_after is not ABSENT and mention.kind == "text":
            rest = halves.after(following, options, mention.index)
            denied_behind = rest is not None and denied_after.match(rest) is not None
        if alternatives and negation.OR_NOR.search(near[-24:]):
            first = here[i - 1].start if i else mention.start
            ahead = folded[max(start, min(first, mention.start) - _LEAD) : first]
            if lex.pattern(negation.DENIES).search(ahead[-len(near) :]):
                denied = True  # "does not sound happy, sad or disgusted"
        if denied and negation.NOTHING_BUT.search(near):
            denied = False
        elif denied and denied_behind and negation.ALL_BUT.search(near):
            denied, given = False, True
        else:
            denied = denied or denied_behind
        given = given or (followed and not lex.pattern(negation.SUPPOSED).match(near[::-1]))
        aside = bool(put_aside) and any(begin <= mention.start - start < stop for begin, stop in put_aside)
        judged.append(
            Mention(
                mention.index, mention.kind, mention.start, mention.end, number, given, denied, stated or given, aside,
                mention.loose, mention.measured, mention.noun, mention.doubtful,
            )
        )  # fmt: skip
    return negation.denied_together(judged, folded, lex)


def _last_break(clause: Stretch, start: int, before: int) -> int:
    """Where the last statement begins in front of ``before``, in a clause that begins at ``start``."""
    last = start
    for cue in _BREAKS:
        for match in clause.finder(cue).finditer(clause.text, 0, before - start):
            last = max(last, start + match.end())
    return last


_OR_NOR = frozenset({"or", "nor"})
_LEADING_NO = re.compile(r"\s*(?:no|nope|nein|non|nao|нет)[,.:]\s*")
"""``No, it is B``: the word answers and denies nothing."""
