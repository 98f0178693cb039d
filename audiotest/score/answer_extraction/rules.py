"""The rules by which a reply is read, in the order in which they are asked; the first that has an answer decides.

A rule is a function of the parsed reply. :data:`RULES` is the whole of the parser's judgement: what is higher up wins,
and ``Reading.rule`` names the one that decided, so that a wrong reading explains itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from audiotest.score.answer_extraction import (
    conclusions,
    fragments,
    halves,
    leading_answer,
    negation,
    polarity,
    structured,
)
from audiotest.score.answer_extraction.cue import Cue
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.reply import ParsedReply
from audiotest.score.answer_extraction.whole import by_half, whole
from audiotest.types import Status


class Reading(Struct, frozen=True):
    """What was read: the option's ``index`` as shown, or None with the ``status`` that says why; ``rule`` decided."""

    index: int | None
    status: Status
    evidence: str = ""
    format_kept: bool = False
    rule: str = ""


class Rule(Struct, frozen=True):
    """``decide`` gives a reading or None. ``conclusive``: what it reads counts though the reply was cut afterwards."""

    name: str
    decide: Callable[[ParsedReply], Reading | None]
    conclusive: bool = False


_TAIL = re.compile(
    r"\s*,?\s*or\s+(?:possibly |perhaps |maybe |even )?(?:(?:doing|having|being|are|is|the|a|an) )*([^.,;!?\n]{3,80})"
)
_OR = re.compile(r"\bor\b[\s\"'(\[]*(?:option |an? |the )*[\"'(\[]*$")
_UNFINISHED = re.compile(r"\W*(?:an?|the)\W*", re.IGNORECASE)


def _nothing_but_an_option(reply: ParsedReply) -> Reading | None:
    result = whole(reply.text, reply.options)
    if result is None:
        return None
    index, rule = result
    if reply.cut and (rule == "half" or not _finished(reply, index, rule)):
        return None
    return Reading(index, "read", reply.text[:200], format_kept=True, rule=rule)


def _finished(reply: ParsedReply, index: int, rule: str) -> bool:
    """Whether what a cut reply consists of cannot be the beginning of something else ("A" of "A piano")."""
    if rule == "label":
        *before, last = reply.text.split()
        if before and _begins_another(reply, index, last):
            return False
        if not before and any(t.startswith(last) for i, t in enumerate(reply.options.texts) if i != index):
            return False  # "a", which may be of "a" or "amber"; "A", where options are written small, is a label
        return not _UNFINISHED.fullmatch(last) or not any(text.startswith("a ") for text in reply.options.folded)
    own = reply.options.folded[index]
    return not any(text != own and text.startswith(own) for text in reply.options.folded)


def _begins_another(reply: ParsedReply, index: int, label: str) -> bool:
    """Whether the bare letter at which a cut reply ends may begin an option's text, "The answer is a" of "amber"."""
    others = (text for i, text in enumerate(reply.options.folded) if i != index)
    return label == "a" or (len(label) == 1 and any(text.startswith(label.casefold()) for text in others))


def _plain(name: str, find: Callable[[ParsedReply], int | None], *, conclusive: bool = False) -> Rule:
    """A rule that gives an option's index."""

    def decide(reply: ParsedReply) -> Reading | None:
        index = find(reply)
        return None if index is None else Reading(index, "read", reply.text[:200], rule=name)

    return Rule(name, decide, conclusive)


def _table(name: str, find: Callable[[ParsedReply], list[int] | None]) -> Rule:
    """A rule that gives every option that a table of all of them calls right."""

    def decide(reply: ParsedReply) -> Reading | None:
        right = find(reply)
        if right is None:
            return None
        status: Status = "read" if len(right) == 1 else "ambiguous" if right else "none"
        return Reading(right[0] if status == "read" else None, status, reply.text[:200], rule=name)

    return Rule(name, decide)


