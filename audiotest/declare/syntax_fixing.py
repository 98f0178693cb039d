"""Files that are no YAML for a tab or for missing quotes, rewritten as what their author meant.

libyaml stops at the first mistake; so one is fixed after the other, as long as the next one is further down.
"""

from __future__ import annotations

import json
import re

from audiotest.declare.yaml import parse
from audiotest.declare.yaml_errors import FLOW_ENTRY, unquoted_colon

_WIDTHS = (2, 4, 8)
_MOST = 1_000
_INDENT = re.compile(r"[ \t]*(?:-[ \t]+)*")
_RESERVED = re.compile(r"(?P<before>(?:^|[\s\[{,])(?:- |[\w -]+: +)?)(?P<text>[@`%][^#\]},]*?)(?=\s+#|\s*[\]},]|\s*$)")


def fix_syntax(text: str) -> str:
    """``text`` as far as tabs and missing quotes keep it from being read; the same text if that is not the reason."""
    for width in _WIDTHS:
        fixed = _fixed(text, width)
        if _error(fixed) is None:
            return fixed
        if "\t" not in text:
            break
    return text


def _fixed(text: str, width: int) -> str:
    last = (0, 0)
    for _ in range(_MOST):
        error = _error(text)
        if error is None or error[:2] <= last:
            return text
        last = error[:2]
        changed = _mend(text, *error, width)
        if changed is None:
            return text
        text = changed
    return text


def _error(text: str) -> tuple[int, int, str] | None:
    """(line, column, message) of what keeps ``text`` from being read, both from 0; None if nothing does."""
    document = parse(text.encode(), "")
    problem = next((p for p in document.problems if p.message.startswith("not valid YAML")), None)
    return (problem.line - 1, problem.column - 1, problem.message) if problem else None


def _mend(text: str, line: int, column: int, message: str, width: int) -> str | None:
    lines = text.splitlines(keepends=True)
    if line >= len(lines):
        return None
    if "a tab indents this line" in message:
        for i in range(line, len(lines)):
            head = _INDENT.match(lines[i])
            if head is None or "\t" not in head[0]:
                break
            lines[i] = _untabbed(head[0], width) + lines[i][head.end() :]
        return "".join(lines)
    row = lines[line].rstrip("\r\n")
    ending = lines[line][len(row) :]
    quoted = _quoted_colon(row, column) if "a colon and a space" in message else _quoted_reserved(row, column)
    if quoted is None:
        return None
    lines[line] = quoted + ending
    return "".join(lines)


def _untabbed(head: str, width: int) -> str:
    """An indentation without tabs; one that follows a dash is a space."""
    return re.sub(r"-[ \t]+", "- ", re.sub(r"^[ \t]+", lambda m: m[0].replace("\t", " " * width), head))


def _quoted_colon(row: str, column: int) -> str | None:
    entry = unquoted_colon(row)
    if entry is not None:
        return _with_quotes(row, *entry.span("value"))
    for entry in FLOW_ENTRY.finditer(row):
        if entry.start() <= column <= entry.end():
            start, end = entry.span("value")
            return _with_quotes(row, start, start + len(row[start:end].rstrip()))
    return None


def _quoted_reserved(row: str, column: int) -> str | None:
    for match in _RESERVED.finditer(row):
        if match.start("text") == column:
            return _with_quotes(row, *match.span("text"))
    return None


def _with_quotes(row: str, start: int, end: int) -> str:
    return row[:start] + json.dumps(row[start:end], ensure_ascii=False) + row[end:]
