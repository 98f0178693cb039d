"""Validation against the JSON Schemas in ``schemas/`` (draft 2020-12), with messages for people.

jsonschema-rs says in microseconds whether a document is good; only a bad one is walked again by
jsonschema, whose errors are turned into sentences: what stands there, what was expected, what is near.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from audiotest.declare.problems import Path, Problem
from audiotest.declare.yaml import Document
from audiotest.registry import unknown
from audiotest.resources import folder

NAMES = ("suite", "cases", "synth", "card", "published")
_TYPES = {
    "string": "text",
    "object": "a mapping (key: value)",
    "array": "a list",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


def text(name: str) -> str:
    """The schema file ``name`` as it stands, for hashes and for tools."""
    return (folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def _schemas() -> dict[str, Any]:
    return {name: json.loads(text(name)) for name in NAMES}


@cache
def _fast(name: str) -> Any:
    import jsonschema_rs

    # Schemas refer to each other by file name, as editors resolve them; this is the base that the library assumes.
    resources = [(f"json-schema:///{n}.schema.json", s) for n, s in _schemas().items()]
    registry = jsonschema_rs.Registry(resources)
    return jsonschema_rs.Draft202012Validator(_schemas()[name], registry=registry)


@cache
def _careful(name: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    resources = [(f"{n}.schema.json", DRAFT202012.create_resource(s)) for n, s in _schemas().items()]
    return Draft202012Validator(_schemas()[name], registry=Registry().with_resources(resources))


def is_valid(name: str, data: Any) -> bool:
    """Whether ``data`` satisfies the schema ``name`` (``suite``, ``cases``, ``card``, ``synth``)."""
    return bool(_fast(name).is_valid(data))


def problems(name: str, document: Document, file: str) -> list[Problem]:
    """Every violation in ``document`` (parsed with marks), in the order of the file."""
    found = []
    for path, message in _explain(_careful(name).iter_errors(document.data)):
        line, column = document.place(path)
        found.append(Problem(file, line, column, path, message))
    return sorted(found, key=lambda p: (p.line, p.column))


def _explain(errors: Iterable[Any]) -> Iterator[tuple[Path, str]]:
    from jsonschema.exceptions import best_match

    for error in errors:
        path = tuple(error.absolute_path)
        if error.validator in ("anyOf", "oneOf") and error.context and "description" not in error.schema:
            best = best_match([error])
            yield tuple(best.absolute_path), _sentence(best)
        elif error.validator == "additionalProperties" and error.validator_value is False:
            known = sorted(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in known:
                    yield (*path, key), unknown("key", str(key), known)
        else:
            yield path, _sentence(error)


def _sentence(error: Any) -> str:
    rule, wanted, found = error.validator, error.validator_value, error.instance
    if rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        return f"expected {' or '.join(_TYPES[k] for k in kinds)}, found {_shown(found)}"
    if rule == "required":
        missing = [k for k in wanted if k not in found]
        return f"missing key{'s' if len(missing) > 1 else ''} {', '.join(f'`{k}`' for k in missing)}"
    if rule == "enum":
        return unknown("value", str(found), [str(w) for w in wanted])
    if rule == "pattern":
        extra = "letters, digits, `_`, `.` and `-` only" if wanted == "^[A-Za-z0-9_.-]+$" else f"the form {wanted}"
        return f"{_shown(found)} is not a valid name here: expected {extra}"
    if rule in ("minItems", "maxItems", "minProperties", "maxProperties"):
        bound = "at least" if rule.startswith("min") else "at most"
        return f"expected {bound} {wanted} {'entries' if wanted != 1 else 'entry'}, found {len(found)}"
    if rule in ("minLength",):
        return "expected some text, found none"
    if rule in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        word = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}.get(rule, "less than")
        return f"expected {word} {wanted}, found {found}"
    if rule in ("oneOf", "anyOf", "not") and "description" in error.schema:
        return f"expected {error.schema['description']}"
    return str(error.message)[:300]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
