"""YAML to plain data: the 1.2 core schema, no surprises, nothing that can hurt the reader.

Conventions
-----------
- Scalars follow the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema): ``yes``, ``no``,
  ``on`` and ``1:30`` are text; only ``true``, ``false``, ``null``, ``~`` and plain numbers are not.
- Under the keys of :data:`TEXT_KEYS` of a case every scalar is text as it was typed: the option ``1.50`` stays
  ``1.50``, an answer ``true`` stays ``true``. A ``null`` there means *none given*, except in a list.
- Refused, each with its place: duplicate keys, several documents, explicit tags (``!!python/...``), nesting
  deeper than :data:`MAX_DEPTH`, aliases that contain themselves or expand to more than
  :data:`MAX_EXPANDED` values (a "YAML bomb").

The events come from libyaml (PyYAML's binding: ruamel.yaml's own, 0.2.15, refuses ``[1:30]``), and the
data is built here in one loop without recursion, so depth costs no stack. ruamel.yaml writes our YAML.
"""

from __future__ import annotations

import math
import re
from typing import Any

from msgspec import Struct
from yaml import YAMLError
from yaml import events as ev

from audiotest.declare.problems import Path, Problem
from audiotest.declare.yaml_errors import syntax_error

_Parser: Any
try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # a PyYAML without libyaml: same events, slower
    from yaml import Loader as _Parser

TEXT_KEYS = frozenset({"id", "question", "choices", "answer", "reference", "paraphrases", "tags", "task"})
SUITE_TEXT_KEYS = frozenset({"suite", "title", "description", "revision"})
MAX_DEPTH = 100
MAX_EXPANDED = 1_000_000
MAX_EXACT = 2**53
"""The largest whole number up to which every one is a double, and so a number to every reader of JSON."""

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_NUMERIC_START = frozenset("+-.0123456789")


class OddNumber(Struct, frozen=True):
    """A number that few places take: not finite, beyond :data:`MAX_EXACT`, or whole but written as ``5.0``."""

    path: Path
    text: str
    value: float | int
    line: int
    column: int


class Document(Struct):
    """A parsed file: its ``data``, what was wrong with its form, and where things are.

    ``lines[i]`` is the line (from 1) of item ``i`` of the top-level list called ``cases``. ``marks`` maps
    a path to (line, column), if asked for, and ``values`` the path of a value that begins in a later line than its key.
    ``odd_numbers`` are those that the schema language cannot judge.
    """

    data: Any
    problems: list[Problem]
    lines: list[int]
    marks: dict[Path, tuple[int, int]]
    values: dict[Path, tuple[int, int]]
    odd_numbers: list[OddNumber]

    def place(self, path: Path, *, value: bool = False) -> tuple[int, int]:
        """(line, column) of ``path``, or of the nearest parent that the file has: of its key, where it has one.

        ``value``: of the value, if that begins in a later line than its key, as lists and mappings in block style do.
        """
        while path and path not in self.marks:
            path = path[:-1]
        return (self.values.get(path) if value else None) or self.marks.get(path, (1, 1))


