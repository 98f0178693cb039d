"""Benchmarks that are a mapping alone: ``suites/NAME/suite.yaml`` names the table (``data:``) and which column is what.

Without ``--into`` an import fetches the table from the hub into the hub's own cache, where the suite that is shipped
finds it. With it, the suite is written to a folder: with the table's commit pinned, or reading a local copy of the
table through a link, ``data``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from audiotest.benchmarks.importing import ImportFailed
from audiotest.benchmarks.writing import link_audio
from audiotest.counting import counted
from audiotest.declare.audio_roots import allowing
from audiotest.declare.data import sources
from audiotest.declare.data.tables import TableError
from audiotest.declare.editor import with_schemas
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load, read_document
from audiotest.declare.yaml import parse
from audiotest.resources import folder

_SOURCE = re.compile(r"^(  source:[ \t]*)(\S.*)$", re.MULTILINE)


def mapping(name: str) -> dict[str, Any] | None:
    """``data`` of the suite ``name`` that is shipped; None where there is none."""
    path = folder("suites") / name / "suite.yaml"
    if not path.is_file():
        return None
    document, _ = read_document("suite", str(path), path.read_bytes())
    data = document.data.get("data") if isinstance(document.data, dict) else None
    return data if isinstance(data, dict) else None


def names() -> list[str]:
    """The suites that are shipped as mappings."""
    return [path.name for path in sorted(folder("suites").iterdir()) if mapping(path.name) is not None]


def fetch(name: str, target: Path | None = None, audio: Path | None = None, revision: str | None = None) -> list[str]:
    """Fetch the tables of the suite ``name``, and write it into ``target`` with their commit. Raises
    :class:`ImportFailed`."""
    data = dict(mapping(name) or {})
    written = str(data.get("source"))
    if not written.startswith("hf://"):
        raise ImportFailed(f"{name} has no release on the hub that audiotest knows; import a local copy")
    if revision:
        match = re.fullmatch(r"(hf://[\w.-]+/[\w.-]+)(?:@[^/]+)?(/.+)?", written)
        assert match is not None
        data["source"] = written = f"{match[1]}@{revision}{match[2] or ''}"
    try:
        tables = sources.find(data, folder("suites") / name)
    except TableError as error:
        raise ImportFailed(str(error)) from None
    count = f"{len(tables.tables)} table{'s' if len(tables.tables) != 1 else ''}"
    lines = [f"{name}: {count} of {written} at commit {tables.revision}, in the cache of the hub"]
    if target is None:
        return lines
    pinned = re.sub(r"^(hf://[\w.-]+/[\w.-]+)(@[^/]+)?", rf"\g<1>@{tables.revision}", written)
    return lines + _written(name, target, pinned, audio)


def from_files(name: str, source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``name`` into ``target``, to read the table, or the folder of tables, at ``source``. Raises
    :class:`ImportFailed`."""
    shipped = (mapping(name) or {}).get("source")
    first = shipped[0] if isinstance(shipped, list) else str(shipped)
    target.mkdir(parents=True, exist_ok=True)
    if source.is_file() and target.resolve().is_relative_to(source.parent.resolve()):
        # A link to the folder would lead to the suite again. What lies beside the table is given by --audio.
        (target / "data").mkdir(exist_ok=True)
        link_audio(source, target / "data" / source.name)
    else:
        link_audio(source if source.is_dir() else source.parent, target / "data")
    as_folder = None if first.startswith("data/") else "data"
    table = f"data/{source.name}" if source.is_file() else as_folder
    with allowing([source if source.is_dir() else source.parent]):
        return _written(name, target, table, audio)


def _written(name: str, target: Path, source: str | None, audio: Path | None) -> list[str]:
    """Write the suite, with another ``source`` where one is given. In a suite of this name that is there already
    nothing else is changed."""
    path = target / "suite.yaml"
    text = with_schemas((folder("suites") / name / "suite.yaml").read_text(encoding="utf-8"), target)
    if path.is_file():
        text = path.read_text(encoding="utf-8")
        there = parse(text.encode(), str(path)).data
        if not isinstance(there, dict) or there.get("suite") != name:
            raise ImportFailed(f"{path} is another suite; import {name} into a folder of its own")
    if source is not None:
        text, count = _SOURCE.subn(lambda match: f'{match[1]}"{source}"', text, count=1)
        if not count:
            raise ImportFailed(f"{path} has no `source:` in a line of its own under `data:`; write {source} there")
    target.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if audio is not None:
        link_audio(audio, target / "audio")
    try:
        with allowing([audio] if audio is not None else []):
            suite = load(path)
    except SuiteError as error:
        raise ImportFailed(f"{path} does not load:\n{error}") from None
    if not suite.cases and not suite.invalid:
        raise ImportFailed(f"{path} has no cases: there is no table of {name} in what was given")
    lines = [f"{suite.name}: {counted(len(suite.cases), 'case')} in {path}"]
    if suite.invalid:
        lines.append(f"{counted(len(suite.invalid), 'row')} cannot be used; `audiotest validate {path}` lists them")
    return lines
