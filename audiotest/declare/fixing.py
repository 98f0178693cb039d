"""``audiotest validate --fix``: what can be fixed by rule, in place.

Only what has one reading is changed: a tab that indents, a text with a colon or a reserved character that lacks its
quotes, a number or ``true`` where text is wanted, ``5.0`` where a whole number is, a case without an id, and a key,
value, scorer, metric or condition that is misspelt and near to exactly one that there is. Changes are kept only if the
file has fewer problems with them. Everything else in the file stays as it is, to the character.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiotest.declare import condition as conditions
from audiotest.declare import schema
from audiotest.declare.document import read_document
from audiotest.declare.problems import Path as KeyPath
from audiotest.declare.source_edit import EditError as FixError
from audiotest.declare.source_edit import Source, read_text, write_text
from audiotest.declare.syntax_fixing import fix_syntax
from audiotest.declare.yaml import Document, parse
from audiotest.registry import METRICS, SCORERS
from audiotest.types import BASELINE

__all__ = ["FixError", "fix_file", "fix_text"]

_NEAR = (0.75, 0.6)
"""How alike a slip and what was meant are, as difflib measures it; the second for short words."""
_PASSES = 5
_PART = re.compile(r"([A-Za-z_]\w*)\s*(?:\(([^()]*)\))?")
_PARAMETER = re.compile(r"([A-Za-z_]\w*)\s*=")


def fix_file(path: Path, kind: str) -> str:
    """Fix the file at ``path`` (``kind``: ``suite`` or ``cases``) in place; returns the diff, "" for no change.

    Raises :class:`FixError` for a file that cannot be changed in place, :class:`OSError` for one that cannot be read.
    """
    before = read_text(path)
    after = fix_text(before, kind)
    if after == before:
        return ""
    write_text(path, after)
    return "".join(difflib.unified_diff(_lines(before), _lines(after), str(path), str(path), "as it was", "fixed"))


def _lines(text: str) -> list[str]:
    return [line if line.endswith("\n") else f"{line}\n" for line in text.splitlines(keepends=True)]


def fix_text(text: str, kind: str) -> str:
    """``text`` with all that can be fixed by rule."""
    mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    text = fix_syntax(text)
    for _ in range(_PASSES):
        document = parse(text.encode(), "", marks=True)
        if document.problems or not isinstance(document.data, dict):
            break
        try:
            fixed = _fixed(text, kind, document)
        except FixError:  # YAML 1.2 of the letter, which ruamel.yaml reads, forbids what libyaml takes
            break
        if fixed == text or _count(fixed, kind) >= _count(text, kind):
            break
        text = fixed
    return mark + text


def _count(text: str, kind: str) -> int:
    """How much is wrong with a file: what its schema refuses, and names that there are not."""
    document, problems = read_document(kind, "", text.encode())
    if not isinstance(document.data, dict):
        return 1_000_000_000
    return len(problems) + sum(1 for _ in _unknown_names(document.data))


def _fixed(text: str, kind: str, document: Document) -> str:
    source = Source(text)
    _fix_values(source, kind, document)
    _fix_names(source, document.data)
    _add_ids(source, document.data)
    return source.edited()


def _near(name: str, known: list[str]) -> str | None:
    """The only one of ``known`` that ``name`` can be a slip of."""
    for cutoff in _NEAR:
        near = difflib.get_close_matches(name, known, n=2, cutoff=cutoff)
        if near:
            return near[0] if len(near) == 1 else None
    return None


def _fix_values(source: Source, kind: str, document: Document) -> None:
    for violation in schema.violations(kind, document):
        path, node = violation.path, source.value(violation.path)
        if violation.of_key:
            siblings = _at(document.data, path[:-1])
            near = _near(str(path[-1]), list(violation.known))
            if near and near not in siblings:
                _rename(source, source.key(path), str(path[-1]), near)
        elif node is None or node.id != "scalar":
            continue
        elif violation.known and (near := _near(node.value, list(violation.known))):
            _rename(source, node, node.value, near)
        elif "; if it is text, put it in quotes" in violation.message and not node.style:
            source.replace(node, f'"{source.written(node)}"')
    for problem in schema.number_problems(document, ""):
        node = source.value(problem.path)
        if node is not None and problem.message.startswith("expected a whole number"):
            source.replace(node, problem.message.rpartition("write ")[2])


def _fix_names(source: Source, data: dict[str, Any]) -> None:
    for path, of_key, wrong, known in _unknown_names(data):
        node = source.key(path) if of_key else source.value(path)
        near = _near(wrong, known)
        if node is not None and near:
            _rename(source, node, wrong, near)


def _rename(source: Source, node: Any, wrong: str, right: str) -> None:
    """Replace the word ``wrong`` in the text of ``node``, within its quotes if it has some."""
    written = source.pending(node)
    renamed, times = re.subn(rf"(?<![\w.]){re.escape(wrong)}(?![\w.])", lambda _: right, written, count=1)
    if times:
        source.replace(node, renamed)


Unknown = tuple[KeyPath, bool, str, list[str]]


def _unknown_names(data: dict[str, Any]) -> Iterator[Unknown]:
    """(path, whether it is in the key there, name, names that there are) of every scorer, option, condition, parameter
    and metric that there is not."""
    yield from _checks(data.get("scorers"), ("scorers",))
    for path, of_key, text in _texts(data.get("conditions"), ("conditions",)):
        yield from ((path, of_key, wrong, known) for wrong, known in _condition(text))
    for i, gate in enumerate(_list(data.get("gates"))):
        if not isinstance(gate, dict):
            continue
        metric, _, scorer = str(gate.get("metric") or "").partition(":")
        path = ("gates", i, "metric")
        if metric and metric not in METRICS.names():
            yield path, False, metric, METRICS.names()
        if scorer and scorer not in (*SCORERS.names(), "expect"):
            yield path, False, scorer, SCORERS.names()
        for key in ("condition", "versus"):
            if isinstance(gate.get(key), str) and (key, gate[key]) != ("versus", BASELINE):
                yield from ((("gates", i, key), False, wrong, known) for wrong, known in _condition(gate[key]))
    for i, case in enumerate(_list(data.get("cases"))):
        if isinstance(case, dict):
            yield from _checks(case.get("expect"), ("cases", i, "expect"))


def _checks(rows: Any, path: KeyPath) -> Iterator[Unknown]:
    for where, of_key, name in _texts(rows, path):
        if name not in SCORERS.names():
            yield where, of_key, name, SCORERS.names()
            continue
        options, taken = _at(rows, where[len(path) :]), SCORERS.get(name).options
        for key in options if isinstance(options, dict) and taken else ():
            if taken and key not in taken:
                yield (*where, str(key)), True, str(key), list(taken)


def _texts(rows: Any, path: KeyPath) -> Iterator[tuple[KeyPath, bool, str]]:
    """The names in a list of ``name`` or ``{name: ...}``, each with its path and whether it is the key there."""
    for i, row in enumerate(_list(rows)):
        if isinstance(row, str):
            yield (*path, i), False, row
        elif isinstance(row, dict) and len(row) == 1:
            yield (*path, i, next(iter(row))), True, str(next(iter(row)))


def _condition(text: str) -> Iterator[tuple[str, list[str]]]:
    for name, inner in _PART.findall(text):
        if name not in conditions.names():
            yield name, conditions.names()
        elif name != conditions.ORIGINAL:
            taken = list(conditions.parameters(name))
            yield from ((key, taken) for key in _PARAMETER.findall(inner) if key not in taken)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _at(data: Any, path: KeyPath) -> Any:
    for part in path:
        data = data[part]
    return data


def _add_ids(source: Source, data: dict[str, Any]) -> None:
    cases = _list(data.get("cases"))
    taken = {str(case["id"]) for case in cases if isinstance(case, dict) and "id" in case}
    for i, case in enumerate(cases):
        node = source.value(("cases", i))
        if not isinstance(case, dict) or not case or _has_id(case) or node is None or node.id != "mapping":
            continue
        name = next(n for n in (f"case-{k}" for k in range(i + 1, i + 2 + len(cases) + len(taken))) if n not in taken)
        taken.add(name)
        if node.flow_style:
            source.insert(node.start_mark.index + 1, f"id: {name}, ")
        else:
            indent = f"{source.line_break}{' ' * node.start_mark.column}"
            source.insert(node.start_mark.index, f"id: {name}{indent}")


def _has_id(case: dict[str, Any]) -> bool:
    """Whether a case has an id, or a key that stands for one."""
    return "id" in case or bool(difflib.get_close_matches("id", map(str, case), n=1, cutoff=0.6))