def scalar(text: str) -> Any:
    """A plain scalar's value under the YAML 1.2 core schema."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    if text[0] in _NUMERIC_START and len(text) < 400:
        if _INT.fullmatch(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


class _Frame:
    """A list or mapping that is still open: where values go, and under which key."""

    __slots__ = ("anchor", "container", "is_cases", "key", "key_mark", "size", "text", "text_keys")

    def __init__(self, container: Any, anchor: str | None, size: int, text: bool, is_cases: bool) -> None:
        self.container, self.anchor, self.size, self.text = container, anchor, size, text
        self.is_cases = is_cases
        self.text_keys: frozenset[str] = frozenset()
        self.key: str | None = None
        self.key_mark: Any = None


class _Refused(Exception):
    def __init__(self, mark: Any, message: str) -> None:
        super().__init__(message)
        self.mark, self.message = mark, message


class _Builder:
    """One pass over the events of a file; see :func:`parse`."""

    def __init__(self, file: str, marks: bool) -> None:
        self.file, self.with_marks = file, marks
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.count = 0
        self.documents = 0
        self.out = Document(None, [], [], {}, {}, [])

    def path(self) -> Path:
        parts: list[str | int] = []
        for frame in self.stack:
            if isinstance(frame.container, list):
                parts.append(len(frame.container))
            elif frame.key is not None:
                parts.append(frame.key)
        return tuple(parts)

    def problem(self, mark: Any, message: str) -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        self.out.problems.append(Problem(self.file, line, column, self.path(), message))

    def is_text(self) -> bool:
        """Whether scalars at this place are kept as typed."""
        frame = self.stack[-1] if self.stack else None
        return frame is not None and (frame.text or frame.key in frame.text_keys)

    def is_option_sound(self) -> bool:
        """Whether this is `audio` of an option: `choices` are text, but for the numbers of a clip or a scene."""
        stack = self.stack
        return len(stack) == 5 and stack[4].key == "audio" and stack[1].is_cases and stack[2].key == "choices"

    def begin(self, event: Any, container: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused(event.start_mark, f"nested more than {MAX_DEPTH} levels deep: a suite needs about ten")
        self.note_place(event)
        stack = self.stack
        is_cases = len(stack) == 1 and stack[0].key == "cases" and type(container) is list
        frame = _Frame(container, event.anchor, self.count, self.is_text() and not self.is_option_sound(), is_cases)
        if not stack:
            frame.text_keys = SUITE_TEXT_KEYS
        elif stack[-1].is_cases:
            frame.text_keys = TEXT_KEYS
        stack.append(frame)

    def note_place(self, event: Any) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.is_cases:
            self.out.lines.append(event.start_mark.line + 1)
        if not self.with_marks:
            return
        own = event.start_mark
        mark = frame.key_mark if frame is not None and frame.key_mark is not None else own
        path = self.path()
        self.out.marks.setdefault(path, (mark.line + 1, mark.column + 1))
        if own.line != mark.line:
            self.out.values.setdefault(path, (own.line + 1, own.column + 1))

    def end(self) -> None:
        frame = self.stack.pop()
        self.value(frame.container)
        if frame.anchor is not None:
            self.anchors[frame.anchor] = (frame.container, self.count - frame.size)

    def value(self, value: Any) -> None:
        self.count += 1
        if not self.stack:
            self.out.data = value
            return
        frame = self.stack[-1]
        if type(frame.container) is list:
            frame.container.append(value)
        else:
            key = frame.key
            assert key is not None
            if key in frame.container:
                self.problem(frame.key_mark, f"the key `{key}` is duplicated; keep one of the two")
            else:
                frame.container[key] = value
            frame.key = frame.key_mark = None

    def scalar(self, event: Any) -> None:
        self.refuse_tag(event)
        text = event.value
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.key is None and type(frame.container) is dict:
            frame.key, frame.key_mark = text, event.start_mark
            return
        self.note_place(event)
        value = text
        if event.implicit[0]:
            if not self.is_text():
                value = scalar(text)
                if type(value) is float or type(value) is int:
                    self.note_number(event, value)
            elif _SPECIAL.get(text, text) is None and type(frame.container) is dict:  # type: ignore[union-attr]
                value = None
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
        self.value(value)

    def note_number(self, event: Any, value: float | int) -> None:
        if type(value) is int:
            if -MAX_EXACT <= value <= MAX_EXACT:
                return
        elif math.isfinite(value) and value != int(value):
            return
        mark = event.start_mark
        self.out.odd_numbers.append(OddNumber(self.path(), event.value, value, mark.line + 1, mark.column + 1))

    def alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise _Refused(event.start_mark, f"the alias *{event.anchor} has no finished &{event.anchor} before it")
        value, size = self.anchors[event.anchor]
        self.count += size
        if self.count > MAX_EXPANDED:
            raise _Refused(
                event.start_mark, f"aliases expand to more than {MAX_EXPANDED:,} values (a YAML bomb?); write them out"
            )
        if self.stack and type(self.stack[-1].container) is dict and self.stack[-1].key is None:
            raise _Refused(event.start_mark, "an alias cannot be a key here")
        self.note_place(event)
        self.value(value)

    def refuse_tag(self, event: Any) -> None:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise _Refused(event.start_mark, f"the YAML tag {event.tag!r} is not supported; write the plain value")

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is ev.ScalarEvent:
            self.scalar(event)
        elif kind is ev.MappingStartEvent or kind is ev.SequenceStartEvent:
            self.refuse_tag(event)
            frame = self.stack[-1] if self.stack else None
            if frame is not None and type(frame.container) is dict and frame.key is None:
                raise _Refused(event.start_mark, "a list or mapping cannot be a key; quote it if text is meant")
            self.begin(event, {} if kind is ev.MappingStartEvent else [])
        elif kind is ev.MappingEndEvent or kind is ev.SequenceEndEvent:
            self.end()
        elif kind is ev.AliasEvent:
            self.alias(event)
        elif kind is ev.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                raise _Refused(event.start_mark, "a second YAML document starts here; one file holds one suite")


def parse(source: bytes, file: str, *, marks: bool = False) -> Document:
    """Parse the bytes of ``file`` (UTF-8 or UTF-16 with a byte order mark).

    Never raises for bad input: what is wrong is in ``problems``, and ``data`` is None where the file
    could not be read to its end. ``marks`` asks for the place of every value (about twice the time).
    """
    builder = _Builder(file, marks)
    take = builder.take
    try:
        parser = _Parser(source)
        get = parser.get_event
        while True:
            event = get()
            if event is None or type(event) is ev.StreamEndEvent:
                break
            take(event)
    except _Refused as refused:
        builder.problem(refused.mark, refused.message)
        builder.out.data = None
    except YAMLError as error:
        line, column, message = syntax_error(error, source)
        builder.out.problems.append(Problem(file, line, column, (), message))
        builder.out.data = None
    except UnicodeDecodeError as error:
        builder.problem(None, f"not UTF-8 text (byte {error.start}: {error.reason}); save the file as UTF-8")
        builder.out.data = None
    return builder.out
