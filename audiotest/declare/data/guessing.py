"""A suite for a table that nobody has described yet: a guess for each field, from names and from what columns hold."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct

from audiotest.counting import counted
from audiotest.declare.building import TRANSCRIPTION
from audiotest.declare.data.cases import load
from audiotest.declare.data.fields import Compiler, RowFault
from audiotest.declare.data.options import answer_in, form_of, lettered, named_in, options_of
from audiotest.declare.data.sources import find
from audiotest.declare.data.tables import SOUNDS, Row, Table, TableError
from audiotest.types import Case, Embedded

_LOOKED_AT = 200
_MOST = 0.8
"""The share of rows that has to agree with a guess."""
_IDS = ("id", "uid", "uuid", "key", "question_id", "sample_id", "item_id", "entry_id", "uniq_id", "index")
_SOUND_NAMES = ("audio", "audio_path", "audio_id", "file", "file_name", "path", "wav", "sound", "context")
_QUESTIONS = ("question", "instruction", "prompt", "query", "single_instruction", "input", "text_input")
_ANSWERS = ("answer", "answer_gt", "correct_answer", "single_answer", "answer_text", "gt", "gold", "target", "label",
            "official_answer", "correct", "solution", "output", "reference", "key")  # fmt: skip
_OPTIONS = ("choices", "options", "answers", "candidates")
_DISTRACTORS = ("distractors", "incorrect_answers", "wrong_answers")
_SERIES = re.compile(r"^(.*?)([A-Ja-j]|\d{1,2})$")
_TRANSCRIPTS = ("transcription", "transcript", "sentence", "text", "normalized_text", "raw_transcription")
_TRANSLATIONS = ("translation", "target_text")
TRANSLATE = "Translate the speech."


class Guess(Struct):
    """``fields`` of ``data`` as a suite has them, settings of the suite, the fields that were not recognised, and
    whether the right option always stands first, so that options have to be shuffled."""

    fields: dict[str, Any]
    settings: dict[str, Any]
    missing: list[str]
    shuffle: bool = False


def guess(table: Table) -> Guess:
    """What the columns of ``table`` seem to be. Raises :class:`~audiotest.declare.data.tables.TableError`."""
    rows = [row for row in islice(table.rows(), _LOOKED_AT) if not row.fault]
    if not rows:
        raise TableError(f"{table.shown}: it has no row that can be read")
    return _Guessing(table, rows).guess()


class _Guessing:
    def __init__(self, table: Table, rows: Sequence[Row]) -> None:
        self.table, self.rows = table, rows
        self.columns = list(dict.fromkeys(name for row in rows for name in row.values))
        self.fields: dict[str, Any] = {}
        self.settings: dict[str, Any] = {}
        self.used: set[str] = set()
        self.shuffle = False

    def guess(self) -> Guess:
        """Every field, the plainest first, so that no column is taken for two."""
        self._take("id", self._named(_IDS, self._is_id))
        self._take("audio", self._named(_SOUND_NAMES, self._is_sound))
        choices = self._choices()
        if choices is not None:
            self._multiple_choice(choices)
        elif "folder" in self.columns and self.table.format == "folder" and "answer" not in self.columns:
            self._classes()
        else:
            self._open()
        tags = [name for name in self.columns if name not in self.used and self._groups(name)]
        if tags:
            self.fields["tags"] = tags
        wanted = ("audio", "question", "answer" if "choices" in self.fields else "reference")
        missing = [name for name in wanted if name not in self.fields]
        return Guess(self.fields, self.settings, missing, self.shuffle)

    def _take(self, field: str, column: str | None) -> None:
        if column is not None:
            self.fields[field] = column
            self.used.add(column)

    def _values(self, column: str) -> list[Any]:
        return [value for row in self.rows if (value := row.values.get(column)) is not None]

    def _named(self, names: Sequence[str], fits: Callable[[str], bool]) -> str | None:
        """The first column of one of these names, or else of any, that fits."""
        low = {column.lower(): column for column in reversed(self.columns)}
        ordered = [low[name] for name in names if name in low]
        return next((name for name in [*ordered, *self.columns] if name not in self.used and fits(name)), None)

    def _is_id(self, column: str) -> bool:
        values = self._values(column)
        texts = {str(value) for value in values if isinstance(value, str | int)}
        named = column.lower() in _IDS or column.lower().endswith("id")
        return named and len(texts) == len(values) == len(self.rows) and not self._is_sound(column)

    def _is_sound(self, column: str) -> bool:
        def sounds(value: Any) -> bool:
            if isinstance(value, list):
                return bool(value) and all(map(sounds, value))
            if isinstance(value, dict):
                value = value.get("path")
            return isinstance(value, Embedded) or (
                isinstance(value, str) and any(value.lower().endswith(suffix) for suffix in SOUNDS)
            )

        return self._most(sounds(value) for value in self._values(column))

    def _most(self, fits: Any) -> bool:
        return sum(map(bool, fits)) >= _MOST * len(self.rows)

    # -- questions -----------------------------------------------------------------------------------------

    def _choices(self) -> Any:
        """The columns of options as ``choices`` has them, or None."""
        own = self._named(_OPTIONS, lambda name: name.lower() in _OPTIONS and self._holds_options(name))
        if own is not None:
            self.used.add(own)
            return own
        series: dict[str, list[str]] = {}
        for column in self.columns:
            match = _SERIES.match(column)
            if match and column not in self.used and self._is_text(column):
                series.setdefault(match.group(1).lower(), []).append(column)
        longest = max(series.values(), key=len, default=[])
        if len(longest) > 1:
            self.used |= set(longest)
            return longest
        wrong = next(
            (c for c in self.columns if c.lower() in ("distractors", "incorrect_answers", "wrong_answers")), None
        )
        right = next((c for c in self.columns if c.lower() in _ANSWERS and c not in self.used), None)
        if wrong and right:
            self.used.add(wrong)
            return [right, wrong]
        text = self._named(_QUESTIONS, lambda name: self._most(lettered(str(v)) for v in self._values(name)))
        return text or self._named((), lambda name: self._holds_options(name))

    def _holds_options(self, column: str) -> bool:
        values = self._values(column)
        return self._most(
            not isinstance(value, Embedded) and len(options_of(value) or ()) > 1 for value in values
        ) and not self._is_sound(column)

    def _is_text(self, column: str) -> bool:
        return self._most(isinstance(value, str | int | float) for value in self._values(column))

    def _multiple_choice(self, choices: Any) -> None:
        self.fields["choices"] = choices
        fields = Compiler(self.columns).fields({"choices": choices}, None)
        options = []
        for row in self.rows:
            try:
                options.append(fields.options(row))
            except RowFault:
                options.append([])

        def answers(column: str) -> bool:
            cells = ((row.values.get(column), offered) for row, offered in zip(self.rows, options, strict=True))
            whole = [(value, offered) for value, offered in cells if value is not None and offered]
            pairs = [(value, offered) for cell, offered in whole for value in named_in(cell, offered)]
            form, _ = form_of(pairs)
            return form is not None and self._most(answer_in(v, offered, form) is not None for v, offered in pairs)

        own = set(choices) if isinstance(choices, list) else {choices}
        right = choices[0] if isinstance(choices, list) and choices[0] in _ANSWERS else None
        self.shuffle = right is not None
        self._take("answer", right or self._named(_ANSWERS, lambda name: name not in own and answers(name)))
        if isinstance(choices, str) and choices.lower() in _QUESTIONS:
            self.fields["question"] = "{{ " + _reference(choices) + " | before_options }}"
            self.used.add(choices)
        else:
            self._take("question", self._question())
            self.fields.setdefault("question", {"text": "What is heard?"})

    def _question(self) -> str | None:
        def asks(column: str) -> bool:
            return self._most(isinstance(v, str) and len(v.split()) > 2 for v in self._values(column))

        return self._named(_QUESTIONS, lambda name: name.lower() in _QUESTIONS and self._is_text(name)) or self._named(
            (), asks
        )

    def _open(self) -> None:
        texts = self._named(_TRANSLATIONS, lambda name: name.lower() in _TRANSLATIONS)
        if texts is not None:
            self.fields["question"] = {"text": TRANSLATE}
            self._take("reference", texts)
            self.settings = {"prompt": "question", "scorers": ["bleu"]}
            self.fields["task"] = "translation"
            return
        self._take("question", self._named(_QUESTIONS, lambda name: name.lower() in _QUESTIONS and self._is_text(name)))
        if "question" in self.fields:
            answer = self._named(_ANSWERS, lambda name: name.lower() in _ANSWERS and self._is_text(name))
            self._take("reference", answer)
            self.settings = {"prompt": "question", "scorers": ["exact"]}
            return
        texts = self._named(_TRANSCRIPTS, lambda name: name.lower() in _TRANSCRIPTS and self._is_text(name))
        if texts is not None:
            self._take("reference", texts)
            self.settings = {"prompt": "question", "scorers": ["wer"]}
            self.fields["task"] = TRANSCRIPTION
            return
        self.fields["question"] = {"text": "What is heard?"}

    def _classes(self) -> None:
        """A folder with a folder for each class of sound."""
        classes = sorted({str(value) for value in self._values("folder")})
        if 2 <= len(classes) <= 26:
            self.fields["question"] = {"text": "What is heard?"}
            self.fields["choices"] = [{"text": name} for name in classes]
            self._take("answer", "folder")

    def _groups(self, column: str) -> bool:
        """Whether a column's values group its rows: few, short, and not one for each row."""
        values = [value for value in self._values(column) if isinstance(value, str | bool)]
        distinct = {str(value) for value in values}
        return (
            len(values) >= _MOST * len(self.rows)
            and 1 < len(distinct) <= max(12, len(self.rows) // 5)
            and len(distinct) < len(values)
            and max(map(len, distinct)) <= 60
        )


def _reference(column: str) -> str:
    return column if column.isidentifier() else f"row[{column!r}]"


def suite_from(
    source: str, name: str, folder: Path, split: str = "", config: str = ""
) -> tuple[str, Path, str, list[str]]:
    """(name, folder, text, notes) of a suite in ``folder`` whose cases are the rows of ``source``, which is a path from
    the working directory or a data set on the hub. Raises :class:`~audiotest.declare.data.tables.TableError`."""
    is_hub = source.startswith("hf://")
    written = source if is_hub else os.path.relpath(source, folder)
    data: dict[str, Any] = {"source": written}
    data |= {key: value for key, value in (("config", config), ("split", split)) if value}
    sources = find(data, folder)
    if is_hub and not sources.pinned and sources.revision:
        data["source"] = re.sub(
            r"(hf://(?:datasets/)?[^/]+/[^/@]+)(@[^/]*)?", rf"\1@{sources.revision}", source, count=1
        )
    table = sources.tables[0]
    guessed = guess(table)
    if guessed.shuffle:
        data["shuffle_choices"] = True
    data["fields"] = guessed.fields
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", Path(written.partition("@")[0]).name.partition(".")[0]).strip("-.")
    loaded = load(data, folder)
    absent = _absent_sound(loaded.cases, folder)
    if absent:
        guessed.settings["require_audio"] = False
    lines = [f"suite: {name or stem or 'table'}", *_yaml(guessed.settings)]
    if any(field == "audio" for field in guessed.missing):
        lines.append("# no column of sounds was recognised")
    lines += ["data:", *("  " + line for line in _yaml(data))]
    notes = [f"  guessed: {field}: {_flow(value)}" for field, value in guessed.fields.items()]
    notes += [f"  not recognised: {field}; see `fields` in the file" for field in guessed.missing]
    if loaded.invalid:
        rows = counted(len(loaded.invalid), "row")
        notes.append(f"  {rows} cannot be used as written; `audiotest validate` says why")
    if absent:
        notes.append(f"  there is no file {absent}, so `require_audio: false` is set; see `audio_root`")
    return name or stem or "table", folder, "\n".join(lines) + "\n", notes


def _absent_sound(cases: Iterable[Case], folder: Path) -> str:
    """The first sound file that is not there; "" where all are."""
    for case in cases:
        for clip in case.clips:
            if clip.file is not None and not (folder / clip.file).is_file():
                return str(folder / clip.file)
    return ""


def _yaml(data: Mapping[str, Any]) -> list[str]:
    lines = []
    for key, value in data.items():
        if isinstance(value, dict) and key == "fields":
            lines += [f"{key}:", *("  " + line for line in _yaml(value))]
        else:
            lines.append(f"{key}: {_flow(value)}")
    return lines


def _flow(value: Any) -> str:
    from audiotest.declare.dump import flow

    return flow(value)
