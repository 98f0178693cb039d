"""From validated YAML data to records, and the checks that a JSON Schema cannot make.

Each check returns (path of the key, sentence) pairs; the caller knows the file and finds the place.
"""

from __future__ import annotations

import math
import os.path
from collections.abc import Iterator, Mapping
from typing import Any

from audiotest.declare import prompt as prompts
from audiotest.declare.condition import Condition, ConditionError, parse, parse_one
from audiotest.declare.problems import Path
from audiotest.registry import METRICS, SCORERS, unknown
from audiotest.types import Case, Check, ClipSpec, Gate, Generation

Found = list[tuple[Path, str]]
_ABOUT = ("description", "source", "revision", "licence", "citation")


def settings(data: Mapping[str, Any]) -> tuple[dict[str, Any], Found]:
    """The fields of :class:`Suite` that ``data`` declares (but its cases), and what is wrong with them."""
    found: Found = []
    fields: dict[str, Any] = {"name": data["suite"], "about": {k: data[k] for k in _ABOUT if k in data}}
    for key in ("title", "policy", "audio_root", "require_audio", "join_clips"):
        if key in data:
            fields[key] = data[key]
    fields["by"] = tuple(data.get("by", ()))
    fields["import_command"] = data.get("import", "")
    if "generation" in data:
        fields["generation"] = generation(data["generation"])
    if "prompt" in data:
        fields["prompt"] = _prompt(data["prompt"], found)
    if "scorers" in data:
        fields["scorers"] = checks(data["scorers"], ("scorers",), found)
        names = [check.name for check in fields["scorers"]]
        for i, name in enumerate(names):
            if name in names[:i]:
                found.append(
                    (("scorers", i), f"the scorer `{name}` stands here twice; figures go by its name: keep one")
                )
    if "conditions" in data:
        fields["conditions"] = _conditions(data["conditions"], found)
    declared = {c.name for c, _ in fields.get("conditions", ())} or {"original"}
    fields["gates"] = tuple(_gate(g, declared, ("gates", i), found) for i, g in enumerate(data.get("gates", ())))
    return fields, found


def generation(data: Mapping[str, Any]) -> Generation:
    """Generation settings from their YAML form."""
    return Generation(**{**data, "stop": tuple(data.get("stop", ()))})


def _prompt(value: str | Mapping[str, str], found: Found) -> str:
    text = value if isinstance(value, str) else value["template"]
    try:
        prompts.check(text)
    except prompts.PromptError as error:
        found.append((("prompt",), str(error)))
    return text


def checks(rows: list[Any], path: Path, found: Found | None = None) -> tuple[Check, ...]:
    """Scorers as written: a name, or ``{name: {option: value}}``."""
    made = []
    for i, row in enumerate(rows):
        name, options = (row, None) if isinstance(row, str) else next(iter(row.items()))
        made.append(Check(name, options or {}))
        if found is not None and (fault := _check_fault(made[-1])):
            found.append(((*path, i), fault))
    return tuple(made)


def _check_fault(check: Check) -> str:
    """What is wrong with a scorer as written, as far as it can be told before there is a reply."""
    if check.name not in SCORERS.names():
        return unknown("scorer", check.name, SCORERS.names())
    taken = SCORERS.get(check.name).options
    if taken is None:
        return ""
    for key in check.options:
        if key not in taken:
            return unknown(f"option of {check.name}:", key, taken) if taken else f"`{check.name}` takes no options"
    test = SCORERS.get(check.name).check
    try:
        if test is not None:
            test(**check.options)
    except ValueError as error:
        return str(error)
    return ""


def _conditions(rows: list[Any], found: Found) -> tuple[tuple[Condition, str], ...]:
    made: dict[str, tuple[Condition, str]] = {}
    for i, row in enumerate(rows):
        text, expectation = (row, None) if isinstance(row, str) else next(iter(row.items()))
        try:
            conditions = parse(text)
        except ConditionError as error:
            found.append((("conditions", i), str(error)))
            continue
        for condition in conditions:
            if condition.name in made:
                found.append((("conditions", i), f"the condition `{condition.name}` is declared twice"))
            usual = "correct" if condition.name == "original" else "recorded"
            made[condition.name] = (condition, expectation or usual)
    return tuple(made.values())


