"""Tables as rows: Parquet, CSV, TSV, JSON, JSON lines, folders of sounds, and files of text that are a row each.

Rows are read one after the other and in bounded memory (a JSON file is read whole). Sounds that stand within a Parquet
file are not read with its rows: in their place stands an :class:`~audiotest.types.Embedded`, which says where they are.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from audiotest.errors import AudiotestError
from audiotest.types import Embedded

SOUNDS = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".aiff", ".aif", ".webm", ".mp4", ".wma", ".sph"}
FOLDER_TABLES = ("metadata.csv", "metadata.jsonl")
"""What the rows of a folder are read from, where one of them is there."""
TEXTS = (".txt", ".bpm", ".key", ".lab")
"""Annotations with a file for each clip, whose text is one row."""
_LONGEST_FIELD = 100_000_000
_LONGEST_TEXT = 1 << 20
_BATCH = 1024


class TableError(AudiotestError):
    """A table that cannot be read at all; says why and what to do."""


class NotHere(TableError):
    """A table that is not on this machine; it may be elsewhere."""


class Row(Struct):
    """A row with its number, which counts from 1: the line of a text file, the row of a Parquet file, the item of a
    JSON list. ``fault`` says why it could not be read."""

    number: int
    values: dict[str, Any]
    fault: str = ""


class Table(Struct, frozen=True):
    """A file or folder of rows. ``shown`` is how messages name it."""

    path: Path
    shown: str

    @property
    def format(self) -> str:
        """Its name without ``.gz``, from the last dot on; ``folder`` for a folder."""
        return "folder" if self.path.is_dir() else Path(self.path.name.removesuffix(".gz")).suffix.lower()

    def rows(self, wanted: Collection[str] | None = None) -> Iterator[Row]:
        """Every row, in order; of a Parquet file with the columns ``wanted`` alone, where they are given. Raises
        :class:`TableError`."""
        reader = _READERS.get(self.format)
        if reader is None:
            raise TableError(f"{self.shown}: `{self.format}` is no kind of table: {', '.join(_READERS)}")
        try:
            yield from _parquet(self.path, wanted) if reader is _parquet else reader(self.path)
        except TableError as error:
            raise type(error)(f"{self.shown}: {error}") from None
        except UnicodeDecodeError as error:
            raise TableError(f"{self.shown}: no UTF-8 text (byte {error.start}); save it as UTF-8") from None
        except (OSError, csv.Error, EOFError) as error:
            raise TableError(f"{self.shown}: cannot be read: {error}") from None

    def columns(self) -> list[str]:
        """The names of its columns: of a JSON file or of JSON lines those of the first hundred rows."""
        if self.format == ".parquet":
            return list(parquet(self.path).schema_arrow.names)
        names: dict[str, None] = {}
        for _, row in zip(range(100), self.rows(), strict=False):
            names |= dict.fromkeys(row.values)
        return list(names)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if path.suffix == ".gz":
        with gzip.open(path) as packed:
            yield io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file


def _separated(path: Path) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    with _opened(path) as file:
        first = file.readline()
        file.seek(0)
        tabs = ".tsv" in path.suffixes
        separator = "\t" if tabs else max(",;\t|", key=first.count)
        reader = csv.reader(file, delimiter=separator, strict=True)
        header = next(reader, [])
        if not any(header):
            raise TableError("it is empty; its first line should name the columns")
        if len(set(header)) < len(header):
            twice = next(name for name in header if header.count(name) > 1)
            raise TableError(f"the column `{twice}` stands twice in its first line")
        start = reader.line_num + 1
        try:
            for values in reader:
                if values:
                    fault = "" if len(values) == len(header) else f"{len(values)} fields, and {len(header)} columns"
                    yield Row(start, dict(zip(header, values, strict=False)), fault)
                start = reader.line_num + 1
        except csv.Error as error:
            message = f"cannot be read from line {start} on ({error}): is there a quotation mark that is never closed?"
            raise TableError(message) from None


def _json_lines(path: Path) -> Iterator[Row]:
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _json_row(number, line)


def _json_row(number: int, line: str) -> Row:
    try:
        values = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        return Row(number, {}, f"not a line of JSON: {error}")
    if not isinstance(values, dict):
        return Row(number, {}, f"an object was expected, with a value for each column, not {str(values)[:60]!r}")
    return Row(number, values)


def _json(path: Path) -> Iterator[Row]:
    with _opened(path) as file:
        text = file.read()
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise TableError(f"no JSON: {error}") from None
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        if len(lists) == 1 and all(isinstance(item, dict) for item in lists[0]):
            data = lists[0]
        elif data and all(isinstance(value, dict) for value in data.values()):
            data = [{"key": key, **value} for key, value in data.items()]
    if not isinstance(data, list):
        raise TableError("a list of objects was expected, an object of objects, or an object with one such list")
    for number, values in enumerate(data, 1):
        fault = "" if isinstance(values, dict) else f"an object was expected, not {str(values)[:60]!r}"
        yield Row(number, values if not fault else {}, fault)


def _folder(path: Path) -> Iterator[Row]:
    """The sounds below a folder; where it has a ``metadata.csv`` or ``metadata.jsonl`` with a column ``file_name``, as
    data sets on the Hugging Face hub do, the rows of that."""
    for name, reader in zip(FOLDER_TABLES, (_separated, _json_lines), strict=True):
        if (path / name).is_file():
            yield from reader(path / name)
            return
    sounds = (file for file in sorted(path.rglob("*")) if file.suffix.lower() in SOUNDS and file.is_file())
    number = 0
    for number, file in enumerate(sounds, 1):
        inner = file.relative_to(path)
        yield Row(number, {"file": inner.as_posix(), "name": file.stem, "folder": inner.parent.as_posix()})
    if not number:
        raise TableError("there is no sound in this folder")


def _text(path: Path) -> Iterator[Row]:
    """The text of a file as one row, without blanks around it, and where the file is: its name, the same without what
    follows the last dot, and the name of its folder."""
    where = {"file": path.name, "name": path.stem, "folder": path.parent.name}
    with path.open("rb") as file:
        content = file.read(_LONGEST_TEXT + 1)
    try:
        text, fault = content.decode("utf-8-sig").strip(), ""
    except UnicodeDecodeError as error:
        text, fault = "", f"no UTF-8 text (byte {error.start}); save it as UTF-8"
    if len(content) > _LONGEST_TEXT:
        text, fault = "", "it is longer than 1 MiB: a file of text is read as one row, an annotation of one clip"
    yield Row(1, {**where, "text": text}, fault)


def parquet(path: Path) -> Any:
    """The file, opened with ``pyarrow``. Raises :class:`TableError`."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise TableError("Parquet needs pyarrow: pip install 'audiotest[parquet]'") from None
    try:
        return pyarrow.parquet.ParquetFile(path, memory_map=True)
    except (OSError, pyarrow.ArrowException) as error:
        raise TableError(f"{path.name} is no Parquet file, or damaged: {error}") from None


