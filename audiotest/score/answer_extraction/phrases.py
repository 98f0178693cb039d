"""The notation of the cue files: a phrase and the regular expression that it stands for, forwards or backwards.

``(a|b)`` alternatives, ``[a]`` optional, ``{role}`` the phrases of another role, ``word*`` any ending, ``_`` any word,
``~30`` up to thirty characters; everything else stands for itself. Backwards, a phrase is matched against reversed text:
what ends right before a place is then found by trying that one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache

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


@cache
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


_UNKNOWN, _PERHAPS = "\0", "\1"
"""What stands for any text, and for white space with any text behind it or nothing at all."""
_MOST_FORMS = 200
"""Forms of one part of a phrase that are looked at; a part of more is passed over."""
_PIECE = 4
"""Letters of a word that is not known whole."""
_ASCII_WORDS = re.compile(r"[a-z]+")
_ANY_WORDS = re.compile(
    r"[a-z]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[^\W_a-z\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)


def words_of(folded: str) -> frozenset[str]:
    """The words of a folded text: runs of Latin letters, of CJK characters and of others."""
    return frozenset((_ASCII_WORDS if folded.isascii() else _ANY_WORDS).findall(folded))


def essential(
    nodes: Sequence[Node], role: Callable[[str], frozenset[str] | None], common: Collection[str] = ()
) -> frozenset[str] | None:
    """Words of which every text that the phrase matches holds one, as in :func:`words_of`; None where none is sure.
    ``exclud*`` stands for those letters anywhere.

    The phrase begins and ends at the edges of words. ``role`` gives those of another role. Of the parts of a phrase the
    one is taken whose words are least often ``common`` ones: "the {best} one" is looked for where "best" stands.
    """
    best: tuple[tuple[int, int], frozenset[str]] | None = None
    for part in _parts(nodes):
        words = _of_part(part, role, common)
        if words is not None:
            rank = (sum(word in common for word in words), len(words))
            best = (rank, words) if best is None or rank < best[0] else best
    return best[1] if best else None


def openings(nodes: Sequence[Node], role: Callable[[str], frozenset[str] | None]) -> frozenset[str] | None:
    """The words with which texts that the phrase matches begin, as in :func:`words_of`; None where they are not known."""
    words: set[str] = set()
    for i, node in enumerate(nodes):
        if node.kind != "option" or node.space != "after":
            own = _opening_words(next(_parts(nodes[i:])), role)
            return None if own is None else frozenset(words | own)
        for alternative in node.alternatives:
            own = openings(alternative, role)
            if own is None:
                return None
            words |= own
    return None


def _opening_words(part: Sequence[Node], role: Callable[[str], frozenset[str] | None]) -> frozenset[str] | None:
    if len(part) == 1 and part[0].kind == "role":
        return role(part[0].text)
    matches = [(form, _ANY_WORDS.match(form)) for form in _forms(part, role)]
    if any(match is None or not _is_whole(form, match) or match.group(0).isdigit() for form, match in matches):
        return None
    return frozenset(match.group(0) for _, match in matches if match)


def _parts(nodes: Sequence[Node]) -> Iterator[list[Node]]:
    """The pieces of a phrase between white space; optional pieces with white space of their own are left out."""
    part: list[Node] = []
    at_edge = True
    for node in nodes:
        spaced = node.kind == "space" or (
            node.kind == "option" and (node.space == "before" or (bool(node.space) and at_edge))
        )
        if spaced:
            yield part
            part = []
        else:
            part.append(node)
        at_edge = spaced
    yield part


def _of_part(
    part: Sequence[Node], role: Callable[[str], frozenset[str] | None], common: Collection[str]
) -> frozenset[str] | None:
    if len(part) == 1 and part[0].kind == "role":
        return role(part[0].text)
    chosen: set[str] = set()
    for form in _forms(part, role):
        matches = [m for m in _ANY_WORDS.finditer(form) if not m.group(0).isdigit()]
        whole = [m.group(0) for m in matches if _is_whole(form, m)]
        begun = [f"{m.group(0)}*" for m in matches if len(m.group(0)) >= _PIECE]
        if not whole and not begun:
            return None
        chosen.add(min(whole or begun, key=lambda word: (word in common, -len(word))))
    return frozenset(chosen) if chosen else None


def _is_whole(form: str, match: re.Match[str]) -> bool:
    return (
        form[: match.start()][-1:] not in (_UNKNOWN, _PERHAPS) and form[match.end() :].lstrip(_PERHAPS)[:1] != _UNKNOWN
    )


def _forms(nodes: Sequence[Node], role: Callable[[str], frozenset[str] | None]) -> list[str]:
    """The texts that pieces stand for, with the marks of what is not known."""
    forms = [""]
    for node in nodes:
        more = _forms_of(node, role, all(form.endswith(" ") for form in forms))
        if len(forms) * len(more) > _MOST_FORMS:
            return [_UNKNOWN]
        forms = [form + tail for form in forms for tail in more]
    return forms


def _forms_of(node: Node, role: Callable[[str], frozenset[str] | None], after_space: bool) -> list[str]:
    if node.kind == "text":
        return [node.text]
    if node.kind == "space":
        return [" "]
    if node.kind == "group":
        return [form for nodes in node.alternatives for form in _forms(nodes, role)]
    if node.kind == "role":
        words = role(node.text)
        return [f"{_UNKNOWN} {word} {_UNKNOWN}".replace("* ", "") for word in words] if words else [_UNKNOWN]
    if node.kind == "option" and not node.space:
        return ["", *(form for nodes in node.alternatives for form in _forms(nodes, role))]
    if node.kind == "option" and node.space == "before":
        return [_PERHAPS]
    return [f"{_UNKNOWN} "] if node.kind == "option" and node.space and after_space else [_UNKNOWN]
