"""What every importer shares: reading releases, writing case files, and saying what was done.

An importer is a module of this package with ``import_release(source, target, audio) -> list[str]``: it reads
the release at ``source``, writes ``suite.yaml`` and ``cases/*.yaml`` into ``target``, and returns lines for people.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import Suite, load
from audiotest.resources import folder

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*[A-Za-z0-9)]")
# What JSON leaves as it is and YAML does not: controls it refuses, and signs at which it breaks lines even in quotes.
_UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_RESERVED = {"null", "true", "false"}


class ImportFailed(Exception):
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
            except ValueError as error:
                raise ImportFailed(f"{path}:{number}: not a line of JSON ({error})") from None
    return rows


def read_rows(source: Path, *names: str) -> list[tuple[str, dict[str, Any]]]:
    """(place, object) of every row of a JSON array or of JSON lines; a folder stands for the first of ``names`` in it.

    Raises :class:`ImportFailed`.
    """
    source = released_file(source, *names)
    if source.suffix != ".json":
        return [(f"{source}:{number}", row) for number, row in read_jsonl(source)]
    try:
        rows = json.loads(source.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ImportFailed(f"cannot read {source}: {error}") from None
    if not isinstance(rows, list):
        raise ImportFailed(f"{source}: expected an array of objects; is this the released file?")
    return [(f"{source}[{i}]", row) for i, row in enumerate(rows)]


def released_file(source: Path, *names: str) -> Path:
    """``source``, or the first of ``names`` in it if it is a folder. Raises :class:`ImportFailed`."""
    if not source.is_dir():
        return source
    found = [source / name for name in names if (source / name).is_file()]
    if not found:
        raise ImportFailed(f"there is no {' or '.join(names)} in {source}")
    return found[0]


def grouped(
    rows: Iterable[tuple[str, dict[str, Any]]],
    group: Callable[[dict[str, Any]], str],
    case: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, list[dict[str, Any]]]:
    """Cases made of ``rows``, by group; raises :class:`ImportFailed` for an id that stands there twice."""
    groups: dict[str, list[dict[str, Any]]] = {}
    seen: dict[str, str] = {}
    for place, row in rows:
        made = case(row)
        if made["id"] in seen:
            raise ImportFailed(f"{place}: the id {made['id']!r} stands at {seen[made['id']]} as well")
        seen[made["id"]] = place
        groups.setdefault(group(row), []).append(made)
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


def write_suite(
    benchmark: str, target: Path, groups: Mapping[str, list[dict[str, Any]]], audio: Path | None, link: str = "audio"
) -> Suite:
    """Write the benchmark's suite with ``groups`` of cases (one file each, by name) into ``target``.

    The suite file is the one that audiotest ships. ``audio`` is linked to as ``target/LINK``, so that the suite
    stays whole where it is. Raises :class:`ImportFailed` if what was written does not load.
    """
    target.mkdir(parents=True, exist_ok=True)
    suite = target / "suite.yaml"
    shipped = folder("suites") / benchmark / "suite.yaml"
    if not suite.exists():
        shutil.copyfile(shipped, suite)
    cases = target / "cases"
    if cases.is_dir():
        shutil.rmtree(cases)
    cases.mkdir()
    for name, rows in groups.items():
        (cases / f"{slug(name)}.yaml").write_text(cases_text(rows), encoding="utf-8")
    if audio is not None:
        link_audio(audio, target / link)
    try:
        loaded = load(suite)
    except SuiteError as error:
        raise ImportFailed(f"what was written does not load:\n{error}") from None
    if loaded.invalid:
        raise ImportFailed("some cases do not load:\n" + "\n".join(map(str, loaded.problems())))
    return loaded


def link_audio(audio: Path, link: Path) -> None:
    """Make ``link`` point to the folder ``audio``; an older link is replaced, a real folder is not."""
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        if link.resolve() == audio.resolve():
            return
        raise ImportFailed(f"{link} is there already and is no link; move it away, or import without --audio")
    link.symlink_to(os.path.relpath(audio.resolve(), link.parent.resolve()), target_is_directory=True)


def slug(name: str) -> str:
    """A file name for a group: lower case, with dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "cases"


def cases_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """A file of cases as a person would write it: block style, short lists in a line, all text quoted
    where YAML could read it as something else. (ruamel.yaml's own writer takes 40 times as long.)"""
    lines = ["cases:"]
    for row in rows:
        mark = "- "
        for key, value in row.items():
            lines += _entry(key, value, mark)
            mark = "  "
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Any, mark: str, indent: str = "  ") -> list[str]:
    head, inner = f"{indent}{mark}{_flow(key)}:", f"{indent}    "
    if isinstance(value, list) and any(isinstance(item, dict) and item for item in value):
        lines = [head]
        for item in value:
            lines += _block(item, inner) if isinstance(item, dict) and item else [f"{inner}- {_flow(item)}"]
        return lines
    if isinstance(value, list) and sum(len(str(item)) for item in value) > 80:
        return [head, *(f"{inner}- {_flow(item)}" for item in value)]
    if isinstance(value, dict) and value and len(_flow(value)) > 90:
        return [head, *(line for k, v in value.items() for line in _entry(k, v, "", inner))]
    return [f"{head} {_flow(value)}"]


def _block(item: dict[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in item.items():
        lines += _entry(key, value, "  " if lines else "- ", indent)
    return lines


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
            return value
        return _UNFIT.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False))
    return json.dumps(value, ensure_ascii=False)
