"""``choice``: which option does a reply to a multiple-choice question choose? Read as a careful person would.

Goal
    One option, or the reason why there is none: ``none`` (no option is chosen), ``ambiguous`` (several are, and none
    is singled out), ``refused`` (the reply declines or says that it hears nothing).

Rule
    1. The answer's part of the reply is taken: after any thinking, out of an answer tag
       (:mod:`audiotest.score.answer_extraction.answer_span`).
    2. If that is nothing but an option, it is that option: a label in any dress (``B``, ``(b)``, ``B.``, ``Option
    B``), a
       label with its own text (``(B) a flute``), the text, or an unmistakable half of it.
    3. Otherwise every mention of an option is found, by label, text or place, and it is told whether the sentence
       affirms or denies it (:mod:`audiotest.score.answer_extraction.mentions`).
    4. What is given as *the* answer ("the answer is", "I choose") outweighs what is merely named; of several such
       sentences the last one counts. After a change of mind ("no, wait") only what follows counts; an answer that was
       given falls only to one put in its place ("B. Wait, it's C"). Next counts what the reply opens with and then
       explains ("B, since an owl would hoot").
    5. A single affirmed option is the choice. A label beside the text of another option, or two options with
       nothing between them to decide, is ``ambiguous``. A denial alone chooses nothing, however few options it leaves.

Conventions
    Nothing is ever guessed. ``format_kept`` is true where step 2 decided, also after answer words or in a tag, and
    false
    otherwise. ``evidence`` is the piece of the reply that decided. Labels are A, B, C... unless ``facts["labels"]`` has
    others. Of a reply longer than 20,000 characters the end is read. Reading takes linear time.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from audiotest.score.answer_extraction import cues
from audiotest.score.answer_extraction.abstention import abstains
from audiotest.score.answer_extraction.answer_span import answer_region
from audiotest.score.answer_extraction.leading_answer import believed, opening
from audiotest.score.answer_extraction.mentions import Mention, clauses, mentions
from audiotest.score.answer_extraction.normalise import fold
from audiotest.score.answer_extraction.options import Options, compile_options
from audiotest.score.answer_extraction.whole import whole
from audiotest.types import Question, Status, Verdict

VERSION = 3


OPEN_QUESTIONS = False


class Reading(Struct, frozen=True):
    """What was read: the option's ``index`` as shown, or None with the ``status`` that says why."""

    index: int | None
    status: Status
    evidence: str = ""
    format_kept: bool = False


def score(question: Question, output: str) -> Verdict:
    """Whether the reply chooses ``question.answer``; takes no options, never raises."""
    labels = question.metadata.get("labels")
    if not isinstance(labels, list | tuple) or len(labels) != len(question.choices):
        labels = ()
    reading = read(question.choices, output, tuple(map(str, labels)))
    correct = None if question.answer_index is None else reading.index == question.answer_index
    if correct is False and reading.index is not None and question.answer is not None:
        # A release may hold the same option twice: choosing its double is choosing it.
        correct = question.choices[reading.index] == question.answer
    return Verdict(
        correct=correct,
        choice=reading.index,
        status=reading.status,
        score=None if correct is None else float(correct),
        format_kept=reading.format_kept,
        evidence=reading.evidence,
    )


def read(choices: Sequence[str], output: str, labels: Sequence[str] = ()) -> Reading:
    """Read which of ``choices`` (in the order shown) ``output`` chooses."""
    if not choices:
        return Reading(None, "none")
    options = compile_options(tuple(choices), tuple(labels))
    text, tagged = answer_region(output)
    if not text:
        return Reading(None, "none")
    index = whole(text, options)
    if index is not None:
        return Reading(index, "read", text[:200], format_kept=True)
    found = mentions(text, options)
    return _refused(_decide(text, found, options, tagged), output, found, text)


def _refused(reading: Reading, output: str, found: list[Mention], text: str) -> Reading:
    """A reply that declines and gives no answer all the same is a refusal, whatever it names on the way."""
    if reading.index is not None and any(m.given or m.kind != "text" for m in found if not m.denied):
        return reading
    if reading.index is not None and cues.GUESSES.search(fold(text)):
        return reading
    words = abstains(output)
    return Reading(None, "refused", words) if words is not None else reading


def _decide(text: str, found: list[Mention], options: Options, tagged: bool) -> Reading:
    affirmed = [m for m in found if not m.denied]
    if not affirmed:
        return Reading(None, "none")
    spans = clauses(text)
    for kept in (
        _put_in_place(affirmed, fold(text)),
        _last_given(affirmed, spans, text),
        opening(found, fold(text), spans),
        _after_turn(affirmed, text),
        _not_set_aside(affirmed, spans, text),
        believed(affirmed, fold(text), spans),
    ):
        if kept:
            reading = _single(text, kept, options)
            if reading.index is not None:
                return reading
    return _single(text, _not_set_aside(affirmed, spans, text) or affirmed, options)


def _last_given(affirmed: list[Mention], spans: list[tuple[int, int]], text: str) -> list[Mention]:
    """The mentions given as the answer in the last sentence that gives one, with what stands beside them."""
    given = [m for m in affirmed if m.given]
    if not given:
        return []
    concluding = [m for m in given if cues.CONCLUDES.search(fold(text[spans[m.clause][0] : m.start]))]
    last = (concluding or given)[-1].clause
    return [m for m in given if m.clause == last]


def _put_in_place(affirmed: list[Mention], folded: str) -> list[Mention]:
    """What an answer that was given is taken back for, though no words of answering lead it."""
    last = max((i for i, m in enumerate(affirmed) if m.given), default=len(affirmed))
    for i in range(last + 1, len(affirmed)):
        mention = affirmed[i]
        before = folded[affirmed[i - 1].end : mention.start][-80:]
        end = mention.end
        if i + 1 < len(affirmed) and affirmed[i + 1].index == mention.index and affirmed[i + 1].start - end < 8:
            end = affirmed[i + 1].end  # "(C) a wren": a label and its own text are one mention
        if cues.TAKES_BACK.search(before) and cues.STANDS.match(folded[end : end + 40]):
            return affirmed[i:]
    return []


def _after_turn(affirmed: list[Mention], text: str) -> list[Mention]:
    """What is affirmed after the last change of mind."""
    turns = [match.end() for match in cues.TURNS.finditer(fold(text))]
    turns = [t for t in turns if any(m.start < t for m in affirmed)]
    return [m for m in affirmed if m.start >= turns[-1]] if turns else []


def _not_set_aside(affirmed: list[Mention], spans: list[tuple[int, int]], text: str) -> list[Mention]:
    """What is affirmed outside of questions and of thoughts given up; of sentences that conclude, the last one's."""
    stated = [m for m in affirmed if text[: spans[m.clause][1]].rstrip()[-1:] != "?"]
    kept = [m for m in stated if not cues.SET_ASIDE.search(fold(text[spans[m.clause][0] : m.start]))]
    concluding = [m for m in kept if cues.CONCLUDES.search(fold(text[spans[m.clause][0] : m.start])[:60])]
    if concluding:
        return [m for m in concluding if m.clause == concluding[-1].clause]
    return kept


def _single(text: str, kept: list[Mention], options: Options) -> Reading:
    indices = {m.index for m in kept}
    if len(indices) == 1:
        return Reading(kept[0].index, "read", text[kept[0].start : kept[-1].end][:200])
    return Reading(None, "ambiguous", ", ".join(text[m.start : m.end] for m in kept)[:200])
