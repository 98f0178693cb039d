r"""MMAR's rubric judge: a JSON list of scores, as its script validates it and as a person would read it.

Goal
    Score the reasoning of a reply whose answer is right: a judge marks each of the rubric's (five) criteria
    with one of the criterion's allowed scores (0 or 1), five times over. A reply whose answer is wrong by
    string match has the score 0 without a judge.

Official reading (:func:`official`)
    From the first ``[`` that a ``{`` follows to the last ``}`` that a ``]`` follows (white space between),
    else the whole text, is parsed as JSON. It must be a list as long as the rubric; each item needs ``name``
    and ``score``; a score must be a number and equal to an allowed one (``true`` and ``1.0`` pass, ``"1"``,
    ``0.5`` and null do not). Names are only warned about. The score is the sum over the sum of the highest
    allowed ones, 0 for a rubric whose highest are all 0. Prose with brackets, or two lists, make one span
    that is not JSON. What fails is asked for again, up to 20 times; then the record leaves all totals.

Careful reading (:func:`careful`)
    The last JSON list in the text that has one item for each criterion; items are matched by name where all
    names fit, otherwise by place; a score may be a number as text. A score that is not allowed makes it
    unreadable.

Over raters (:func:`trimmed_mean`)
    The lowest and the highest score are dropped and the rest averaged.

Source
    ``validate_and_score`` and ``evaluate_one_record`` in ``code/evaluation_rubrics.py`` of ddlBoJack/MMAR,
    commit 3bce090.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

from msgspec import Struct

_SPAN = re.compile(r"\[\s*\{.*\}\s*\]", re.DOTALL)
_START = re.compile(r"\[\s*\{")


class Criterion(Struct, frozen=True):
    """A criterion of a rubric: its name and the scores that may be given for it."""

    name: str
    choices: tuple[float, ...] = (0, 1)


class RubricScore(Struct, frozen=True):
    """``score`` in [0, 1] for 0/1 criteria; None where the text is not readable, and ``problem`` says why."""

    score: float | None
    problem: str = ""


def criteria(rubric: Iterable[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """The criteria of a released ``rubric``: objects with ``name`` and ``choices`` (0 and 1 by default)."""
    return tuple(Criterion(str(item["name"]), tuple(item.get("choices", (0, 1)))) for item in rubric)


def official(text: str, rubric: Sequence[Criterion]) -> RubricScore:
    """The score that the script takes from a judge's ``text``."""
    span = _SPAN.search(text)
    try:
        items = json.loads(span[0] if span else text)
        if not isinstance(items, list):
            return RubricScore(None, f"expected a JSON list, found {type(items).__name__}")
        if len(items) != len(rubric):
            return RubricScore(None, f"expected {len(rubric)} items, found {len(items)}")
        scores = [_allowed(item, criterion) for item, criterion in zip(items, rubric, strict=True)]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        return RubricScore(None, f"{type(error).__name__}: {error}")
    return RubricScore(_share(scores, rubric))


def careful(text: str, rubric: Sequence[Criterion]) -> RubricScore:
    """The score that a person takes from a judge's ``text``; unreadable rather than guessed."""
    problem = f"no JSON list of {len(rubric)} items"
    for items in reversed(list(_lists(text))):
        if len(items) != len(rubric) or not all(isinstance(item, dict) for item in items):
            continue
        try:
            ordered = _by_name([{k.strip().lower(): v for k, v in item.items()} for item in items], rubric)
            scores = [_allowed(_with_number(item), c) for item, c in zip(ordered, rubric, strict=True)]
        except (ValueError, TypeError, LookupError) as error:
            problem = str(error)
            continue
        return RubricScore(_share(scores, rubric))
    return RubricScore(None, problem)


def trimmed_mean(scores: Sequence[float]) -> float:
    """The mean without the lowest and the highest score, of all if they are fewer than three.

    Raises ValueError for none.
    """
    if not scores:
        raise ValueError("a trimmed mean needs at least one score.")
    kept = sorted(scores)[1:-1] if len(scores) >= 3 else sorted(scores)
    return _sum(kept) / len(kept)


def _allowed(item: Any, criterion: Criterion) -> float:
    if not ("name" in item and "score" in item):
        raise ValueError(f"the item for {criterion.name!r} lacks `name` or `score`")
    score = item["score"]
    if not isinstance(score, int | float) or score not in criterion.choices:
        raise ValueError(f"the score {score!r} for {criterion.name!r} is none of {list(criterion.choices)}")
    return score


def _share(scores: Sequence[float], rubric: Sequence[Criterion]) -> float:
    highest = _sum([max(criterion.choices) for criterion in rubric])
    return float(_sum(scores) / highest) if highest else 0.0


def _sum(values: Sequence[float]) -> float:
    """From left to right: ``sum`` compensates rounding from Python 3.12 on, and the figures would differ."""
    return reduce(add, values, 0)


def _lists(text: str) -> Iterator[list[Any]]:
    decoder, read_to = json.JSONDecoder(), 0
    for start in _START.finditer(text):
        if start.start() < read_to:
            continue
        try:
            value, read_to = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            continue
        yield value


def _by_name(items: list[dict[str, Any]], rubric: Sequence[Criterion]) -> list[dict[str, Any]]:
    named = {str(item.get("name", "")).strip().lower(): item for item in items}
    wanted = [criterion.name.strip().lower() for criterion in rubric]
    fit = set(named) == set(wanted) and len(set(wanted)) == len(rubric)
    return [named[name] for name in wanted] if fit else items


def _with_number(item: dict[str, Any]) -> dict[str, Any]:
    score = item.get("score")
    return {"name": "", **item, "score": float(score)} if isinstance(score, str) else {"name": "", **item}
