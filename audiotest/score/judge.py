"""``judge``: a judge's rating by a template, a scale and a reading rule that the suite writes itself.

Goal
    Open answers graded by a language model, as the suite's author wants it, without a module for each benchmark.

Options
    ``template``   the prompt, a Jinja template over ``question``, ``choices``, ``answer``, ``reference`` (a list),
                   ``reply`` and ``facts``
    ``model``      the card of the judge; without it the run's (``--judge``)
    ``scale``      ``[lowest, highest]``: the line holds a number, and the score is where it lies between the two
    ``labels``     ``{label: score in [0, 1]}`` in the place of a scale: the line holds one of them
    ``pattern``    a regular expression whose first group is the number or label; by default the last number of the
                   scale, or the last label, in the judge's text
    ``ratings``    how often it is asked (1); the score is the mean. More than one are asked at ``temperature`` (0.7)
    ``threshold``  the least score with which a reply counts as correct; without it replies are graded only
    ``attempts``   how often a text that cannot be read is asked for again (3)
    ``system``     the judge's system prompt (none), ``top_p`` the nucleus of its sampling (1)

Rule
    1. A text that cannot be read is asked for again, then left out; without any that can be read the verdict is not
       counted.
    2. The score is the mean of the ratings, each in [0, 1]; ``details["ratings"]`` are they, in the judge's own unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import fmean
from typing import Any

from msgspec.structs import replace

from audiotest.declare.prompt import ANY_CASE
from audiotest.declare.template_limits import bounded, environment, joined
from audiotest.score import _judged
from audiotest.types import Ask, Generation, Question, Verdict

VERSION = 1
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)")
_ANY = Question("Q?", ("one", "two"), "one", reference=("R",))
_LONGEST = 8000
"""Characters of a reply that are shown to the judge: its end."""


Scale = Sequence[float]
Labels = Mapping[str, float] | None


def check(
    *,
    template: str = "",
    model: str = "",
    scale: Scale = (),
    labels: Labels = None,
    pattern: str = "",
    ratings: int = 1,
    temperature: float = 0.7,
    threshold: float | None = None,
    attempts: int = 3,
    system: str = "",
    top_p: float = 1.0,
) -> None:
    """Raise ValueError for options that make no sense."""
    if not template:
        raise ValueError("`judge` needs a `template`: the prompt, with `{{ reply }}` in it")
    _judged.check_card(model)
    if bool(scale) == bool(labels):
        raise ValueError("`judge` reads a `scale`, such as [1, 10], or `labels`, such as {correct: 1, incorrect: 0}")
    if scale and (len(scale) != 2 or not scale[0] < scale[1]):
        raise ValueError(f"`scale` is [lowest, highest], not {list(scale)}")
    for name, value in (labels or {}).items():
        if not 0 <= value <= 1:
            raise ValueError(f"the label {name!r} has the score {value}; scores lie in [0, 1]")
    if threshold is not None and not 0 <= threshold <= 1:
        raise ValueError(f"`threshold` is a score in [0, 1], not {threshold}")
    if ratings < 1 or attempts < 1 or not 0 <= temperature <= 2 or not 0 < top_p <= 1:
        raise ValueError("`ratings` and `attempts` count from 1, `temperature` lies in [0, 2], `top_p` in (0, 1]")
    try:
        if pattern and re.compile(pattern).groups < 1:
            raise ValueError(f"`pattern` needs a group around the number or label: {pattern!r}")
    except re.error as error:
        raise ValueError(f"`pattern` is no regular expression: {error}") from None
    if "REPLY-7351" not in _rendered(template, _ANY, "REPLY-7351", ANY_CASE["facts"]):
        raise ValueError("the `template` never shows the reply: put `{{ reply }}` in")


def asks(
    question: Question,
    output: str,
    *,
    template: str = "",
    ratings: int = 1,
    temperature: float = 0.7,
    attempts: int = 3,
    system: str = "",
    top_p: float = 1.0,
    **reading: Any,
) -> tuple[Ask, ...]:
    """One ask for each rating; none for a reply without text. Raises ValueError for a template that cannot be
    rendered."""
    if not output.strip():
        return ()
    prompt = _rendered(template, question, output[-_LONGEST:])
    generation = Generation(max_new_tokens=512, system=system or None)
    if ratings > 1:
        generation = replace(generation, temperature=temperature, top_p=top_p)
    return tuple(Ask(f"rating {i + 1}", prompt, generation, attempts) for i in range(ratings))


def readable(
    question: Question, text: str, *, scale: Scale = (), labels: Labels = None, pattern: str = "", **asking: Any
) -> bool:
    """Whether the judge's text holds a number of the scale, or a label."""
    return _read(text, scale, labels, pattern) is not None


