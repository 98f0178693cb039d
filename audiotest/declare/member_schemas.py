"""The parts of the schemas that name scorers, conditions and metrics: ``schemas/members.schema.json``.

There are two of it. What the loader validates by is :func:`loose`: names are free there, since packages can add
members and :mod:`audiotest.declare.suite_checks` explains a misspelt one better than a schema does. What editors read
is :func:`strict`: every name that this installation has, with its options or parameters, so that completion offers them
and a misspelt one is marked while it is typed. ``python tools/reference.py`` writes the file; ``audiotest new suite``
writes one that also has the members of other packages.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

from audiotest.declare import condition as conditions
from audiotest.registry import METRICS, SCORERS
from audiotest.resources import schema_text
from audiotest.types import BASELINE

EXPECTATIONS = ("correct", "stays_correct", "same", "abstains", "recorded")
Node = dict[str, Any]

_CHECK = "A scorer's name, or `{name: {option: value}}`."
_CONDITION = (
    "`condition: expectation`, such as `noise(snr_db=10): stays_correct`; a bare name is `recorded` "
    "(`original`: `correct`)."
)
_METRIC = "A metric: `accuracy`, `accuracy:SCORER`, `listening_gap`, `consistency`, `hallucination_rate`..."
_NUMBER = r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_WORD = r"[A-Za-z0-9_.-]+"


def loose() -> Node:
    """Any name: what the loader validates by."""
    one = {"minProperties": 1, "maxProperties": 1}
    return _document(
        {
            "check": {
                "type": ["string", "object"],
                **one,
                "additionalProperties": {"type": ["object", "null"]},
                "description": _CHECK,
            },
            "condition": {
                "type": ["string", "object"],
                **one,
                "additionalProperties": {"enum": list(EXPECTATIONS)},
                "description": _CONDITION,
            },
            "metric": {"type": "string", "description": _METRIC},
            "gate_rules": {},
            "case_rules": {},
        }
    )


def strict() -> Node:
    """The names, options and parameters of every member of this installation: what editors read."""
    return _document(
        {
            "check": {"description": _CHECK, **_checks()},
            "condition": {"description": _CONDITION, **_conditions()},
            "metric": {"description": _METRIC, **_metrics()},
            "gate_rules": _gate_rules(),
            "case_rules": _case_rules(),
        }
    )


def text() -> str:
    """:func:`strict` as a file."""
    return json.dumps(strict(), indent=2, ensure_ascii=False) + "\n"


def _document(definitions: Node) -> Node:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "audiotest members",
        "description": "The scorers, conditions and metrics that suites can name.",
        "$defs": definitions,
    }


def _checks() -> Node:
    options: Node = {}
    for name in SCORERS.names():
        taken = SCORERS.get(name).options
        options[name] = {"type": ["object", "null"]}
        if taken is not None:
            options[name] |= {"additionalProperties": False, "properties": {key: {} for key in taken}}
    return {
        "anyOf": [
            {"type": "string", "enum": list(options)},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": options,
            },
        ]
    }


def _conditions() -> Node:
    form = _form()
    expectation = {"enum": list(EXPECTATIONS)}
    bare = [name for name in conditions.names() if not _needed(name)]
    return {
        "anyOf": [
            {"type": "string", "anyOf": [{"enum": bare}, {"pattern": form}]},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": dict.fromkeys(bare, expectation),
                "patternProperties": {form: expectation},
            },
        ]
    }


def _needed(name: str) -> list[str]:
    if name == conditions.ORIGINAL:
        return []
    return [n for n, p in conditions.parameters(name).items() if p.default is p.empty]


def _form() -> str:
    """One pattern for all that :func:`audiotest.declare.condition.parse` reads, but for rules over several values."""
    parts = [conditions.ORIGINAL]
    for name in conditions.names():
        if name != conditions.ORIGINAL:
            parts.append(_part(name))
    one = f"(?:{'|'.join(parts)})"
    return rf"^\s*{one}\s*(?:\+\s*{one}\s*)*$"


def _part(name: str) -> str:
    taken = conditions.parameters(name)
    if not taken:
        return rf"{name}(?:\s*\(\s*\))?"
    items = [rf"(?:{key}\s*=\s*)?{_value(parameter)}" for key, parameter in taken.items()]
    item = f"(?:{'|'.join(items)})"
    inside = rf"\s*\(\s*{item}\s*(?:,\s*{item}\s*)*,?\s*\)"
    return f"{name}{inside}" if _needed(name) else rf"{name}(?:\s*\(\s*\)|{inside})?"


def _value(parameter: inspect.Parameter) -> str:
    wanted = str(parameter.annotation)
    if wanted == "bool":
        one = "(?:[yY][eE][sS]|[nN][oO]|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE])"
    elif ("float" in wanted or "int" in wanted) and "str" not in wanted:
        one = _NUMBER
    else:
        one = _WORD
    return rf"(?:{one}|\[\s*{one}\s*(?:,\s*{one}\s*)*,?\s*\])"


def _metrics() -> Node:
    metrics, scorers = METRICS.names(), SCORERS.names()
    form = f"^(?:{'|'.join(map(re.escape, metrics))}):(?:{'|'.join(map(re.escape, [*scorers, 'expect']))})$"
    return {"type": "string", "anyOf": [{"enum": metrics}, {"pattern": form}]}


def _gate_rules() -> Node:
    by_range: dict[tuple[float | None, float | None], list[str]] = {}
    for name in METRICS.names():
        traits = METRICS.get(name)
        by_range.setdefault(traits.range, []).append(name)
    named = {"pattern": _form()}
    rules: list[Node] = [{"properties": {"condition": named, "versus": {"anyOf": [{"const": BASELINE}, named]}}}]
    rules.append({"anyOf": [{"required": ["min"]}, {"required": ["max"]}]})
    for (lowest, highest), names in sorted(by_range.items(), key=str):
        bound = {**({} if lowest is None else {"minimum": lowest}), **({} if highest is None else {"maximum": highest})}
        if bound:
            alone = {"metric": {"pattern": f"^(?:{'|'.join(names)})(?::|$)"}, "versus": {"not": {"const": BASELINE}}}
            these = {"properties": alone, "required": ["metric"]}
            rules.append({"if": these, "then": {"properties": {"min": bound, "max": bound}}})
    return {"allOf": rules}


def _case_rules() -> Node:
    """What a case of a suite without known faults has to have; a misspelt key may be one of them."""
    keys = list(json.loads(schema_text("suite"))["$defs"]["case"]["properties"])
    rules = {
        "anyOf": [{"required": [key]} for key in ("choices", "answer", "reference", "expect")],
        "properties": {"choices": {"minItems": 2, "uniqueItems": True}},
        "dependentRequired": {"choices": ["answer"]},
    }
    return {"if": {"propertyNames": {"enum": keys}}, "then": rules}
