"""The notation of the cue files: a phrase and the regular expression that it stands for, forwards or backwards.

``(a|b)`` alternatives, ``[a]`` optional, ``{role}`` the phrases of another role, ``word*`` any ending, ``_`` any word,
``~30`` up to thirty characters; everything else stands for itself. Backwards, a phrase is matched against reversed text:
what ends right before a place is then found by trying that one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

_CLOSES = {"(": ")", "[": "]"}


class Node(Struct, frozen=True):
    """A piece of a phrase: ``kind`` is ``text``, ``space``, ``group``, ``option``, ``role``, ``ending``, ``word`` or ``gap``.

    ``space`` says on which side of an option its space is: ``after``, ``before`` or on neither.
    """

    kind: str
    text: str = ""
    alternatives: tuple[tuple[Node, ...], ...] = ()
    space: str = ""


def parse(phrase: str) -> tuple[Node, ...]:
    """The pieces of a phrase; ValueError for brackets that do not match."""
    (nodes, *others), end = _alternatives(phrase, 0, "")
    if end != len(phrase) or others:
        raise ValueError(f"{phrase!r} has a bracket or a bar that belongs to nothing, at character {end + 1}")
    return nodes


def _alternatives(phrase: str, i: int, closing: str) -> tuple[list[tuple[Node, ...]], int]:
    out: list[tuple[Node, ...]] = []
    nodes: list[Node] = []
    while i < len(phrase) and phrase[i] not in ")]":
        if phrase[i] == "|":
            out.append(tuple(nodes))
            nodes, i = [], i + 1
            continue
        i = _piece(phrase, i, nodes)
    if closing and phrase[i : i + 1] != closing:
        raise ValueError(f"{phrase!r} lacks a {closing!r}")
    return [*out, tuple(nodes)], i


def _piece(phrase: str, i: int, nodes: list[Node]) -> int:
    char = phrase[i]
    if char in _CLOSES:
        inner, end = _alternatives(phrase, i + 1, _CLOSES[char])
        end += 1
        spaced = char == "[" and phrase[end : end + 1] == " "
        nodes.append(Node("group" if char == "(" else "option", "", tuple(inner), "after" if spaced else ""))
        return end + spaced
    if char == " ":
        trailing = re.match(r"(?: \[[^\[\]]*\])+(?=$|[|)\]])", phrase[i:])
        if not trailing:
            nodes.append(Node("space"))
            return i + 1
        for option in re.findall(r"\[([^\[\]]*)\]", trailing.group(0)):
            inner, _ = _alternatives(option, 0, "")
            nodes.append(Node("option", "", tuple(inner), "before"))
        return i + len(trailing.group(0))
    if char == "{":
        end = phrase.index("}", i)
        nodes.append(Node("role", phrase[i + 1 : end]))
        return end + 1
    if char == "~":
        digits = re.match(r"\d*", phrase[i + 1 :]).group(0)  # type: ignore[union-attr]
        nodes.append(Node("gap", digits or "60"))
        return i + 1 + len(digits)
    kind = {"*": "ending", "_": "word"}.get(char, "text")
    nodes.append(Node(kind, char if kind == "text" else ""))
    return i + 1


def emit(nodes: Sequence[Node], role: Callable[[str], str], *, backwards: bool = False) -> str:
    """The regular expression of pieces; ``role`` gives that of another role."""
    ordered = reversed(nodes) if backwards else nodes
    return "".join(_emit(node, role, backwards) for node in ordered)


def _emit(node: Node, role: Callable[[str], str], backwards: bool) -> str:
    if node.kind == "text":
        return re.escape(node.text)
    if node.kind in ("group", "option"):
        inner = "|".join(emit(nodes, role, backwards=backwards) for nodes in node.alternatives)
        if node.kind == "group":
            return f"(?:{inner})"
        if not node.space:
            return f"(?:{inner})?"
        return rf"(?:(?:{inner})\s+)?" if (node.space == "after") != backwards else rf"(?:\s+(?:{inner}))?"
    if node.kind == "role":
        return role(node.text)
    return {"space": r"\s++", "ending": r"\w*", "word": r"[\w'-]++"}.get(node.kind) or f".{{0,{node.text}}}?"