def score(
    question: Question,
    output: str,
    *,
    template: str = "",
    model: str = "",
    scale: Scale = (),
    labels: Labels = None,
    pattern: str = "",
    ratings: int = 1,
    temperature: float = 0.7,
    threshold: float | None = None,
    attempts: int = 3,
    system: str = "",
    top_p: float = 1.0,
    judged: Mapping[str, str] | None = None,
) -> Verdict:
    """The mean of the ratings that can be read; not counted without a judge, or where none can."""
    if not output.strip():
        return Verdict(None if threshold is None else False, status="none", score=0.0, evidence="no reply")
    if not judged:
        return _judged.without_judge("judge")
    lines = list(judged.values())
    read = [rating for line in lines if (rating := _read(line, scale, labels, pattern)) is not None]
    details = {"ratings": read, "unread": len(lines) - len(read), "lines": lines}
    if not read:
        evidence = "no rating of the judge's can be read"
        return Verdict(None, status="unparsed", counted=False, evidence=evidence, details=details)
    value = fmean(_in_unit(rating, scale, labels) for rating in read)
    return Verdict(
        correct=None if threshold is None else value >= threshold,
        status="read",
        score=value,
        evidence=f"the judge: {', '.join(map(str, read))}",
        details=details,
    )


def _read(text: str, scale: Scale, labels: Labels, pattern: str) -> float | str | None:
    """The rating in a judge's text: the last number of the scale, or the last label."""
    if pattern:
        candidates = [match.group(1) or "" for match in _compiled(pattern).finditer(text)][-1:]
    elif labels:
        candidates = [match.group(0) for match in _any_of(tuple(labels)).finditer(text)][-1:]
    else:
        candidates = [match.group(0) for match in _NUMBER.finditer(text)][::-1]
    for candidate in candidates:
        if labels:
            return next((label for label in labels if label.casefold() == candidate.strip().casefold()), None)
        try:
            number = float(candidate)
        except ValueError:
            continue
        if scale and scale[0] <= number <= scale[1]:
            return number
    return None


def _in_unit(rating: float | str, scale: Scale, labels: Labels) -> float:
    if isinstance(rating, str):
        return float((labels or {})[rating])
    return float((rating - scale[0]) / (scale[1] - scale[0]))


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=64)
def _any_of(labels: tuple[str, ...]) -> re.Pattern[str]:
    # The longest first: `incorrect` is not `correct` with something before it.
    words = sorted(map(re.escape, labels), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _template(text: str) -> Any:
    try:
        return environment().from_string(text)
    except Exception as error:  # besides Jinja's own: too deep for Python, too large for a prompt
        raise ValueError(f"the template does not parse: {error}") from None


def _rendered(text: str, question: Question, reply: str, facts: Mapping[str, Any] | None = None) -> str:
    shown = {
        "question": question.question,
        "choices": list(question.choices),
        "answer": " or ".join(question.right_answers) or None,
        "reference": list(question.reference) or [text for text in question.right_answers if text],
        "facts": dict(question.metadata) if facts is None else facts,
        "reply": reply,
    }
    template = _template(text)
    with bounded():
        try:
            return joined(template.generate(shown))
        except Exception as error:  # a template is a program of its author's: what it raises can be anything
            raise ValueError(f"the template cannot be rendered: {error}") from None