def _parquet(path: Path, wanted: Collection[str] | None = None) -> Iterator[Row]:
    import pyarrow

    file = parquet(path)
    sounds = sound_columns(file)
    names = set(file.schema_arrow.names) if wanted is None else set(wanted)
    every = [str(file.schema.column(i).path) for i in range(len(file.schema))]
    leaves = [leaf for leaf in every if leaf.split(".")[0] in names]
    sounds = {column: leaf for column, leaf in sounds.items() if column in names}
    start = 0
    try:
        for group in range(file.num_row_groups):
            unread = {column: leaf for column, leaf in sounds.items() if _all_there(file, group, leaf)}
            read = [leaf for leaf in leaves if leaf not in unread.values()]
            for batch in file.iter_batches(_BATCH, row_groups=[group], columns=read):
                count = batch.num_rows
                for offset, values in enumerate(batch.to_pylist()):
                    row = start + offset
                    for column in sounds:
                        values[column] = _sound(path, column, row, values.get(column), column in unread)
                    yield Row(row + 1, values)
                start += count
    except pyarrow.ArrowException as error:
        raise TableError(f"damaged: {error}") from None


def sound_columns(file: Any) -> dict[str, str]:
    """Which columns hold sounds, and the path of the part that holds their bytes: binary columns, structs with
    ``bytes``, and lists of either."""
    columns = {}
    leaves = [file.schema.column(i).path for i in range(len(file.schema))]
    for column in file.schema_arrow:
        kind = column.type
        kind = kind.value_type if str(kind).startswith(("list", "large_list", "fixed_size_list")) else kind
        is_struct = str(kind).startswith("struct") and kind.get_field_index("bytes") >= 0
        if is_struct or str(kind) in ("binary", "large_binary"):
            own = [leaf for leaf in leaves if leaf == column.name or leaf.startswith(f"{column.name}.")]
            columns[column.name] = next(leaf for leaf in own if not is_struct or leaf.endswith("bytes"))
    return columns


def _all_there(file: Any, group: int, leaf: str) -> bool:
    """Whether no sound of a group of rows is missing, by the file's own statistics: then they need not be read."""
    about = file.metadata.row_group(group)
    for i in range(about.num_columns):
        column = about.column(i)
        if column.path_in_schema == leaf and not leaf.count(".list."):
            known = column.statistics
            return known is not None and known.has_null_count and known.null_count == 0
    return False


def _sound(path: Path, column: str, row: int, value: Any, unread: bool) -> Any:
    """What stands for a sound in a row: where it is, the name of its file, or None."""
    if isinstance(value, list):
        return [_one_sound(path, column, row, part, i) for i, part in enumerate(value)]
    if unread:
        return Embedded(str(path), column, row, str((value or {}).get("path") or ""))
    return _one_sound(path, column, row, value, 0)


def _one_sound(path: Path, column: str, row: int, value: Any, place: int) -> Any:
    if isinstance(value, dict):
        name = value.get("path")
        there = value.get("bytes") is not None
        return Embedded(str(path), column, row, str(name or ""), place) if there else name
    return Embedded(str(path), column, row, "", place) if value is not None else None


_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".parquet": _parquet,
    ".csv": _separated,
    ".tsv": _separated,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    "folder": _folder,
    **dict.fromkeys(TEXTS, _text),
}