def _gate(row: Mapping[str, Any], declared: set[str], path: Path, found: Found) -> Gate:
    metric, _, scorer = str(row["metric"]).partition(":")
    if metric not in METRICS.names():
        found.append(((*path, "metric"), unknown("metric", metric, METRICS.names())))
    if scorer and scorer not in SCORERS.names():
        found.append(((*path, "metric"), unknown("scorer", scorer, SCORERS.names())))
    if "min" not in row and "max" not in row:
        found.append((path, "a gate needs `min` or `max`; without one it cannot fail"))
    fields = dict(row)
    for key in ("condition", "versus"):
        if key not in row:
            continue
        try:
            fields[key] = parse_one(row[key]).name
        except ConditionError as error:
            found.append(((*path, key), str(error)))
        else:
            if fields[key] not in declared:
                found.append(((*path, key), unknown("condition of this suite:", fields[key], sorted(declared))))
    return Gate(**fields)


def case(row: Mapping[str, Any], file: str, line: int) -> Case:
    """A case from data that satisfies the schema."""
    texts: list[str] = []
    kinds: list[str | None] = []
    for choice in row.get("choices", ()):
        if isinstance(choice, str):
            texts.append(choice)
            kinds.append(None)
        else:
            texts.append(choice["text"])
            kinds.append(choice.get("kind"))
    reference = row.get("reference", ())
    tags = row.get("tags", {})
    return Case(
        id=row["id"],
        question=row["question"],
        audio=_clips(row["audio"]) if "audio" in row else (),
        choices=tuple(texts),
        distractor_types=tuple(kinds) if any(kinds) else (),
        answer=row.get("answer"),
        reference=(reference,) if isinstance(reference, str) else tuple(reference),
        task=row.get("task", ""),
        tags={k: (v,) if isinstance(v, str) else tuple(v) for k, v in tags.items()},
        expect=checks(row["expect"], ()) if "expect" in row else (),
        metadata=row.get("facts", {}),
        paraphrases=tuple(row.get("paraphrases", ())),
        file=file,
        line=line,
    )


def _clips(value: Any) -> tuple[ClipSpec, ...]:
    rows = value if isinstance(value, list) else [value]
    return tuple(ClipSpec(file=row) if isinstance(row, str) else ClipSpec(**row) for row in rows)


def faults(case: Case, known: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """What is wrong with a case that has the right form. ``known``: faults that its release may have."""
    if case.choices:
        yield from _choice_faults(case, known)
    elif case.answer is None and not case.reference and not case.expect and "no_answer" not in known:
        yield (), "nothing to hold a reply against: give `choices` and `answer`, `reference`, or `expect`"
    for i, check in enumerate(case.expect):
        if fault := _check_fault(check):
            yield ("expect", i), fault
    for i, clip in enumerate(case.audio):
        path: Path = ("audio", i) if len(case.audio) > 1 else ("audio",)
        yield from ((path, message) for message in _clip_faults(clip))


def _choice_faults(case: Case, known: frozenset[str]) -> Iterator[tuple[Path, str]]:
    if len(case.choices) < 2 and "one_choice" not in known:
        yield ("choices",), "a single choice is no choice: give at least two"
    if len(case.choices) > len(set(case.choices)) and "equal_choices" not in known:
        twice = next(c for i, c in enumerate(case.choices) if c in case.choices[:i])
        yield ("choices",), f"the choice {twice!r} stands here twice; a reply could not be told apart"
    if case.answer is None:
        if "no_answer" not in known:
            yield (), "missing key `answer`: which of the choices is right?"
    elif case.answer not in case.choices and "answer_not_in_choices" not in known:
        yield ("answer",), unknown("answer, not among the choices:", case.answer, list(case.choices))


def _clip_faults(clip: ClipSpec) -> Iterator[str]:
    if (clip.file is None) == (clip.synth is None):
        yield "a clip is either a `file` or a `synth`"
    if clip.file is not None:
        inside = os.path.normpath(clip.file)
        if os.path.isabs(clip.file) or inside.split(os.sep)[0] == "..":
            yield f"{clip.file!r} leads out of the suite's folder; copy it in, or set the suite's `audio_root`"
    if not all(math.isfinite(time) for time in (clip.start, clip.end) if time is not None):
        yield "`start` and `end` are seconds from the start of the clip"
    elif clip.start is not None and clip.end is not None and clip.end <= clip.start:
        yield f"the segment ends at {clip.end:g} s, before it starts at {clip.start:g} s"