def _weighing(
    name: str, keep: Callable[[ParsedReply], list[Mention]], *, conclusive: bool = False, sure: bool = False
) -> Rule:
    """A rule that keeps some of the affirmed mentions and reads their option if it is one. Unless it is ``sure``, a
    second option that is offered with "or" makes it ambiguous."""

    def decide(reply: ParsedReply) -> Reading | None:
        if not reply.affirmed:
            return None
        kept = keep(reply)
        if len({mention.index for mention in kept}) != 1:
            return None
        if reply.cut and not _concluded(reply, kept):
            return None
        other = _another_text(reply, kept[-1])
        if not other and not (sure and kept[-1].kind == "text"):
            other = _alternative(reply, kept)
        if other:
            return Reading(None, "ambiguous", other, rule="alternatives")
        return Reading(kept[0].index, "read", reply.quote(kept), rule=name)

    return Rule(name, decide, conclusive)


def _concluded(reply: ParsedReply, kept: Sequence[Mention]) -> bool:
    """Whether nothing that a cut reply breaks off in takes its answer back."""
    last = kept[-1]
    rest = reply.folded[last.end :]
    if reply.finder(negation.TURNS_OR_TAKES_BACK).search(rest):
        return False
    others = (m for m in reply.affirmed if m.index != last.index and m.kind != "text" and m.start > last.end)
    if any(m.clause == last.clause for m in others):
        return False  # a list that has begun
    if not re.search(r"\w", rest):
        own = reply.options.folded[last.index]
        if last.kind == "text":
            return not any(text != own and text.startswith(own) for text in reply.options.folded)
        label = reply.text[last.start : last.end]
        if not rest and _begins_another(reply, last.index, label):
            return False
        article = label in ("A", "a")
        return not article or not any(text.startswith("a ") for text in reply.options.folded)
    return True


def _another_text(reply: ParsedReply, last: Mention) -> str:
    """The number of one option right before the text of another: ``The answer is: 2. "a drum"``."""
    if last.kind != "number":
        return ""
    text = next((m for m in reply.affirmed if m.start >= last.end), None)
    if text is None or text.index == last.index or text.kind != "text":
        return ""
    beside = negation.BESIDE.fullmatch(reply.folded[last.end : text.start])
    return reply.text[last.start : text.end][:200] if beside else ""


def _alternative(reply: ParsedReply, kept: Sequence[Mention]) -> str:
    """The words by which a second option is offered beside the one that was kept: "a gathering or a workout"."""
    last, end = kept[-1], reply.spans[kept[-1].clause][1]
    for other in reply.affirmed:
        later = other.clause == last.clause and other.index != last.index and other.start > last.end
        if later and not other.aside and _OR.search(reply.folded[last.end : other.start]):
            return reply.text[last.start : other.end][:200]
    match = _TAIL.match(reply.folded, last.end, end)
    index = by_half(match.group(1).strip(), reply.options) if match else None
    if match and index is not None and index != last.index:
        return reply.text[last.start : match.end()][:200]
    near = reply.before(kept[0])
    if last.kind == "text" and halves.offered(near, reply.folded[last.end : end], reply.options, last.index):
        return reply.text[kept[0].start - min(len(near), 40) : min(last.end + 40, end)].strip()
    return ""


def _other_answer(reply: ParsedReply) -> Reading | None:
    """``The correct answer is "eleven"`` where that is no option: nothing that is merely named beside it is the answer."""
    if any(m.given for m in reply.mentions):
        return None
    undetermined = reply.finder(_UNDETERMINED).search(reply.folded)
    if undetermined:
        quote = reply.text[undetermined.start() : undetermined.end()].strip()[:200]
        return Reading(None, "refused", quote, rule="other_answer")
    match = reply.finder(_GIVES_ANOTHER).search(reply.folded)
    if match is None or any(match.start() < m.end and m.start < match.end() for m in reply.mentions):
        return None
    return Reading(None, "none", reply.text[match.start() : match.end()].strip()[:200], rule="other_answer")


