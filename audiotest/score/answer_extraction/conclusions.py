"""Which of several affirmed options a reply settles on: the rules that weigh mentions against each other.

Each takes the parsed reply and gives the mentions that it keeps, none where it has nothing to say.
"""

from __future__ import annotations

import re
from itertools import pairwise

from audiotest.score.answer_extraction import negation
from audiotest.score.answer_extraction.cue import ABSENT, roles
from audiotest.score.answer_extraction.loose import stems
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.normalise import fold
from audiotest.score.answer_extraction.reply import ParsedReply

_STANDS = re.compile(
    r"[\"')\]>]*\s*(?:[.,;:!。，；！-]|$|because\b|since\b|(?:is|was) (?:the )?(?:right|correct|best|better)\b)"
)
"""What follows an answer that stands for itself, unlike what is asked ("Wait, is it C?") or merely mentioned
("Actually (A) can be heard too")."""
_SHORT = 600
_AGAINST = roles("against")
_MANY = re.compile(r"\bhow many (?:times )?((?:[a-z]+ ){0,2}?[a-z]+)")


def put_in_place(reply: ParsedReply) -> list[Mention]:
    """What an answer that was given is taken back for, though no words of answering lead it: "B. Wait, it's C"."""
    takes_back = reply.finder(negation.TAKES_BACK)
    if takes_back is ABSENT:
        return []
    affirmed, folded = reply.affirmed, reply.folded
    last = max((i for i, m in enumerate(affirmed) if m.given), default=len(affirmed))
    for i in range(last + 1, len(affirmed)):
        mention = affirmed[i]
        before = folded[affirmed[i - 1].end : mention.start][-80:]
        end = mention.end
        if i + 1 < len(affirmed) and affirmed[i + 1].index == mention.index and affirmed[i + 1].start - end < 8:
            end = affirmed[i + 1].end  # "(C) a wren": a label and its own text are one mention
        if takes_back.match(before[::-1]) and _STANDS.match(folded[end : end + 40]):
            return affirmed[i:]
    return []


def given(reply: ParsedReply) -> list[Mention]:
    """The mentions given as the answer in the last sentence that gives one, with what is beside them."""
    kept = [m for m in reply.affirmed if m.given and not reply.asks(m.clause)]
    if not kept:
        return []
    concludes = reply.finder(negation.CONCLUDES)
    concluding = [m for m in kept if concludes.search(reply.before(m))]
    last = (concluding or kept)[-1].clause
    return [m for m in kept if m.clause == last]


def after_turn(reply: ParsedReply) -> list[Mention]:
    """What is affirmed after the last change of mind."""
    first = reply.affirmed[0].start
    ends = [match.end() for match in reply.finder(negation.TURNS).finditer(reply.folded) if match.end() > first]
    return [m for m in reply.affirmed if m.start >= ends[-1]] if ends else []


def not_aside(reply: ParsedReply) -> list[Mention]:
    """What it asserts outside of questions and of thoughts given up."""
    return reply.asserted


def believed(reply: ParsedReply) -> list[Mention]:
    """What the last "I believe it is" of the reply leads to, unless something else contradicts it afterwards."""
    cue = reply.finder(negation.BELIEVES)
    return _standing(reply, [m for m in reply.affirmed if cue.match(reply.before(m)[-100:][::-1])])


def stated(reply: ParsedReply) -> list[Mention]:
    """What sentences say of their subject ("the technique is the inhaled one"), where others are merely named."""
    kept = [m for m in reply.asserted if m.stated]
    if any(_beside(reply, m, other) for m in kept for other in reply.affirmed):
        return []
    return kept if _standing(reply, kept) else []


_AND = re.compile(r"\b(?:and|then|also|plus|followed by|or|as well as)\b")


def _beside(reply: ParsedReply, mention: Mention, other: Mention) -> bool:
    """Whether a sentence names another option together with one ("a piano, and then a guitar")."""
    return (
        other.clause == mention.clause
        and other.index != mention.index
        and other.start > mention.end
        and _AND.search(reply.folded, mention.end, other.start) is not None
    )


def _standing(reply: ParsedReply, held: list[Mention]) -> list[Mention]:
    """The mentions of the last clause that holds any, unless another option contradicts it afterwards."""
    if not held:
        return []
    last = held[-1]
    later = (m for m in reply.affirmed if m.start > last.end and m.index != last.index)
    against = reply.finder(_AGAINST)
    if any(against.search(reply.folded, last.end, m.start) for m in later):
        return []
    return [m for m in held if m.clause == last.clause]


def asked_number(reply: ParsedReply) -> list[Mention]:
    """Of several numbers those that count what the question asks for: "How many times...?"."""
    asked = _MANY.search(fold(reply.question))
    if asked is None:
        return []
    wanted = set(stems(asked.group(0)[len("how many") :]))
    return [m for m in reply.asserted if m.noun and wanted & set(stems(m.noun))]


def not_of_the_question(reply: ParsedReply) -> list[Mention]:
    """Without the options that the question itself names: "the chord after the F#:7/5 chord is E:sus2"."""
    question = fold(reply.question)
    if not question:
        return []
    kept = reply.asserted
    repeated = {m.index for m in kept if m.kind == "text" and reply.folded[m.start : m.end] in question}
    if len(repeated) != 1 or sum(text in question for text in reply.options.folded) > 1 or len(reply.text) > _SHORT:
        return []
    return [m for m in kept if m.index not in repeated] if repeated else []


def not_of_a_list(reply: ParsedReply) -> list[Mention]:
    """Without the labels that are named together: "Options (A), (C) and (D) describe something else"."""
    listing, kept = reply.lex.pattern(negation.LISTING), reply.asserted
    listed: set[int] = set()
    for one, other in pairwise(kept):
        joined = listing.match(reply.folded[one.end : other.start]) is not None
        if joined and one.kind != "text" and other.kind != "text" and one.index != other.index:
            listed |= {one.index, other.index}
    rest = [m for m in kept if m.index not in listed]
    return rest if len(listed) == len(reply.options.labels) - 1 or len(listed) > 1 else []
