"""What every importer shares: reading releases row by row, and grouping what is built from them.

An importer is a module of this package with ``import_release(source, target, audio) -> list[str]``: it reads
the release at ``source``, writes ``suite.yaml`` and ``cases/*.yaml`` into ``target``, and returns lines for people.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from audiotest.errors import AudiotestError


class ImportFailed(AudiotestError):
    """A release that cannot be imported; says what is wrong with it, and where."""


def read_jsonl(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line number, object) of every line. Raises :class:`ImportFailed`."""
    rows = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFailed(f"cannot read {path}: {error}") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                rows.append((number, json.loads(line)))
            except (ValueError, RecursionError) as error:
                raise ImportFailed(f"{path}:{number}: not a line of JSON ({error})") from None
    return rows


def read_rows(source: Path) -> list[tuple[str, dict[str, Any]]]:
    """(place, object) of every row of a JSON array, JSON lines, CSV or Parquet. Raises :class:`ImportFailed`."""
    if source.suffix in (".csv", ".parquet"):
        return read_csv(source) if source.suffix == ".csv" else read_parquet(source)
    if source.suffix != ".json":
        return [(f"{source}:{number}", row) for number, row in read_jsonl(source)]
    try:
        rows = json.loads(source.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImportFailed(f"cannot read {source}: {error}") from None
    if not isinstance(rows, list):
        raise ImportFailed(f"{source}: expected an array of objects; is this the released file?")
    return [(f"{source}[{i}]", row) for i, row in enumerate(rows)]


def read_csv(source: Path) -> list[tuple[str, dict[str, Any]]]:
    """(place, row) of every row of a CSV in UTF-8 with a header. Raises :class:`ImportFailed`."""
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return [(f"{source}:{reader.line_num}", dict(row)) for row in reader]
    except UnicodeDecodeError as error:
        raise ImportFailed(f"{source} is not UTF-8 text (byte {error.start}); the released file is") from None
    except (OSError, csv.Error) as error:
        raise ImportFailed(f"cannot read {source}: {error}") from None


def read_parquet(source: Path) -> list[tuple[str, dict[str, Any]]]:
    """(place, row) of every row. Raises :class:`ImportFailed` for a file that is cut short or is none."""
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(source)
    except (pyarrow.ArrowException, OSError) as error:
        raise ImportFailed(f"cannot read {source} as parquet ({error}); is it whole?") from None
    return [(f"{source}[{i}]", row) for i, row in enumerate(table.to_pylist())]


def released_file(source: Path, *names: str) -> Path:
    """``source``, or the first of ``names`` in it if it is a folder. Raises :class:`ImportFailed`."""
    if not source.is_dir():
        return source
    files = [source / name for name in names if (source / name).is_file()]
    if not files:
        raise ImportFailed(f"there is no {' or '.join(names)} in {source}")
    return files[0]


def release_of(source: Path, **more: Any) -> dict[str, Any]:
    """What heads the case files: the name and SHA-256 of the file that was read, and ``more``."""
    if not source.is_file():
        return {"folder": source.name, **more}
    with source.open("rb") as file:
        return {"file": source.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest(), **more}


def grouped(
    rows: Iterable[tuple[str, dict[str, Any]]],
    group: Callable[[dict[str, Any]], str],
    case: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, list[dict[str, Any]]]:
    """Cases built from ``rows``, by group; raises :class:`ImportFailed` for an id that is duplicated, and, with the
    place of the row, for what ``case`` refuses."""
    groups: dict[str, list[dict[str, Any]]] = {}
    seen: dict[str, str] = {}
    for place, row in rows:
        try:
            new_case = case(row)
        except ImportFailed as error:
            raise ImportFailed(f"{place}: {error}") from None
        if not isinstance(new_case["id"], str | int):
            raise ImportFailed(f"{place}: the id is {str(new_case['id'])[:60]!r}; text or a number was expected")
        id_ = str(new_case["id"])
        if id_ in seen:
            raise ImportFailed(f"{place}: the id {id_!r} is duplicated: the row at {seen[id_]} has it")
        seen[id_] = place
        groups.setdefault(group(row), []).append(new_case)
    return groups


def rest(row: Mapping[str, Any], used: Container[str]) -> dict[str, Any]:
    """What else a row knows: all keys but ``used`` that have a value."""
    return {key: value for key, value in row.items() if key not in used and value is not None}


def audio_folder(audio: Path | None, name: str) -> Path | None:
    """The folder of sound files: ``audio`` itself, or the folder ``name`` within it."""
    inner = audio / name if audio is not None else None
    return inner if inner is not None and inner.is_dir() else audio


def need(row: Mapping[str, Any], keys: Iterable[str], place: str) -> None:
    """Raise :class:`ImportFailed` if a row lacks one of ``keys``."""
    if not isinstance(row, dict):
        raise ImportFailed(f"{place}: expected an object, found {str(row)[:60]!r}")
    missing = [key for key in keys if key not in row]
    if missing:
        raise ImportFailed(f"{place}: missing {', '.join(f'`{k}`' for k in missing)}; is this the released file?")
