"""``fields:`` of a suite's ``data``: which column is what, and a row as the case that it stands for.

A field is a column's name (``a.b`` is ``b`` of the object in ``a``), a template over the columns of its row (anything
with ``{{`` in it; ``row`` is the whole row and ``number`` its number), or ``{text: ...}``, the same for every row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from audiotest.declare.building import TRANSCRIPTION
from audiotest.declare.data.options import (
    Form,
    answer_in,
    answers_in,
    before_options,
    form_name,
    named_in,
    options_of,
)
from audiotest.declare.data.tables import Row
from audiotest.declare.problems import Path
from audiotest.declare.template_limits import bounded, environment, joined
from audiotest.errors import AudiotestError
from audiotest.registry import unknown
from audiotest.types import Embedded

Pairs = list[tuple[Path, str]]
Read = Callable[[Row], Any]
UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
"""What an id cannot have in it."""
_LONGEST_ID = 200
_LISTED = 40
"""Columns that an error lists."""


class RowFault(AudiotestError):
    """What is wrong with one row, and with which field of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Fields(Struct):
    """How each field of a case is read from a row; ``choices`` give lists, ``tags`` and ``facts`` a value a name."""

    id: Read | None = None
    question: Read | None = None
    task: Read | None = None
    answer: Read | None = None
    form: Form | None = None
    answer_split: str = ""
    choices: tuple[Read, ...] = ()
    choice_sounds: tuple[Read, ...] = ()
    split: str = ""
    audio: tuple[Read, ...] = ()
    start: Read | None = None
    end: Read | None = None
    reference: tuple[Read, ...] = ()
    tags: dict[str, Read] = {}
    facts: dict[str, Read] = {}
    shuffle: int | None = None

    def options(self, row: Row) -> list[str]:
        """The options of a row, in the table's order; of sounds their names. Raises :class:`RowFault`."""
        if self.choice_sounds:
            return [sound["text"] for sound in self._sounds(row)]
        texts: list[str] = []
        for read in self.choices:
            value = read(row)
            if value is None:
                continue
            if self.split and isinstance(value, str):
                texts += [part.strip() for part in value.split(self.split)]
            elif len(self.choices) == 1 or isinstance(value, list | tuple):
                options = options_of(value)
                if options is None:
                    raise RowFault("choices", f"no options can be read from {str(value)[:80]!r}: a list, an object of "
                                              "letters, or a text with letters in it was expected")  # fmt: skip
                texts += options
            else:
                texts.append(str(value).strip())
        return texts

    def case(self, row: Row, prefix: str) -> dict[str, Any]:
        """The row as a case of a suite's file. Raises :class:`RowFault`."""
        if row.fault:
            raise RowFault("", row.fault)
        case: dict[str, Any] = {"id": self._id(row, prefix)}
        if self.question is not None:
            case["question"] = self._text(row, "question", self.question)
        if self.audio:
            clips = [clip for read in self.audio for clip in self._clips(row, read)]
            case["audio"] = clips
        facts = {name: value for name, read in self.facts.items() if (value := _plain(read(row))) is not None}
        if self.choices or self.choice_sounds:
            options = self.options(row)
            shown: list[Any] = self._sounds(row) if self.choice_sounds else options
            case |= {"choices": shown, "answer": self._answer(row, options)}
            if self.shuffle is not None:
                order = _order(len(options), self.shuffle, case["id"])
                case["choices"] = [shown[i] for i in order]
                facts["choice_order"] = order
        elif self.answer is not None:
            value = self.answer(row)
            several = _texts(value) if isinstance(value, list) else []
            case["answer"] = several or self._text(row, "answer", self.answer)
        if self.reference:
            case["reference"] = [text for read in self.reference for text in _texts(read(row))]
        if self.task is not None:
            case["task"] = self._text(row, "task", self.task)
        tags = {name: _texts(read(row)) for name, read in self.tags.items()}
        case |= {"tags": {name: values for name, values in tags.items() if values}, "facts": facts}
        return case

    def _id(self, row: Row, prefix: str) -> str:
        if self.id is None:
            return f"{prefix}row-{row.number:06d}"
        clean = UNFIT.sub("-", self._text(row, "id", self.id)).strip("-")
        if not clean.strip("."):
            raise RowFault("id", "it has no letter or digit in it: ids are letters, digits, `_`, `.` and `-`")
        if len(clean) > _LONGEST_ID:
            clean = f"{clean[:180]}-{hashlib.sha256(clean.encode()).hexdigest()[:12]}"
        return clean

    def _text(self, row: Row, field: str, read: Read | None) -> str:
        value = read(row) if read is not None else None
        if value is None:
            raise RowFault(field, "there is none in this row (null)")
        if isinstance(value, list | dict | Embedded):
            raise RowFault(field, f"text was expected, not {type(value).__name__} ({str(value)[:60]})")
        text = str(value).strip()
        if not text:
            raise RowFault(field, "it is empty in this row")
        return text

    def _sounds(self, row: Row) -> list[dict[str, Any]]:
        """The options that are sounds, each with the name that it goes by."""
        clips = [clip for read in self.choice_sounds for clip in self._clips(row, read, "choices", whole=True)]
        names = [clip["embedded"].name if "embedded" in clip else clip["file"] for clip in clips]
        if len(set(filter(None, names))) < len(names):  # embedded sounds may lack names, or have the same
            names = [f"sound {place}" for place in range(1, len(clips) + 1)]
        return [{"audio": clip, "text": name} for clip, name in zip(clips, names, strict=True)]

    def _clips(self, row: Row, read: Read, field: str = "audio", *, whole: bool = False) -> list[dict[str, Any]]:
        value = read(row)
        values = value if isinstance(value, list) else [value]
        if not values or any(one is None or one == "" for one in values):
            raise RowFault(field, "there is no sound in this row (null)")
        clips: list[dict[str, Any]] = []
        for one in values:
            if isinstance(one, dict):  # `{path: ...}` without bytes, as JSON has it
                one = one.get("path") or one.get("file")
            if not isinstance(one, str | Embedded):
                raise RowFault(field, f"a file's name or an embedded sound was expected, not {str(one)[:60]!r}")
            clip: dict[str, Any] = {"embedded": one} if isinstance(one, Embedded) else {"file": one}
            for key, seconds in (("start", self.start), ("end", self.end)):
                if not whole and seconds is not None and (given := seconds(row)) not in (None, ""):
                    clip[key] = _seconds(key, given)
            clips.append(clip)
        return clips

    def _answer(self, row: Row, options: Sequence[str]) -> str | list[str] | None:
        if self.answer is None:
            return None
        value = self.answer(row)
        if value is None or value == []:
            raise RowFault("answer", "there is none in this row (null)")
        places = answers_in(value, options, self.form or "text", self.answer_split)
        if places is None:
            named = named_in(value, options, self.answer_split)
            wrong = next(one for one in named if answer_in(one, options, self.form or "text") is None)
            read = "" if self.form in (None, "text") else f" as the {form_name(self.form)} of one"
            raise RowFault("answer", f"{str(wrong).strip()!r} is not among the options{read}: {', '.join(options)}")
        return options[places[0]] if len(places) == 1 else [options[place] for place in places]


