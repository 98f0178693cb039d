"""``judge_reader``: a language model reads the replies of which the rules of ``choice`` make nothing.

Goal
    A second reading beside ``choice``, never mixed into it: how much of what counts as ``none`` or ``ambiguous`` a
    language model would read as an answer.

Rule
    1. A reply that ``choice`` reads, or takes for a refusal, has the verdict of ``choice``; no judge is asked.
    2. Otherwise a judge gets the question, the options and the reply, but not the right answer, and names the option
       that the reply chooses, or NONE. What it says is held against the options by the rule ``whole`` of ``choice``.
    3. Without a judge such a reply is not counted. The judge is the card that the option ``model`` names, else the
       run's (``--judge``).

    A reply that was cut before it had concluded is not shown to a judge, who might finish it.

Verdict
    ``details["read_by"]`` is ``rules`` or ``judge``, ``details["line"]`` the judge's line.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase

from msgspec.structs import replace

from audiotest.score import _judged, choice
from audiotest.score.answer_extraction.normalise import clean
from audiotest.score.answer_extraction.options import compile_options
from audiotest.score.answer_extraction.whole import whole
from audiotest.types import Ask, Generation, Question, Verdict

VERSION = 2
ATTEMPTS = 3
_GENERATION = Generation(max_new_tokens=16)
_LONGEST = 8000
"""Characters of a reply that are shown to the judge: its end."""
_READ = ("label", "label_and_text", "text")


def asks(question: Question, output: str) -> tuple[Ask, ...]:
    """One ask for a reply of which the rules make nothing, none for the others."""
    if not question.choices or not output.strip() or not _is_open(choice.score(question, output)):
        return ()
    labels = _labels(question)
    prompt = _judged.render(
        "judge_reader.jinja",
        question=question.question,
        options=list(zip(labels, question.choices, strict=True)),
        reply=output[-_LONGEST:],
    )
    return (Ask("reading", prompt, _GENERATION, ATTEMPTS),)


def readable(question: Question, text: str) -> bool:
    """Whether the judge's line names an option or says NONE."""
    return _says_none(text) or _index(question, text) is not None


def check(*, model: str = "") -> None:
    """Raise ValueError for a judge that is named by more than its card: a suite does not start programs."""
    _judged.check_card(model)


def score(question: Question, output: str, *, model: str = "", judged: Mapping[str, str] | None = None) -> Verdict:
    """The verdict of ``choice`` where the rules read the reply, and of the judge's reading where they do not.
    ``model`` names the judge's card: who asks is not this function's affair."""
    verdict = choice.score(question, output)
    if not asks(question, output):
        return replace(verdict, details={**verdict.details, "read_by": "rules"})
    if not judged:
        return _judged.without_judge("judge_reader")
    line = judged["reading"]
    index = None if _says_none(line) else _index(question, line)
    correct = None if question.answer_index is None else index is not None and question.is_right(index)
    return Verdict(
        correct=correct,
        choice=index,
        status="read" if index is not None else verdict.status if _says_none(line) else "unparsed",
        score=None if correct is None else float(correct),
        format_kept=False,
        evidence=f"the judge: {line.strip()[:100]}",
        details={"read_by": "judge", "line": line},
    )


def _is_open(verdict: Verdict) -> bool:
    return verdict.status in ("none", "ambiguous") and verdict.details.get("rule") != "cut"


def _labels(question: Question) -> tuple[str, ...]:
    labels = question.metadata.get("labels")
    if isinstance(labels, list | tuple) and len(labels) == len(question.choices):
        return tuple(map(str, labels))
    return tuple(ascii_uppercase[i] if i < 26 else str(i + 1) for i in range(len(question.choices)))


def _says_none(text: str) -> bool:
    return clean(text).strip(" .()\"'").lower() == "none"


def _index(question: Question, text: str) -> int | None:
    plain = clean(text)
    reading = whole(plain, compile_options(tuple(question.choices), _labels(question))) if plain else None
    return reading[0] if reading is not None and reading[1] in _READ else None