_UNDETERMINED = Cue(r"<answer_leads>[\s:]*[\"'*\[(<•-]*\s*<undetermined>", needs=("undetermined",))
_GIVES_ANOTHER = Cue(
    r"(?:correct|final|right|best) <answer_noun>\s*(?:is|:)[\s:]*[\"'*]*(?!not\b|that\b|the\b|to\b|as\b)"
    r"[\w'-]+(?:[ ,]+[\w'-]+){0,3}[\"'*]*(?=[.!\s]*(?:$|\n|[.!] ))",
    needs=("answer_noun",),
)


def _closing(reply: ParsedReply) -> int | None:
    """The option that the last line is as a whole, below lines of reasoning."""
    if "\n" not in reply.text:
        return None
    lines = [line.strip() for line in reply.text.split("\n") if line.strip()]
    if len(lines) < 2 or len(lines[-1]) > _LINE or (reply.cut and len(lines[-1]) < 2):
        return None
    last = whole(lines[-1], reply.options)
    if last is None or last[1] == "half" or not any(line.count(" ") > 3 for line in lines[:-1]):
        return None
    others = (whole(line, reply.options) for line in lines[:-1][-_LINES:])
    return None if any(other is not None and other[0] != last[0] for other in others) else last[0]


_LINE, _LINES = 200, 20
"""Characters of a last line, and how many lines before it are looked at."""


def _several(reply: ParsedReply) -> Reading | None:
    """What is left: several options and nothing between them to decide."""
    if not reply.affirmed:
        return None
    kept = reply.asserted or [m for m in reply.affirmed if not m.aside]
    if len({m.index for m in kept}) < 2:
        return Reading(kept[0].index, "read", reply.quote(kept), rule="asked") if kept else None
    return Reading(None, "ambiguous", ", ".join(reply.text[m.start : m.end] for m in kept)[:200], rule="several")


RULES: tuple[Rule, ...] = (
    Rule("whole", _nothing_but_an_option, conclusive=True),
    _plain("yes_or_no", polarity.alone, conclusive=True),
    _table("verdicts", structured.by_verdict),
    _table("probabilities", structured.by_probability),
    _plain("ranking", structured.by_rank),
    _plain("leading_yes_or_no", polarity.leading, conclusive=True),
    _weighing("put_in_place", conclusions.put_in_place, conclusive=True),
    _plain("closing", _closing, conclusive=True),
    _weighing("given", conclusions.given, conclusive=True, sure=True),
    _weighing("opening", leading_answer.opening, conclusive=True, sure=True),
    Rule("other_answer", _other_answer),
    _weighing("after_a_turn", conclusions.after_turn),
    _plain("parts", fragments.all_parts),
    _weighing("affirmed", conclusions.not_aside),
    _weighing("believed", conclusions.believed),
    _weighing("asked_number", conclusions.asked_number),
    _weighing("stated", lambda reply: conclusions.stated(reply) if len(reply.text) <= fragments.SHORT else []),
    _weighing("not_of_the_question", conclusions.not_of_the_question),
    _weighing("not_of_a_list", conclusions.not_of_a_list),
    Rule("several", _several),
    _plain("statement", polarity.statement),
    _plain("half", fragments.half_kept),
    _plain("misspelt", fragments.misspelt),
    _plain("most_words", fragments.most_words),
)
"""In order of priority."""
CONCLUSIVE = tuple(rule for rule in RULES if rule.conclusive)


def decide(reply: ParsedReply) -> Reading:
    """The reading of the first rule that has one; ``none`` if no rule has. Of a cut reply only conclusive rules count."""
    for rule in CONCLUSIVE if reply.cut else RULES:
        reading = rule.decide(reply)
        if reading is not None:
            return reading
    return Reading(None, "none", rule="cut" if reply.cut and reply.affirmed else "")
