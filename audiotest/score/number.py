"""``number``: the number in the reply, within a tolerance of the right one: a tempo, a frequency, a count, a duration.

Options
    ``tolerance``  how far off it may be, in the unit of the answer (default 0)
    ``relative``   the same as a share of the right number: 0.04 for 4% (default 0; the larger of the two counts)
    ``octave``     whether twice, three times, half and a third of it are right as well, as tempi are judged (default
                   false; with it ``relative`` is 0.04 unless another tolerance is given)
    ``unit``       the word behind the number that is meant, such as ``bpm`` or ``[Hz, hertz]``: where a number of the
                   reply has it, those without are not looked at
    ``which``      ``only`` (default: several different numbers are ``ambiguous``), ``first`` or ``last``

Rule
    Numbers are read in figures and words, in the answer's part of the reply ("one hundred and twenty", "1m30s" is 90 s,
    "1,200", "-3"); ordinals and ranges are none. The right number is that of the case's answer, or of any of its
    references.

Verdict
    ``details`` has the number read (``value``), the nearest right one (``expected``), ``error`` (value - expected) and,
    under ``octave``, the ``factor`` by which it is right.

Source
    ``octave`` with 4% is Accuracy 2, without it Accuracy 1, of Gouyon et al. 2006, "An experimental comparison of audio
    tempo induction algorithms", IEEE TASLP 14: 1832. ``mir_eval.tempo`` judges pairs of tempi with their weights
    instead, which no reply in words gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from audiotest.score.answer_extraction.answer_span import answer_spans
from audiotest.score.answer_extraction.normalise import clean, fold
from audiotest.score.answer_extraction.quantities import Quantity, quantities
from audiotest.types import CUT, Question, Verdict

_FACTORS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
_OCTAVE_TOLERANCE = 0.04
_MINUS = re.compile(r"(?:^|[^\w.)])[-−]\s?$")
_WHICH = ("only", "first", "last")


def check(
    *, tolerance: float = 0.0, relative: float = 0.0, octave: bool = False, unit: Any = (), which: str = "only"
) -> None:
    """Raise ValueError for values that make no sense."""
    for name, value in (("tolerance", tolerance), ("relative", relative)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise ValueError(f"`{name}` is {value!r}: expected a number of at least 0")
    if relative >= 1:
        raise ValueError(f"`relative` is {relative:g}, a share: for {relative:g}% write {relative / 100:g}")
    if not isinstance(octave, bool):
        raise ValueError(f"`octave` is {octave!r}: expected true or false")
    if which not in _WHICH:
        raise ValueError(f"`which` is {which!r}: expected one of {', '.join(_WHICH)}")
    _units(unit)


def check_case(question: Question, **options: Any) -> None:
    """Raise ValueError for a case whose answer has no number."""
    for text in _wanted(question):
        if _value(text) is None:
            raise ValueError(f"{text!r} is not one number, so there is nothing to compare a number with")


def score(
    question: Question,
    output: str,
    *,
    tolerance: float = 0.0,
    relative: float = 0.0,
    octave: bool = False,
    unit: Any = (),
    which: str = "only",
) -> Verdict:
    """Whether the number of ``output`` is the right one. Raises ValueError for options that make no sense."""
    check(tolerance=tolerance, relative=relative, octave=octave, unit=unit, which=which)
    wanted = [value for text in _wanted(question) if (value := _value(text)) is not None]
    if not wanted:
        missing = "`number` needs a number as `answer` or `reference`"
        return Verdict(None, status="none", counted=False, evidence=missing)
    named = _of_reply(output, _units(unit), question.finish)
    if not named:
        return Verdict(False, status="none", score=0.0, evidence="no number")
    if which == "only" and len(set(named)) > 1:
        several = ", ".join(f"{value:g}" for value in dict.fromkeys(named))
        return Verdict(False, status="ambiguous", score=0.0, evidence=several[:200])
    value = named[0 if which == "first" else -1]
    if octave and not tolerance and not relative:
        relative = _OCTAVE_TOLERANCE
    factors = _FACTORS if octave else _FACTORS[:1]
    error, expected, factor = min(
        ((value - right * factor, right, factor) for right in wanted for factor in factors),
        key=lambda one: abs(one[0]) / max(abs(one[1] * one[2]), 1e-12),
    )
    allowed = max(tolerance, relative * abs(expected * factor))
    correct = abs(error) <= allowed * (1 + 1e-9) + 1e-9
    details: dict[str, Any] = {"value": value, "expected": expected, "error": value - expected}
    if octave and correct:
        details["factor"] = factor
    return Verdict(correct, score=float(correct), evidence=f"{value:g}", details=details)


def _wanted(question: Question) -> tuple[str, ...]:
    return (*question.reference, *question.right_answers)


def _value(text: str) -> float | None:
    """The number that ``text`` holds; None for none, or for several."""
    try:
        return float(text)
    except ValueError:
        values = {value for value, _ in _numbers(text)}
        return values.pop() if len(values) == 1 else None


def _of_reply(output: str, units: Sequence[str], finish: str | None) -> list[float]:
    for span in answer_spans(output, cut=finish in CUT):
        named = list(_numbers(span.text))
        with_unit = [value for value, behind in named if any(behind.startswith(unit) for unit in units)]
        if named:
            return with_unit or [value for value, _ in named]
    return []


def _numbers(text: str) -> Iterator[tuple[float, str]]:
    """(number, the words behind it) in their order."""
    folded = fold(clean(text))
    for one in quantities(folded):
        if one.unit != "nth" and not one.is_range:
            yield _signed(one, folded), folded[one.start : one.end + 20].lstrip("0123456789.,- ")


def _signed(one: Quantity, folded: str) -> float:
    return -one.low if _MINUS.search(folded[: one.start][-3:]) else one.low


def _units(unit: Any) -> tuple[str, ...]:
    texts = [unit] if isinstance(unit, str) else unit
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError(f"`unit` is {unit!r}: expected a word or a list of words")
    return tuple(fold(text) for text in texts)