def _order(count: int, seed: int, case: str) -> list[int]:
    """The order in which the options of a case are shown: the same on every machine."""
    return sorted(range(count), key=lambda i: hashlib.sha256(f"{seed}\0{case}\0{i}".encode()).digest())


def _seconds(key: str, value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        raise RowFault("audio", f"`{key}` should be seconds, not {str(value)[:40]!r}") from None
    if not 0 <= seconds < 1e7:
        raise RowFault("audio", f"`{key}` is {value}: seconds from the start of the clip were expected")
    return seconds


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [text for one in values if one is not None and (text := str(one).strip())]


def _plain(value: Any) -> Any:
    """What of a cell goes into a case's facts: nothing of a sound."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool) else None if value is None else str(value)


# -- what is written under `fields` ----------------------------------------------------------------------------


def no_column(name: str, columns: Sequence[str]) -> str:
    """That there is no such column, with the near miss and the columns that there are."""
    text = unknown("column", name, columns)
    return text if "known: " in text else f"{text} (there are {', '.join(columns[:_LISTED])})"


class Compiler:
    """Reads ``fields`` for tables with these ``columns``; what is wrong is in ``faults``."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = list(columns)
        self.faults: Pairs = []

    def fields(self, written: Mapping[str, Any], shuffle: int | None) -> Fields:
        """All fields that are written."""
        fields = Fields(shuffle=shuffle)
        if "question" not in written and written.get("task") not in (TRANSCRIPTION, {"text": TRANSCRIPTION}):
            self.faults.append(((), "missing key `question`: a column, a template, or the same for all: `{text: ...}`"))
        for name in ("id", "question", "task"):
            if name in written:
                setattr(fields, name, self.value(written[name], (name,), literal=name == "task"))
        answer = written.get("answer")
        if isinstance(answer, dict) and "column" in answer:
            fields.form = answer.get("as")
            fields.answer_split = answer.get("split", "")
            answer = answer["column"]
        if answer is not None:
            fields.answer = self.value(answer, ("answer",))
        choices = written.get("choices")
        if isinstance(choices, dict) and "column" in choices:
            fields.split = choices.get("split", "")
            choices = choices["column"]
        elif isinstance(choices, dict) and "audio" in choices:
            fields.choice_sounds = self._several(choices["audio"], "choices")
            choices = None
        fields.choices = self._several(choices, "choices")
        audio = written.get("audio")
        if isinstance(audio, dict) and "file" in audio:
            for key in ("start", "end"):
                if key in audio:
                    setattr(fields, key, self.value(audio[key], ("audio", key)))
            audio = audio["file"]
        fields.audio = self._several(audio, "audio")
        fields.reference = self._several(written.get("reference"), "reference")
        fields.tags = self._named(written.get("tags"), "tags")
        fields.facts = self._named(written.get("facts"), "facts")
        return fields

    def _several(self, written: Any, name: str) -> tuple[Read, ...]:
        if written is None:
            return ()
        if not isinstance(written, list):
            return (self.value(written, (name,)),)
        return tuple(self.value(one, (name, i)) for i, one in enumerate(written) if one is not None)

    def _named(self, written: Any, name: str) -> dict[str, Read]:
        if written is None:
            return {}
        if written == "*":
            return {column: self.value(column, (name,)) for column in self.columns}
        if isinstance(written, str):
            written = [written]
        if isinstance(written, list):
            return {str(one): self.value(one, (name, i)) for i, one in enumerate(written) if one is not None}
        return {str(key): self.value(one, (name, key)) for key, one in written.items()}

    def value(self, written: Any, path: Path, *, literal: bool = False) -> Read:
        """How a value is read from a row. ``literal``: what is no column stands for itself, and so does
        ``transcription``, which as a column holds transcripts."""
        if isinstance(written, dict):
            text = written.get("text", "")
            return lambda row: text
        name = str(written)
        if name in self.columns and not (literal and name == TRANSCRIPTION):
            return lambda row: row.values.get(name)
        if "{{" in name or "{%" in name:
            return self._template(name, path)
        head, _, inner = name.partition(".")
        if inner and head in self.columns:
            return lambda row: _inner(row.values.get(head), inner.split("."))
        if not literal:
            hint = "; a text of your own is `{text: ...}`" if " " in name else ""
            self.faults.append((path, no_column(name, self.columns) + hint))
        return lambda row: name

    def _template(self, text: str, path: Path) -> Read:
        try:
            template = _environment().from_string(text)
        except Exception as error:  # besides Jinja's own: too deep for Python, too large for a prompt
            self.faults.append((path, f"the template does not parse: {error}"))
            return lambda row: None
        used = _names(text)
        for name in sorted(used - set(self.columns) - {"row", "number"}):
            self.faults.append((path, f"in the template: {no_column(name, self.columns)}"))

        def rendered(row: Row) -> str:
            with bounded():
                try:
                    return joined(template.generate(_variables(row)))
                except Exception as error:  # a template is a program of its author's: what it raises can be anything
                    raise RowFault(str(path[0]), f"the template cannot be rendered: {error}") from error

        return rendered


def columns_in(text: str) -> set[str] | None:
    """The columns that an expression asks for; None where it may ask for any, by ``row``."""
    names = _names("{% if " + text + " %}{% endif %}")
    return None if "row" in names else names


def condition(text: str, columns: Iterable[str]) -> tuple[Callable[[Row], bool], str]:
    """A ``where`` as a test of a row, and what is wrong with it. The test raises :class:`RowFault` where it cannot be
    made of a row."""
    written = "{% if " + text + " %}1{% endif %}"
    try:
        template = _environment().from_string(written)
    except Exception as error:
        return lambda row: True, f"the expression does not parse: {error}"
    names = sorted(_names(written) - set(columns) - {"row", "number"})
    if names:
        return lambda row: True, no_column(names[0], list(columns))

    def holds(row: Row) -> bool:
        with bounded():
            try:
                return bool(joined(template.generate(_variables(row))))
            except Exception as error:  # an expression is a program of its author's: what it raises can be anything
                raise RowFault("where", f"`{text}` cannot be evaluated for this row: {error}") from error

    return holds, ""


def _variables(row: Row) -> dict[str, Any]:
    return {**row.values, "row": row.values, "number": row.number}


@cache
def _environment() -> Any:
    own = environment().overlay()
    own.filters = {**own.filters, "before_options": before_options}
    return own


def _names(text: str) -> set[str]:
    from jinja2 import meta

    return set(meta.find_undeclared_variables(_environment().parse(text)))


def _inner(value: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        value = value.get(part) if isinstance(value, dict) else None
    return value
