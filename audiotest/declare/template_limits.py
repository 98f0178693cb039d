"""Templates whose work is bounded: a suite from elsewhere cannot hang a run, or fill the memory, with its prompt.

Jinja's sandbox keeps a template from touching anything; it does not keep it from looping. Here every step that a
template can repeat or enlarge draws on one allowance per rendering (:data:`MOST_WORK` units): a turn of a loop, a call
of a macro, a filter and what it returns, ``*``, ``+`` and ``~``. Whole numbers that would pad or repeat a text
(``center(10**9)``) are refused before the text is built. A prompt for twenty choices needs some hundred units.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

MOST_WORK = 200_000
MOST_CHARACTERS = 1_000_000
MOST_TEMPLATE = 100_000
_LARGEST_NUMBER = 10_000
_LARGEST_PRODUCT = 20_000_000
_CALL = 20
"""What a call of a macro or filter costs, in turns of a loop."""
_WIDTH = re.compile(r"[%{][^%{}]*?\d{5,}")


class TooMuch(Exception):
    """A template that takes more work, or makes more text, than a prompt can need."""


class _Allowance:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_WORK

    def draw(self, units: int) -> None:
        self.left -= units
        if self.left < 0:
            raise TooMuch("it loops or calls itself far more often than a prompt needs; take loops or macros out")


_allowance: ContextVar[_Allowance | None] = ContextVar("allowance of the template that is being rendered", default=None)


@contextmanager
def bounded() -> Iterator[None]:
    """What is rendered within this context shares one allowance."""
    token = _allowance.set(_Allowance())
    try:
        yield
    finally:
        _allowance.reset(token)


def _draw(units: int) -> None:
    allowance = _allowance.get()
    if allowance is not None:
        allowance.draw(units)


def joined(pieces: Iterable[str]) -> str:
    """The text of a rendering, piece by piece. Raises :class:`TooMuch` beyond :data:`MOST_CHARACTERS`."""
    kept, length = [], 0
    for piece in pieces:
        length += len(piece)
        if length > MOST_CHARACTERS:
            raise TooMuch(f"it makes more than {MOST_CHARACTERS:,} characters; a prompt has some thousands at most")
        kept.append(piece)
    return "".join(kept)


def _sized(value: Any) -> Any:
    """``value``, if it is no larger than a prompt may be; its size is drawn."""
    if isinstance(value, str | list | tuple | dict):
        if len(value) > MOST_CHARACTERS:
            raise TooMuch(f"it makes a text or list of {len(value):,} parts; {MOST_CHARACTERS:,} are allowed")
        _draw(len(value) // 16)
    return value


def _arguments(values: Iterable[Any]) -> None:
    """Refuse what would make a far larger text of ``values``: wide formats, and texts put in many times."""
    sizes = sorted(len(value) for value in values if isinstance(value, str | list | tuple))
    if len(sizes) > 1 and sizes[-1] * sizes[-2] > _LARGEST_PRODUCT:
        raise TooMuch(f"it joins or replaces texts of {sizes[-1]:,} and {sizes[-2]:,} characters")
    for value in values:
        _format_width(value)


def _number(value: Any) -> None:
    if isinstance(value, int | float) and abs(value) > _LARGEST_NUMBER:
        raise TooMuch(f"it uses the number {value:.6g} where texts are built; {_LARGEST_NUMBER:,} is the most")


def _turns(values: Any) -> Iterator[Any]:
    for value in values:
        _draw(1)
        yield value


def _range(*bounds: int) -> Iterable[int]:
    numbers = range(*bounds)
    _draw(len(numbers))
    return numbers


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter with its arguments looked at, and its result."""

    def guarded(*args: Any, **kwargs: Any) -> Any:
        _draw(_CALL)
        given = (*args, *kwargs.values())
        _arguments(given)
        for value in given[1:]:
            _number(value)
        return _sized(function(*args, **kwargs))

    for mark in ("jinja_pass_arg", "jinja_async_variant"):  # how Jinja knows which filters want its context
        if hasattr(function, mark):
            setattr(guarded, mark, getattr(function, mark))
    return guarded


def _format_width(value: Any) -> None:
    if isinstance(value, str) and _WIDTH.search(value):
        raise TooMuch("it formats a text to a width of tens of thousands")


def _operate(operator: str, left: Any, right: Any) -> None:
    _draw(_CALL)
    sizes = [len(v) for v in (left, right) if isinstance(v, str | list | tuple)]
    if operator == "**":
        _number(left)
        _number(right)
        if isinstance(right, int | float) and abs(right) > 64:
            raise TooMuch(f"it raises a number to the power of {right}")
    elif operator == "%":
        _format_width(left)
    elif operator == "+":
        _draw(sum(sizes) // 16)
    elif sizes:
        other = next((v for v in (left, right) if isinstance(v, int)), 1)
        if sizes[0] * max(other, 0) > MOST_CHARACTERS:
            raise TooMuch(f"it repeats a text {other:,} times")
        _draw(sizes[0] * max(other, 0) // 16)
    elif any(isinstance(v, int) and v.bit_length() > 4096 for v in (left, right)):
        raise TooMuch("it computes with numbers of more than a thousand digits")


@cache
def environment() -> Any:
    """Jinja, sandboxed and strict, with the bounds above."""
    from jinja2 import StrictUndefined, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.visitor import NodeTransformer

    class Bounds(NodeTransformer):
        """Puts a counter around whatever a template loops over or joins."""

        def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
            if node.recursive:
                raise TooMuch("it has a recursive loop; a prompt needs plain ones")
            self.generic_visit(node)
            node.iter = nodes.Filter(node.iter, _TURNS, [], [], None, None, lineno=node.lineno)
            return node

        def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
            self.generic_visit(node)
            return nodes.Filter(node, _SIZED, [], [], None, None, lineno=node.lineno)

        def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:  # noqa: N802
            self.generic_visit(node)
            node.filter = nodes.Filter(node.filter, _SIZED, [], [], None, None, lineno=node.lineno)
            return node

    class Environment(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset(["*", "**", "+", "%"])

        def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
            if len(source) > MOST_TEMPLATE:
                raise TooMuch(f"it has {len(source):,} characters; {MOST_TEMPLATE:,} are allowed")
            tree: nodes.Template = Bounds().visit(super()._parse(source, name, filename))
            return tree

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            _operate(operator, left, right)
            return _sized(super().call_binop(context, operator, left, right))

        def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
            _draw(_CALL)
            method = getattr(obj, "__wrapped__", obj)  # the sandbox wraps `format`
            given = (*args, *kwargs.values())
            _arguments((getattr(method, "__self__", None), *given))
            for value in given:
                _number(value)
            return _sized(super().call(context, obj, *args, **kwargs))

    # Prompts are plain text for a model: escaping them as HTML would change what is asked. Nothing is computed while a
    # template is compiled, where no allowance would count it.
    jinja = Environment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        optimized=False,
    )
    jinja.filters = {name: _guarded(function) for name, function in jinja.filters.items() if name not in _UNBOUNDED}
    jinja.filters |= {_TURNS: _turns, _SIZED: _sized}
    jinja.globals = {name: value for name, value in jinja.globals.items() if name not in ("lipsum", "cycler", "joiner")}
    jinja.globals["range"] = _range
    return jinja


_TURNS, _SIZED = "audiotest: turns of a loop", "audiotest: size of a text"
_UNBOUNDED = frozenset({"urlize", "wordwrap", "random"})
"""Filters that a prompt has no use for: two take quadratic time, one asks something else every time."""
