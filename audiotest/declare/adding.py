"""Adding a case to a suite's file: ruamel.yaml writes it and finds the place; the rest of the file stays as it is."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audiotest.declare.document import read_document
from audiotest.declare.problems import SuiteError
from audiotest.declare.source_edit import EditError, Source, as_flow, read_text, write_text
from audiotest.declare.suite import case_files

_SKELETON: dict[str, Any] = {
    "audio": {"synth": {"tone": {"hz": 440, "seconds": 1.0}}},
    "question": "What is heard?",
    "choices": ["a steady tone", "rain", "a dog barking", "silence"],
    "answer": "a steady tone",
}


def add_case(suite: Path, fields: Mapping[str, Any]) -> tuple[Path, str]:
    """Append a case to the suite file ``suite``, or to the last of its files of cases if it has some.

    ``fields`` are those that are given; what is missing of a case that runs is filled in. Returns (file, id).
    Raises :class:`EditError` for an id that is taken or a file that cannot be changed in place,
    :class:`~audiotest.declare.problems.SuiteError` for one that is no suite.
    """
    files = case_files(suite)
    path, kind = (files[-1], "cases") if files else (suite, "suite")
    text = read_text(path)
    taken = _ids([suite, *files])
    case = _case(fields, taken)
    if case["id"] in taken:
        raise EditError(f"the id {case['id']!r} is taken in {suite}; choose another")
    added = _with_case(text, case)
    before, after = (read_document(kind, str(path), t.encode()) for t in (text, added))
    if len(after[1]) > len(before[1]):
        raise SuiteError(after[1])
    write_text(path, added)
    return path, str(case["id"])


def _case(fields: Mapping[str, Any], taken: set[str]) -> dict[str, Any]:
    name = fields.get("id") or next(n for n in (f"case-{k}" for k in range(len(taken) + 1, 10**9)) if n not in taken)
    rest = {key: value for key, value in fields.items() if key != "id" and value}
    if not rest.keys() & {"choices", "answer", "reference", "expect"}:
        rest = {**_SKELETON, **rest}
    order = ["audio", "question", "choices", "answer"]
    rest.setdefault("question", _SKELETON["question"])
    return {"id": name, **{k: rest[k] for k in order if k in rest}, **{k: v for k, v in rest.items() if k not in order}}


def _ids(files: list[Path]) -> set[str]:
    taken: set[str] = set()
    for path in files:
        document, problems = read_document("suite", str(path), path.read_bytes())
        if not isinstance(document.data, dict):
            raise SuiteError(problems)
        rows = document.data.get("cases") or []
        taken |= {str(row["id"]) for row in rows if isinstance(row, dict) and row.get("id") is not None}
    return taken


def _with_case(text: str, case: Mapping[str, Any]) -> str:
    source = Source(text)
    node, line_break = source.value(("cases",)), source.line_break
    rows = node.value if node is not None and node.id == "sequence" else []
    if rows and node.flow_style:
        source.insert(_end(rows[-1]), f", {as_flow(dict(case))}")
        return source.edited()
    block = line_break.join(_lines(case, node.start_mark.column if rows else 2))
    if rows:
        source.insert(_line_end(text, _end(rows[-1])), line_break + block)
    elif node is not None:
        colon = text.index(":", source.key(("cases",)).end_mark.index) + 1
        end = _line_end(text, colon)
        comment = text[colon:end].replace("[]", "", 1).strip()
        return text[:colon] + (f"   {comment}" if comment else "") + line_break + block + text[end:]
    else:
        between = "" if not text or text.endswith("\n") else line_break
        source.insert(len(text), f"{between}cases:{line_break}{block}{line_break}")
    return source.edited()


def _end(node: Any) -> int:
    """Where the text of a node ends: of a mapping or a list in block style, where its last value does."""
    while isinstance(node.value, list) and node.value and not node.flow_style:
        node = node.value[-1][1] if node.id == "mapping" else node.value[-1]
    return int(node.end_mark.index)


def _line_end(text: str, index: int) -> int:
    """The end of the line of the last character before ``index`` that is no white space."""
    last = len(text[:index].rstrip())
    end = text.find("\n", last)
    end = len(text) if end < 0 else end
    return end - 1 if text[:end].endswith("\r") else end


def _lines(case: Mapping[str, Any], indent: int) -> list[str]:
    """A case in block style, its lists and mappings in a line each, as ruamel.yaml writes it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    writer = YAML()
    writer.width = 10_000
    writer.allow_unicode = True
    rows: Any = CommentedMap()
    for key, value in case.items():
        rows[key] = _flow(value, CommentedMap, CommentedSeq)
    out = io.StringIO()
    writer.dump(rows, out)
    head, *others = out.getvalue().splitlines()
    return [" " * indent + "- " + head, *(" " * (indent + 2) + line for line in others)]


def _flow(value: Any, mapping: Any, sequence: Any) -> Any:
    from ruamel.yaml.scalarstring import SingleQuotedScalarString

    if isinstance(value, dict):
        node = mapping((k, _flow(v, mapping, sequence)) for k, v in value.items())
    elif isinstance(value, list | tuple):
        node = sequence(_flow(v, mapping, sequence) for v in value)
    elif isinstance(value, str) and value.startswith("?"):  # ruamel.yaml leaves it plain, libyaml reads a key
        return SingleQuotedScalarString(value)
    else:
        return value
    node.fa.set_flow_style()
    return node
