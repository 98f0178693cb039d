"""AIR-Bench's foundation figure after alignment: a judge names the option of replies that its rule cannot read.

Goal
    The figure by which the paper compares models that seldom answer with a letter (Table 4: exact matching reads 48.2%
    of Qwen-Audio-Turbo's replies, 97.3% of SALMONN's). It stands beside ``air_bench`` and is never mixed into it.

Rule
    1. A reply that ``air_bench`` reads has its verdict; no judge is asked.
    2. Otherwise the judge is asked, with the script's own words, which option matches best, and its line is read by the
       rule of ``air_bench``. The words leave out C and D unless both are there.
    3. A line that the rule cannot read leaves the reply out of the denominator, as without a judge.

Source
    ``align_in_foundation.py`` of OFA-Sys/AIR-Bench, commit 9832476; its judge is gpt-3.5-turbo.

Differences
    The script asks about every reply; the paper, and this, about those that are not read. It draws half of the requests
    at a temperature of 2.0; here all have its other temperature, 1.0.

Known defects
    The judge is told to "choose one at random" where nothing matches, so what names no option may be credited. A
    reply with the word QUESTION in capitals has the question put in its place.

Verdict
    ``details["read_by"]`` is ``rule`` or ``judge``, ``details["line"]`` the judge's line: how many replies were aligned
    can be counted.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from audiotest.score import _judged, air_bench
from audiotest.types import Ask, Generation, Question, Verdict

ONE_ANSWER = True
_GENERATION = Generation(max_new_tokens=1024, temperature=1.0)
_ASKED = (
    'There is a question "QUESTION", and one response is "ANSWER". Among the following choices, which option best '
    "matches this response? You may only response with the letter of the option. If the letter of an option has "
    "already appeared in the Answer, then simply return that letter. If there are no matching options, then choose "
    "one at random. The following lines are the options."
)
_REITERATED = "To reiterate, the response you provide to me must be a single letter, either A, B, C, or D."


def asks(question: Question, output: str) -> tuple[Ask, ...]:
    """One ask for a reply that the rule cannot read, none for the others."""
    if question.answer is None or len(question.choices) < 2 or air_bench.extract(output) is not None:
        return ()
    head = _ASKED.replace("ANSWER", output).replace("QUESTION", question.question)
    shown = question.choices[: 4 if len(question.choices) > 3 else 2]
    options = [f"{letter}. {choice}" for letter, choice in zip(air_bench.LETTERS, shown, strict=False)]
    return (Ask("alignment", "\n".join([head, *options, _REITERATED]), _GENERATION),)


def score(question: Question, output: str, *, judged: Mapping[str, str] | None = None) -> Verdict:
    """The verdict of ``air_bench`` on the reply, or on the judge's line where the rule cannot read the reply."""
    verdict = air_bench.score(question, output)
    if not isinstance(output, str) or not asks(question, output):
        return replace(verdict, details={**verdict.details, "read_by": "rule"})
    if not judged:
        return _judged.without_judge("air_bench_aligned")
    line = judged["alignment"]
    aligned = air_bench.score(question, line)
    return replace(
        aligned,
        format_kept=False,
        evidence=f"the judge: {line.strip()[:100]}",
        details={**aligned.details, "read_by": "judge", "line": line},
    )
