"""Conditions as people write them: ``noise(snr_db=10)``, ``shuffled + noise(snr_db=10)``, sweeps.

Grammar: ``name``, ``name(parameter=value, ...)``, several joined by ``+`` (applied from left to right).
A value is a number, a word, ``yes`` or ``no``, or a list of these: a list is a sweep and stands for one condition a
value. A parameter that Python reserves the name of (``with``) is written as it reads, and is ``with_`` in the code.
``original`` is the condition that changes nothing.

A condition that acts on the text of a case (``shuffled``, ``text_only``) is a module of
``audiotest.declare.conditions``; one that acts on sound is a module of ``audiotest.audio.conditions``.
Both are folders that are registries: a new condition is a new file. Where the module has a function ``check`` with the
parameters of ``apply``, values that it refuses (ValueError) are problems of the suite, reported with their place.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from audiotest.errors import AudiotestError
from audiotest.registry import CONDITIONS, UnknownName, unknown
from audiotest.registry import Condition as Member

if TYPE_CHECKING:
    import inspect

    import numpy as np

ORIGINAL = "original"

Value = float | int | str | bool

MOST_CONDITIONS = 1_000
"""How many conditions one text, and one suite, may stand for: sweeps that are joined multiply."""
_LONGEST = 10_000

_PART = re.compile(r"\s*([a-z_][a-z0-9_]*)\s*(?:\(([^()]*)\))?\s*")
_ITEM = re.compile(r"\s*(?:([a-z_][a-z0-9_]*)\s*=\s*)?(\[[^\]]*\]|[^,\[\]]+?)\s*(?:,|$)")
_WORD = re.compile(r"[A-Za-z0-9_.-]+")


class ConditionError(AudiotestError, ValueError):
    """A condition that does not parse, is not known or has parameters that it does not take."""


class Part(Struct, frozen=True):
    """One named transform with its parameters; ``acts_on`` is the registry that it belongs to."""

    name: str
    acts_on: Literal["text", "sound"]
    parameters: dict[str, Value]

    @property
    def arguments(self) -> dict[str, Value]:
        """The parameters as Python takes them: ``with`` is ``with_`` there."""
        return {f"{k}_" if iskeyword(k) else k: v for k, v in self.parameters.items()}

    def __str__(self) -> str:
        inner = ",".join(f"{k}={_written(v)}" for k, v in self.parameters.items())
        return f"{self.name}({inner})" if inner else self.name

    @property
    def member(self) -> Member:
        """The registered condition that implements it."""
        return CONDITIONS.get(self.name)


class Condition(Struct, frozen=True):
    """A way of presenting a case. ``name`` is its canonical text, which ids and records show."""

    name: str
    parts: tuple[Part, ...] = ()

    def of(self, acts_on: str) -> tuple[Part, ...]:
        """The parts that act on ``"text"`` or on ``"sound"``."""
        return tuple(p for p in self.parts if p.acts_on == acts_on)


def parse(text: str) -> list[Condition]:
    """The conditions that ``text`` stands for: one, or one for each value of a sweep.

    Raises :class:`ConditionError` with a sentence that says what is wrong and what is near.
    """
    choices: list[list[Part]] = []
    position = 0
    if len(text) > _LONGEST:
        raise ConditionError(f"cannot read a condition of {len(text):,} characters: {_LONGEST:,} are the most")
    if text.count("(") != text.count(")"):
        raise ConditionError(f"cannot read the condition {text!r}: a parenthesis is missing")
    while True:
        match = _PART.match(text, position)
        if not match:
            raise ConditionError(f"cannot read the condition {text!r}: expected `name` or `name(parameter=value)`")
        name, inner = match.group(1), match.group(2)
        if not (name == ORIGINAL and inner is None):
            choices.append(_variants(name, inner, text))
        position = match.end()
        if position == len(text):
            break
        if text[position] != "+":
            raise ConditionError(f"cannot read the condition {text!r} from {text[position:]!r} on; join parts with `+`")
        position += 1
    _bounded(math.prod(map(len, choices)), text)
    return [_condition(parts) for parts in itertools.product(*choices)]


def _bounded(count: int, text: str) -> None:
    if count > MOST_CONDITIONS:
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        raise ConditionError(
            f"the sweeps in {shown!r} stand for {count:,} conditions, {MOST_CONDITIONS:,} are the most: "
            "take values out, or write the combinations that you want one by one"
        )


def parse_one(text: str) -> Condition:
    """As :func:`parse`, for a place where a sweep makes no sense."""
    conditions = parse(text)
    if len(conditions) != 1:
        raise ConditionError(f"{text!r} is a sweep of {len(conditions)} conditions; one is expected here")
    return conditions[0]


def _condition(parts: tuple[Part, ...]) -> Condition:
    return Condition("+".join(map(str, parts)) or ORIGINAL, parts)


def names() -> list[str]:
    """All conditions that can be named."""
    return sorted({ORIGINAL, *CONDITIONS.names()})


def _find(name: str) -> Member:
    try:
        return CONDITIONS.get(name)
    except UnknownName:
        raise ConditionError(unknown("condition", name, names())) from None


def parameters(name: str) -> Mapping[str, inspect.Parameter]:
    """The parameters of the condition ``name``, as people write them. Raises :class:`ConditionError`."""
    return _find(name).parameters


def _variants(name: str, inner: str | None, text: str) -> list[Part]:
    if name == ORIGINAL:
        raise ConditionError(f"`{ORIGINAL}` changes nothing and takes no parentheses (in {text!r})")
    member = _find(name)
    taken = member.parameters
    given: dict[str, list[Value]] = {}
    for i, (key, raw) in enumerate(_items(inner or "", text)):
        if not key:
            if i >= len(taken):
                raise ConditionError(f"`{name}` in {text!r} takes {len(taken)} parameters, not more")
            key = list(taken)[i]
        if key not in taken:
            message = unknown(f"parameter of {name}:", key, list(taken)) if taken else f"`{name}` takes no parameters"
            raise ConditionError(f"{message} (in {text!r})")
        if key in given:
            raise ConditionError(f"`{key}` is given twice in {text!r}")
        values = [_value(v, taken[key], text) for v in raw]
        if not values:
            raise ConditionError(f"the sweep over `{key}` in {text!r} is empty")
        given[key] = values
    missing = [n for n, p in taken.items() if p.default is p.empty and n not in given]
    if missing:
        raise ConditionError(f"`{name}` needs {', '.join(f'`{m}`' for m in missing)}: {_usage(name, taken)}")
    ordered = [n for n in taken if n in given]
    _bounded(math.prod(len(given[n]) for n in ordered), text)
    return [
        _checked(Part(name, member.acts_on, dict(zip(ordered, values, strict=True))), text)
        for values in itertools.product(*(given[n] for n in ordered))
    ]


def _checked(part: Part, text: str) -> Part:
    if part.member.check is not None:
        try:
            part.member.check(**part.arguments)
        except (ValueError, LookupError) as error:
            raise ConditionError(f"{error} (in {text!r})") from None
    return part


def _items(inner: str, text: str) -> list[tuple[str, list[str]]]:
    items, position = [], 0
    while inner[position:].strip():
        match = _ITEM.match(inner, position)
        if not match:
            raise ConditionError(f"cannot read the parameters in {text!r} from {inner[position:]!r} on")
        raw = match.group(2).strip()
        values = [v.strip() for v in raw[1:-1].split(",") if v.strip()] if raw.startswith("[") else [raw]
        items.append((match.group(1) or "", values))
        position = match.end()
    return items


def _value(raw: str, parameter: inspect.Parameter, text: str) -> Value:
    wanted, name = str(parameter.annotation), parameter.name.rstrip("_")
    if wanted == "bool":
        if raw.lower() not in ("yes", "no", "true", "false"):
            raise ConditionError(f"`{name}` in {text!r} takes yes or no, not {raw!r}")
        return raw.lower() in ("yes", "true")
    if "float" in wanted or "int" in wanted:
        try:
            number = float(raw)
        except ValueError:
            if "str" not in wanted:
                raise ConditionError(f"`{name}` in {text!r} takes a number, not {raw!r}") from None
        else:
            if not math.isfinite(number):
                raise ConditionError(f"`{name}` in {text!r} takes a finite number, not {raw!r}")
            if "float" not in wanted and number != int(number):
                raise ConditionError(f"`{name}` in {text!r} takes a whole number, not {raw!r}")
            return int(number) if number == int(number) else number
    if not _WORD.fullmatch(raw):
        raise ConditionError(f"`{name}` in {text!r} takes a word, not {raw!r}")
    return raw


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)  # to the last digit: it names cached replies and seeds what is random


def _usage(name: str, taken: Mapping[str, inspect.Parameter]) -> str:
    return f"{name}({', '.join(f'{n}=...' for n in taken)})"


def generator(seed: int, case: str, condition: str) -> np.random.Generator:
    """The random numbers of one trial: the same on every machine, worker and order of running."""
    import numpy as np

    return np.random.default_rng(number(seed, case, condition))


def number(seed: int, case: str, condition: str) -> int:
    """A 63-bit number from (run seed, case id, condition), for what takes a plain seed."""
    digest = hashlib.sha256(f"{seed}\0{case}\0{condition}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
