"""From validated YAML data to records.

What the schema refused has been taken out before (:mod:`audiotest.declare.pruning`): a mapping lacks it, a list has
None in its place. So the rest of a broken file is still read, and all of its problems are found at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiotest.declare import messages, suite_checks
from audiotest.declare.suite_checks import Findings
from audiotest.types import Case, ClipSpec, Gate, Generation, option_name

TRANSCRIPTION, TRANSCRIBE = "transcription", "Transcribe the speech word for word. Reply with the transcript alone."
"""A task, and what it asks where a case of it has no question of its own."""
_ABOUT = ("description", "source", "revision", "licence", "citation")


def settings(data: Mapping[str, Any], inherited: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], Findings]:
    """The fields of :class:`Suite` that ``data`` declares (but its cases), on top of those ``inherited`` from the suite
    that it extends, and what is wrong with them."""
    findings = Findings()
    given: dict[str, Any] = {"import_command": "", "by": (), "gates": (), "prompts": {}, **(inherited or {})}
    about = {k: data[k] for k in _ABOUT if data.get(k) is not None}
    fields: dict[str, Any] = {**given, "name": data.get("suite", ""), "about": about}
    for key in ("title", "policy", "audio_root", "require_audio", "join_clips", "repeats"):
        if key in data:
            fields[key] = data[key]
    if "by" in data:
        fields["by"] = tuple(tag for tag in data["by"] if tag is not None)
    if data.get("sample") and "n" in data["sample"]:
        fields["sample"] = {"by": next(iter(fields["by"]), ""), **data["sample"]}
    if "known_faults" in data:
        fields["known_faults"] = tuple(fault for fault in data["known_faults"] if fault)
    if "import" in data:
        fields["import_command"] = data["import"]
    fields["prompts"] = {**given["prompts"], **suite_checks.named_prompts(data.get("prompts") or {}, findings)}
    if "generation" in data:
        fields["generation"] = generation(data["generation"])
    if "prompt" in data and (prompt := suite_checks.prompt(data["prompt"], findings, fields["prompts"])):
        fields["prompt"] = prompt
    if "messages" in data:
        fields["messages"] = messages.read(data["messages"], ("messages",), findings.errors)
        if not messages.asks(fields["messages"]):
            message = "the last turn never shows the question: put `{{ prompt }}` or `{{ question }}` in"
            findings.warnings.append((("messages",), message))
    if "scorers" in data:
        fields["scorers"] = suite_checks.scorers(data["scorers"], findings)
    if "conditions" in data:
        fields["conditions"] = suite_checks.conditions(data["conditions"], findings, fields["prompts"])
    declared = [condition.name for condition, _ in fields.get("conditions", ())] or ["original"]
    if "gates" in data:
        rows = [(i, row) for i, row in enumerate(data["gates"]) if row is not None]
        fields["gates"] = tuple(gate for i, row in rows if (gate := _gate(row, declared, i, findings)))
    return fields, findings


def _gate(row: Mapping[str, Any], declared: list[str], i: int, findings: Findings) -> Gate | None:
    fields = suite_checks.gate(row, declared, ("gates", i), findings)
    kept = {name: value for name, value in fields.items() if value is not None}  # None: the schema refused it
    return Gate(**kept) if "metric" in kept else None


def generation(data: Mapping[str, Any]) -> Generation:
    """Generation settings from their YAML form."""
    return Generation(**{**data, "stop": tuple(text for text in data.get("stop", ()) if text is not None)})


def case(row: Mapping[str, Any], file: str, line: int) -> Case:
    """A case from data that satisfies the schema."""
    texts: list[str] = []
    kinds: list[str | None] = []
    sounds: list[ClipSpec] = []
    for choice in row.get("choices", ()):
        if isinstance(choice, str):
            texts.append(choice)
            kinds.append(None)
        else:
            texts.append(option_name(choice, len(texts) + 1))
            kinds.append(choice.get("kind"))
            if "audio" in choice:
                sounds += _clips(choice["audio"])
    reference = row.get("reference", ())
    answer = row.get("answer")
    answers = tuple(answer) if isinstance(answer, list) else ()
    tags = row.get("tags", {})
    return Case(
        id=row["id"],
        question=row["question"] if "question" in row or row.get("task") != TRANSCRIPTION else TRANSCRIBE,
        audio=_clips(row["audio"]) if "audio" in row else (),
        choices=tuple(texts),
        distractor_types=tuple(kinds) if any(kinds) else (),
        answer=next(iter(answers), None) if isinstance(answer, list) else answer,
        answers=answers if len(answers) > 1 else (),
        choice_sounds=tuple(sounds),
        reference=(reference,) if isinstance(reference, str) else tuple(reference),
        task=row.get("task", ""),
        tags={k: (v,) if isinstance(v, str) else tuple(v) for k, v in tags.items()},
        expect=suite_checks.checks(row["expect"]) if "expect" in row else (),
        metadata=row.get("facts", {}),
        paraphrases=tuple(row.get("paraphrases", ())),
        generation=generation(row["generation"]) if "generation" in row else None,
        messages=messages.read(row["messages"], ("messages",), []) if "messages" in row else (),
        file=file,
        line=line,
    )


def rest_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of a case of which the schema refused something, so that :func:`case` can take it."""
    kept: dict[str, Any] = {"id": "", "question": "?"}
    for key, value in row.items():
        if isinstance(value, list):
            kept[key] = [item for item in value if _usable(key, item)]
        elif key == "tags" and isinstance(value, dict):
            kept[key] = {tag: v for tag, v in value.items() if v and not (isinstance(v, list) and None in v)}
        elif _usable(key, value):
            kept[key] = value
    return kept


def _usable(key: str, value: Any) -> bool:
    """Whether an item of the list ``key``, or its only value, is still whole."""
    if not isinstance(value, dict):
        return value is not None
    option = bool(value.keys() & {"text", "audio"})
    return {"choices": option, "audio": bool(value), "expect": len(value) == 1}.get(key, True)


def _clips(value: Any) -> tuple[ClipSpec, ...]:
    rows = value if isinstance(value, list) else [value]
    return tuple(ClipSpec(file=row) if isinstance(row, str) else ClipSpec(**row) for row in rows)
