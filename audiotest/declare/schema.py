"""Validation against the JSON Schemas in ``schemas/`` (draft 2020-12), with messages for people.

jsonschema-rs says in microseconds whether a document is good; only a bad one is walked again by jsonschema, whose
errors :mod:`audiotest.declare.explaining` turns into sentences. What the quick validator refuses is wrong whether or
not the other one finds out why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from audiotest.declare.explaining import Violation, explain, whole_numbers_only
from audiotest.declare.problems import Path, Problem
from audiotest.declare.yaml import MAX_EXACT, Document, OddNumber
from audiotest.resources import schema_text

NAMES = ("suite", "cases", "synth", "card", "published", "members")


def text(name: str) -> str:
    """The content of the schema file ``name``, for hashes and for tools."""
    return schema_text(name)


@cache
def _schemas() -> dict[str, Any]:
    from audiotest.declare.member_schemas import loose

    # The names of members are for editors: here packages can add some, and there are better words for a misspelt one.
    return {name: loose() if name == "members" else json.loads(text(name)) for name in NAMES}


@cache
def _fast(name: str) -> Any:
    import jsonschema_rs

    # Schemas refer to each other by file name, as editors resolve them; this is the base that the library assumes.
    resources = [(f"json-schema:///{n}.schema.json", s) for n, s in _schemas().items()]
    registry = jsonschema_rs.Registry(resources)
    return jsonschema_rs.Draft202012Validator(_schemas()[name], registry=registry)


@cache
def _careful(name: str) -> Any:
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    resources = [(f"{n}.schema.json", DRAFT202012.create_resource(s)) for n, s in _schemas().items()]
    return whole_numbers_only()(_schemas()[name], registry=Registry().with_resources(resources))


def is_valid(name: str, data: Any) -> bool:
    """Whether ``data`` satisfies the schema ``name`` (``suite``, ``cases``, ``card``, ``synth``)."""
    return bool(_fast(name).is_valid(data))


def is_name(text: object) -> bool:
    """Whether ``text`` can be the name of a suite, a case or a model."""
    return isinstance(text, str) and is_valid("suite", {"suite": text})


def violations(name: str, document: Document) -> list[Violation]:
    """Every violation of the schema ``name`` in ``document``.

    Never empty for data that :func:`is_valid` refuses.
    """
    faults = list(explain(_careful(name).iter_errors(document.data)))
    if not faults:
        for error in _fast(name).iter_errors(document.data):
            rule = str(error.schema_path[-1]) if error.schema_path else "schema"
            faults.append(Violation(tuple(error.instance_path), f"does not satisfy `{rule}`: {error.message}"[:300]))
    return faults


def placed(violations: Iterable[Violation], document: Document, file: str) -> list[Problem]:
    """The problems that violations in ``document`` (parsed with marks) are, in the order of the file."""
    problems = []
    for violation in violations:
        line, column = document.place(violation.path, value=not violation.of_key)
        problems.append(Problem(file, line, column, violation.path, violation.message))
    return sorted(problems, key=lambda p: (p.line, p.column))


def number_problems(document: Document, file: str) -> Iterator[Problem]:
    """The numbers of ``document`` that no place takes: not finite, too large to be exact, ``5.0`` where a whole number
    is wanted (JSON Schema takes it for one). A release may know anything of an item: under ``facts`` all are fine."""
    for number in document.odd_numbers:
        message = None if _is_free(number.path) else _number_fault(number)
        if message is not None:
            yield Problem(file, number.line, number.column, number.path, message)


def _is_free(path: Path) -> bool:
    return path[:1] == ("release",) or (path[:1] == ("cases",) and path[2:3] == ("facts",))


def _number_fault(number: OddNumber) -> str | None:
    if number.value != number.value or number.value in (float("inf"), float("-inf")):
        return f"expected a finite number, found {number.text}"
    if abs(number.value) > MAX_EXACT:
        shown = number.text if len(number.text) <= 30 else f"{number.text[:27]}..."
        return f"expected a number of at most {MAX_EXACT:,}, found {shown}"
    key = next((part for part in reversed(number.path) if isinstance(part, str)), "")
    if isinstance(number.value, float) and key in _whole_number_keys():
        return f"expected a whole number, found {number.text}: write {int(number.value)}"
    return None


@cache
def _whole_number_keys() -> frozenset[str]:
    """The keys that take whole numbers alone; a key means the same in every schema."""
    return frozenset(key for schema in _schemas().values() for key in _integers(schema))


def _integers(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            if isinstance(value, dict) and value.get("type") == "integer":
                yield key
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _integers(child)
