"""What libyaml says of a file that it cannot read, as a sentence that says how to fix it.

libyaml names the token at which it gave up; a person typed a tab, a colon within a text, or forgot a bracket. The
line at that place says which.
"""

from __future__ import annotations

import json
import re
from typing import Any

_ENTRY = re.compile(r"(?P<lead>\s*(?:- +)*)(?P<key>[\w -]+): +(?P<value>.*\S)\s*")
FLOW_ENTRY = re.compile(r"(?P<key>\w+): +(?P<value>[^\"'\[\]{},][^\[\]{},]*: [^\[\]{},]*)")
_COMMENT = re.compile(r"\s#.*$")
_RESERVED = {"@": "`@`", "`": "a backtick", "%": "`%`"}


Place = tuple[int, int, str]
"""(line, column, sentence), both counted from 0 in here."""


def syntax_error(error: Any, source: bytes) -> Place:
    """(line, column, sentence) for a ``YAMLError`` that libyaml raised over the bytes ``source``; both from 1."""
    mark = getattr(error, "problem_mark", None)
    parts = [s for s in (getattr(error, "problem", None), getattr(error, "context", None)) if s]
    plain = "; ".join(parts) if parts else str(getattr(error, "reason", None) or error)
    lines = decoded(source).splitlines() or [""]
    if mark is None:
        before = source[: getattr(error, "position", None) or 0]
        if "octet" in plain:
            plain = f"not UTF-8 text (byte {len(before)}: {plain}); save the file as UTF-8"
        return before.count(b"\n") + 1, len(before) - before.rfind(b"\n"), f"not valid YAML: {plain}"
    at = min(mark.line, len(lines) - 1), mark.column
    helpful = (
        _tab(lines, *at)
        or _colon(lines, *at, plain)
        or _reserved(lines, *at)
        or _leading_colon(lines, *at, plain)
        or _stray(lines, *at)
        or _left_open(error)
    )
    line, column, message = helpful or (mark.line, mark.column, plain)
    return line + 1, column + 1, f"not valid YAML: {message}"


def decoded(source: bytes) -> str:
    """The text of a file of YAML, whatever it is; only for showing it."""
    wide = source[:2] in (b"\xff\xfe", b"\xfe\xff")
    return source.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def tabbed(lines: list[str]) -> list[int]:
    """The places (from 0) of the lines that a tab indents."""
    return [i for i, line in enumerate(lines) if "\t" in line[: len(line) - len(line.lstrip(" \t"))]]


def _tab(lines: list[str], line: int, _: int) -> Place | None:
    head = re.match(r"[ \t]*(?:-[ \t]+)*", lines[line])
    if head is None or "\t" not in head[0]:
        return None
    places = [i + 1 for i in tabbed(lines)]
    others = f" (lines {', '.join(map(str, places[:5]))}{'...' if len(places) > 5 else ''})" if len(places) > 1 else ""
    message = f"a tab indents this line; YAML takes spaces only: replace the tab{others}"
    return line, head[0].index("\t"), message


def _colon(lines: list[str], line: int, column: int, plain: str) -> Place | None:
    message = "a text with a colon and a space in it has to be in quotes: "
    if "mapping values are not allowed" in plain:
        entry = unquoted_colon(lines[line])
        if entry is not None:
            return line, column, f"{message}{entry['key']}: {json.dumps(entry['value'], ensure_ascii=False)}"
    if "did not find expected ','" in plain:
        for entry in FLOW_ENTRY.finditer(lines[line]):
            if entry.start() <= column <= entry.end():
                text = json.dumps(entry["value"].rstrip(), ensure_ascii=False)
                return line, column, f"{message}{entry['key']}: {text}"
    return None


def unquoted_colon(line: str) -> re.Match[str] | None:
    """The ``key`` and the ``value`` of a line such as ``question: What is heard: rain?``; None for any other line."""
    entry = _ENTRY.fullmatch(_COMMENT.sub("", line))
    if entry is None or ": " not in entry["value"] + " " or entry["value"][0] in "\"'[{|>&*!":
        return None
    return entry


def _reserved(lines: list[str], line: int, column: int) -> Place | None:
    name = _RESERVED.get(lines[line][column : column + 1])
    if name is None:
        return None
    text = json.dumps(_COMMENT.sub("", lines[line][column:]).rstrip(" ]},"), ensure_ascii=False)
    return line, column, f"no text starts with {name} unless it is in quotes: {text}"


def _leading_colon(lines: list[str], line: int, column: int, plain: str) -> Place | None:
    if "expected node content" not in plain or lines[line][column : column + 1] != ":":
        return None
    text = re.match(r"[^,\[\]{}]*", lines[line][column:])
    quoted = json.dumps(text[0].rstrip() if text else ":", ensure_ascii=False)
    return line, column, f"no text in a list or mapping of one line starts with `:` unless it is in quotes: {quoted}"


def _stray(lines: list[str], line: int, column: int) -> Place | None:
    here, before = lines[line][column : column + 1], lines[line][:column].rstrip()
    if here in ("]", "}"):
        return (
            line,
            column,
            f"this `{here}` closes nothing: take it out, or open it with `{'[' if here == ']' else '{'}`",
        )
    if here and before.endswith(("'", '"')):
        return (
            line,
            column,
            "text follows the closing quote: double a quote that belongs to the text, or use the other kind",
        )
    return None


def _left_open(error: Any) -> Place | None:
    context, opened = str(getattr(error, "context", "")), getattr(error, "context_mark", None)
    if opened is None:
        return None
    line, column = error.problem_mark.line, error.problem_mark.column
    since = f"in line {opened.line + 1}" if opened.line != line else "here"
    for kind, message in {
        "flow sequence": f"the list that starts {since} with `[` is not closed by `]`, or lacks a comma",
        "flow mapping": f"the mapping that starts {since} with `{{` is not closed by `}}`, or lacks a comma",
    }.items():
        if kind in context:
            return line, column, message
    if "quoted scalar" in context:
        return opened.line, opened.column, "the quote that opens here is not closed"
    return None
