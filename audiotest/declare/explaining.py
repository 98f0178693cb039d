"""What a JSON Schema validator found, in sentences: what was found, what was expected, what is near."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any

from msgspec import Struct

from audiotest.declare.problems import Path
from audiotest.registry import unknown

NAME_PATTERN = "^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$"
"""Names of suites, cases and models: they become parts of node ids and of file names, so not `.` and not `..`."""

_TYPES = {
    "string": "text",
    "object": "a mapping (key: value)",
    "array": "a list",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


class Violation(Struct, frozen=True):
    """A rule that the value at ``path`` breaks. ``of_key``: it is the key itself that is wrong, not what it has.
    ``whole``: the value as a whole is of no use (of another type, say); else it lacks or has something within.
    ``known`` are the keys or values that are possible there."""

    path: Path
    message: str
    of_key: bool = False
    whole: bool = True
    known: tuple[str, ...] = ()


@cache
def whole_numbers_only() -> Any:
    """The class of validators that explain: ``5.0`` is no whole number, and a pattern's ``$`` is the very end (Python's
    own lets a line break follow)."""
    from jsonschema import Draft202012Validator, ValidationError, validators

    def is_integer(_: Any, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def pattern(_: Any, wanted: str, value: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(value, str) and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", wanted), value):
            yield ValidationError(f"{value!r} does not match {wanted!r}")

    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer)
    extend: Any = validators.extend
    return extend(Draft202012Validator, {"pattern": pattern}, type_checker=checker)


def explain(errors: Iterable[Any]) -> Iterator[Violation]:
    """The violations that jsonschema's ``errors`` stand for."""
    from jsonschema.exceptions import best_match

    for error in errors:
        path = tuple(error.absolute_path)
        if error.validator in ("anyOf", "oneOf") and error.context and "description" not in error.schema:
            best = best_match([error])
            yield Violation(tuple(best.absolute_path), _sentence(best), known=_known(best))
        elif text := _split_text(error):
            if error.validator == "additionalProperties":  # one sentence is enough
                quoted = json.dumps(text, ensure_ascii=False)
                yield Violation(path, f"a text with a colon and a space in it has to be in quotes: {quoted}")
        elif error.validator == "additionalProperties" and error.validator_value is False:
            known = sorted(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in known:
                    yield Violation((*path, key), unknown("key", str(key), known), of_key=True, known=tuple(known))
        else:
            within = error.validator in ("required", "minItems", "minProperties", "maxProperties", "not", "anyOf")
            yield Violation(path, _sentence(error), whole=not within, known=_known(error))


def _split_text(error: Any) -> str:
    """The text of which a colon has made a mapping where a text may stand in its place, as in ``[a: b, c]``; else
    ""."""
    value, known = error.instance, error.schema.get("properties", {})
    rules = ("additionalProperties", "required")
    if error.validator not in rules or "text" not in known or not isinstance(value, dict):
        return ""
    (key, rest), *more = value.items() or [("text", None)]
    if more or not isinstance(rest, str | None) or get_close_matches(str(key), known):
        return ""
    return f"{key}: {rest or ''}".strip()


def _known(error: Any) -> tuple[str, ...]:
    return tuple(map(str, error.validator_value)) if error.validator == "enum" else ()


def _sentence(error: Any) -> str:
    rule, wanted, value = error.validator, error.validator_value, error.instance
    if rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        if str(error.schema.get("$comment")).startswith("text"):
            # Only an editor sees the type that such a text looks like.
            kinds = [kind for kind in kinds if kind not in ("number", "boolean", "null")]
        return _type_sentence(kinds, value)
    if rule == "required":
        missing = [k for k in wanted if k not in value]
        return f"missing key{'s' if len(missing) > 1 else ''} {', '.join(f'`{k}`' for k in missing)}"
    if rule == "enum":
        return unknown("value", str(value), [str(w) for w in wanted])
    if rule == "pattern":
        return _pattern_sentence(wanted, value)
    if rule in ("minItems", "maxItems", "minProperties", "maxProperties"):
        bound = "at least" if rule.startswith("min") else "at most"
        return f"expected {bound} {wanted} {'entries' if wanted != 1 else 'entry'}, found {len(value)}"
    if rule == "minLength":
        return "expected some text, found none"
    if rule == "maxLength":
        return f"expected at most {wanted} characters, found {len(value)}"
    if rule in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        word = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}.get(rule, "less than")
        return f"expected {word} {wanted}, found {value}"
    if rule in ("oneOf", "anyOf", "not") and "description" in error.schema:
        return f"expected {error.schema['description']}"
    return str(error.message)[:300]


def _type_sentence(kinds: list[str], value: Any) -> str:
    hint = ""
    if "string" in kinds and isinstance(value, bool | int | float):
        hint = f'; if it is text, put it in quotes: "{_shown(value)}"'
    return f"expected {' or '.join(_TYPES[k] for k in kinds)}, found {_shown(value)}{hint}"


def _pattern_sentence(wanted: str, value: str) -> str:
    if wanted != NAME_PATTERN:
        return f"{_shown(value)} does not have the form {wanted}"
    what = "letters, digits, `_`, `.` and `-` only"
    if "\n" in value:
        what += ", without a line break"
    elif value and set(value) == {"."}:
        what += ", and not dots alone"
    return f"{_shown(value)} is not a valid name here: expected {what}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
