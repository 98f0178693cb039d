"""Suites and cases as YAML that a person could have written, and as the plain data that the loader takes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from audiotest.types import Case, Check, ClipSpec, Gate, Generation, writable

if TYPE_CHECKING:
    from audiotest.declare.suite import Suite


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*[A-Za-z0-9)]")
# What JSON leaves as it is and YAML does not: controls it refuses, and characters at which it breaks lines in quotes.
_UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_RESERVED = {"null", "true", "false"}


def suite_text(suite: Suite) -> str:
    """The suite as a file of its own: its settings that are not the usual ones, then its cases."""
    lines = [line for key, value in suite_data(suite).items() for line in _entry(key, value, "", "")]
    return "\n".join([*lines, cases_text(map(case_data, suite.cases))])


def suite_data(suite: Suite) -> dict[str, Any]:
    """The settings of a suite as its file has them, without its cases."""
    usual = type(suite)(name=suite.name)
    data: dict[str, Any] = {"suite": suite.name, **suite.about}
    for key in ("title", "policy", "audio_root", "require_audio", "join_clips", "repeats"):
        if getattr(suite, key) != getattr(usual, key):
            data[key] = getattr(suite, key)
    if suite.sample is not None:
        data["sample"] = _changed(suite.sample, type(suite.sample)(0))
    if suite.prompt != usual.prompt:
        data["prompt"] = suite.prompt
    if suite.prompts:
        data["prompts"] = dict(suite.prompts)
    if suite.generation != usual.generation:
        data["generation"] = _changed(suite.generation, Generation())
    data["scorers"] = list(map(_check, suite.scorers))
    data["conditions"] = [{condition.name: expectation} for condition, expectation in suite.conditions]
    if suite.known_faults:
        data["known_faults"] = list(suite.known_faults)
    if suite.by:
        data["by"] = list(suite.by)
    if suite.gates:
        data["gates"] = [_changed(gate, Gate("")) for gate in suite.gates]
    known = [{"case": case.id, "issue": case.known_issue} for case in suite.cases if case.known_issue]
    return {**data, "known_issues": known} if known else data


def case_data(case: Case) -> dict[str, Any]:
    """A case as its file has it."""
    types = case.distractor_types or (None,) * len(case.choices)
    choices: list[Any] = [{"text": c, "kind": t} if t else c for c, t in zip(case.choices, types, strict=True)]
    if case.choice_sounds:
        options = zip(case.choices, types, case.choice_sounds, strict=True)
        choices = [{"audio": _clip(clip), "text": c, **({"kind": t} if t else {})} for c, t, clip in options]
    clips = [_clip(clip) for clip in case.audio]
    data = {
        "id": case.id,
        "task": case.task,
        "audio": clips[0] if len(clips) == 1 else clips,
        "question": case.question,
        "choices": choices,
        "answer": list(case.answers) or case.answer,
        "reference": list(case.reference),
        "tags": {tag: values[0] if len(values) == 1 else list(values) for tag, values in case.tags.items()},
        "expect": list(map(_check, case.expect)),
        "paraphrases": list(case.paraphrases),
        "facts": dict(case.metadata),
        "generation": _changed(case.generation, Generation()) if case.generation is not None else {},
    }
    return {key: value for key, value in data.items() if value not in (None, "", [], {}) or key == "question"}


def _changed(struct: Any, usual: Any) -> dict[str, Any]:
    values = {name: getattr(struct, name) for name in struct.__struct_fields__}
    kept = {name: value for name, value in values.items() if value != getattr(usual, name)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}


def _check(check: Check) -> Any:
    return {check.name: dict(check.options)} if check.options else check.name


def _clip(clip: ClipSpec) -> Any:
    data = {key: value for key in ("file", "synth", "start", "end") if (value := getattr(clip, key)) is not None}
    return data["file"] if data.keys() == {"file"} else data


def cases_text(rows: Iterable[Mapping[str, Any]], release: Mapping[str, Any] | None = None) -> str:
    """A file of cases as a person would write it: block style, short lists in a line, all text quoted
    where YAML could read it as something else. (ruamel.yaml's own writer takes 40 times as long.)"""
    lines = [f"release: {flow(dict(release))}"] if release else []
    lines.append("cases:")
    for row in rows:
        mark = "- "
        for key, value in row.items():
            lines += _entry(key, value, mark)
            mark = "  "
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Any, mark: str, indent: str = "  ") -> list[str]:
    head, inner = f"{indent}{mark}{flow(key)}:", f"{indent}    "
    if isinstance(value, list) and any(isinstance(item, dict) and item for item in value):
        lines = [head]
        for item in value:
            lines += _block(item, inner) if isinstance(item, dict) and item else [f"{inner}- {flow(item)}"]
        return lines
    if isinstance(value, list) and sum(len(str(item)) for item in value) > 80:
        return [head, *(f"{inner}- {flow(item)}" for item in value)]
    if isinstance(value, dict) and value and len(flow(value)) > 90:
        return [head, *(line for k, v in value.items() for line in _entry(k, v, "", inner))]
    return [f"{head} {flow(value)}"]


def _block(item: dict[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in item.items():
        lines += _entry(key, value, "  " if lines else "- ", indent)
    return lines


def flow(value: Any) -> str:
    """``value`` in one line, quoted where YAML could read it as something else."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        text = writable(value)
        if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
            return text
        return _UNFIT.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(text, ensure_ascii=False))
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return json.dumps(value, ensure_ascii=False)
