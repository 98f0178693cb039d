"""``choice``: which option does a reply to a multiple-choice question choose? The robust parser of this project.

Goal
    One option, or the reason why there is none: ``none`` (no option is chosen), ``ambiguous`` (several are, and none
    is singled out), ``refused`` (the reply declines or says that it hears nothing).

Rule
    1. The answer's part of the reply is taken: after any thinking, out of an answer tag, up to where the reply runs on
       into a question of its own (:mod:`audiotest.score.answer_extraction.answer_span`).
    2. If that is nothing but an option, it is that option: a label in any format (``B``, ``(b)``, ``B.``, ``Option
       B``), a label with its own text (``(B) a flute``), the text, or an unmistakable half of it.
    3. Otherwise every mention of an option is found, by label, text, number, key or place, and classified as affirmed
       or negated (:mod:`audiotest.score.answer_extraction.mentions`).
    4. The rules of :data:`audiotest.score.answer_extraction.rules.RULES` are asked in their order. What is given as
       *the* answer ("the answer is", "I choose") outweighs what is merely named; of several such sentences the last
       one counts. After a change of mind ("no, wait") only what follows counts; an answer that was given falls only to
       one put in its place ("B. Wait, it's C"). Next counts what the reply opens with and then explains ("B, since an
       owl would hoot").
    5. A single affirmed option is the choice. A label beside the text of another option, two options joined by "or", or
       two with nothing between them to decide, are ``ambiguous``. A denial alone chooses nothing, however few options
       it leaves.
       What an endpoint gave in its field for refusals (``metadata["refusal"]``) is ``refused``, whatever it says.
    6. A reply that was cut by the token limit (``finish``) counts as an answer only where it had concluded before.

Conventions
    Nothing is ever guessed. Where several options are right, whichever of them is chosen is correct; a reply that names
    two of them is as ``ambiguous`` as any other (to ask for all of them is the scorer ``labels``). ``format_kept`` is
    true where step 2 decided, also after answer words or in a tag, and false otherwise. ``evidence`` is the piece of
    the reply that decided and ``details["rule"]`` the rule. Labels are A, B, C... unless ``metadata["labels"]`` has
    others. Of a reply longer than 20,000 characters the end is read. Reading takes linear time. The words of each
    language are in ``answer_extraction/cues``, one file a language.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from audiotest.score.answer_extraction.abstention import declines
from audiotest.score.answer_extraction.answer_span import answer_spans
from audiotest.score.answer_extraction.options import Options, compile_options
from audiotest.score.answer_extraction.reply import ParsedReply
from audiotest.score.answer_extraction.rules import Reading, decide
from audiotest.types import CUT, Question, Verdict

VERSION = 6
OPEN_QUESTIONS = False

__all__ = ["Reading", "read", "score"]


def score(question: Question, output: str) -> Verdict:
    """Whether the reply chooses a right option; takes no options, never raises."""
    if question.metadata.get("refusal"):
        right = None if question.answer_index is None else False
        score = None if right is None else 0.0
        return Verdict(right, status="refused", score=score, format_kept=False, details={"rule": "refusal"})
    labels = question.metadata.get("labels")
    if not isinstance(labels, list | tuple) or len(labels) != len(question.choices):
        labels = ()
    reading = read(
        question.choices, output, tuple(map(str, labels)), question=question.question, finish=question.finish
    )
    correct = None
    if question.answer_index is not None:
        correct = reading.index is not None and question.is_right(reading.index)
    return Verdict(
        correct=correct,
        choice=reading.index,
        status=reading.status,
        score=None if correct is None else float(correct),
        format_kept=reading.format_kept,
        evidence=reading.evidence,
        details={"rule": reading.rule} if reading.rule else {},
    )


def read(
    choices: Sequence[str],
    output: str,
    labels: Sequence[str] = (),
    *,
    question: str = "",
    finish: str | None = None,
) -> Reading:
    """Read which of ``choices`` (in the order shown) ``output`` chooses.

    ``question`` distinguishes options from words of the question; ``finish`` is how the reply ended (``length``: cut).
    """
    if not choices:
        return Reading(None, "none")
    options = compile_options(tuple(choices), tuple(labels))
    last = Reading(None, "none")
    for span in answer_spans(output, cut=finish in CUT):
        reply = ParsedReply(span.text, options, question=question, finish=finish, tagged=span.tagged)
        reading = _checked(decide(reply), reply)
        if reading.index is not None or (span.tagged and not span.boxed and not _goes_on(span.rest, options, question)):
            return reading
        last = reading
        if reading.status == "refused" or (reading.status == "ambiguous" and not _lists_all(reply)):
            return reading
    return last


def _checked(reading: Reading, reply: ParsedReply) -> Reading:
    """A reply that declines and gives no answer all the same is a refusal, whatever it names on the way."""
    if reading.format_kept or reading.rule == "yes_or_no":  # "I'm afraid not" is a no
        return reading
    words = declines(reply, reading.index)
    if words is None:
        return reading
    return Reading(None, "refused", words, rule="declines")


def _goes_on(rest: str, options: Options, question: str) -> bool:
    """Whether an answer is given behind a tag that holds none."""
    if not rest:
        return False
    reply = ParsedReply(rest, options, question=question)
    return replace(decide(reply), evidence="").rule in ("label", "label_and_text", "text", "given")


def _lists_all(reply: ParsedReply) -> bool:
    return len({mention.index for mention in reply.mentions}) == len(reply.options.labels)
