"""Checks of a suite's settings that a JSON Schema cannot make: names, options, templates, sweeps, gates.

Each adds (path of the key, sentence) pairs to the :class:`Findings` that it is given; the caller knows the file and
finds the place. An *error* keeps the suite from running; a *warning* is about what a person may have meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from audiotest.declare import prompt as prompts
from audiotest.declare.condition import MOST_CONDITIONS, Condition, ConditionError, parse, parse_one
from audiotest.declare.problems import Path
from audiotest.registry import METRICS, SCORERS, unknown
from audiotest.types import BASELINE, Case, Check, Gate, Question

Pairs = list[tuple[Path, str]]


class Findings(Struct):
    """What checks found: (path, sentence) pairs."""

    errors: Pairs = field(default_factory=list)
    warnings: Pairs = field(default_factory=list)


def named_prompts(written: Mapping[str, Any], findings: Findings) -> dict[str, str]:
    """The templates that a suite names itself: each has to render, and its name must not be taken."""
    kept: dict[str, str] = {}
    for name, text in written.items():
        path: Path = ("prompts", name)
        if name in prompts.template_names():
            findings.errors.append((path, f"`{name}` is a named template already; choose another name"))
            continue
        try:
            prompts.check("{{ '' }}" + str(text))  # a text without a tag is a template too here
        except prompts.PromptError as error:
            findings.errors.append((path, str(error)))
        else:
            kept[str(name)] = str(text)
    return kept


def prompt(value: str | Mapping[str, str], findings: Findings, own: Mapping[str, str]) -> str:
    """The template as written, or the name of one of the suite's ``own``; it has to render, and should show the
    question."""
    text = value if isinstance(value, str) else value.get("template", "")
    if not text or text in own:
        return text
    try:
        prompts.check(text)
        if not prompts.shows_question(text):
            findings.warnings.append(
                (
                    ("prompt",),
                    "the prompt never shows the question: put `{{ question }}` in, or every case asks the same",
                )
            )
    except prompts.PromptError as error:
        findings.errors.append((("prompt",), str(error)))
    return text


def checks(rows: Iterable[Any]) -> tuple[Check, ...]:
    """Scorers as written: a name, or ``{name: {option: value}}``."""
    return tuple(check for row in rows if (check := _check(row)) is not None)


def _check(row: Any) -> Check | None:
    if isinstance(row, str):
        return Check(row)
    if not isinstance(row, dict) or len(row) != 1:
        return None  # refused by the schema
    ((name, options),) = row.items()
    return Check(name, options or {})


def scorers(rows: Sequence[Any], findings: Findings) -> tuple[Check, ...]:
    """The suite's scorers, each once."""
    kept: list[Check] = []
    for i, row in enumerate(rows):
        check = _check(row)
        if check is None:
            continue
        if fault := check_fault(check):
            findings.errors.append((("scorers", i), fault))
        if any(check.name == other.name for other in kept):
            message = f"the scorer `{check.name}` is duplicated; figures go by its name: keep one"
            findings.errors.append((("scorers", i), message))
        kept.append(check)
    return tuple(kept)


def check_fault(check: Check) -> str:
    """What is wrong with a scorer as written, as far as it can be seen before there is a reply."""
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


def judging_cases(checks: Iterable[Check]) -> list[Check]:
    """Those of ``checks`` that can say of a case that they could not judge it, and whose options are right."""
    members = [(check, SCORERS.get(check.name)) for check in checks if check.name in SCORERS]
    return [c for c, scorer in members if (scorer.check_case or scorer.one_answer) and not check_fault(c)]


def unscorable(case: Case, checks: Sequence[Check]) -> list[tuple[Path, str]]:
    """Why scorers could not judge ``case``, whatever the reply: ``checks`` of the suite, and its own."""
    every = [*checks, *judging_cases(case.expect)] if case.expect else checks
    wrong: list[tuple[Path, str]] = []
    for check in every if case.answers else ():
        if SCORERS.get(check.name).one_answer:
            message = f"`{check.name}` has a single right answer by its rule, and this case has {len(case.answers)}: "
            wrong.append((("answer",), message + "keep one, or judge the case by `choice`"))
    every = [check for check in every if SCORERS.get(check.name).check_case]
    if not every:
        return wrong
    index = case.choices.index(case.answer) if case.answer in case.choices else None
    asked = Question(
        case.question,
        case.choices,
        case.answer,
        index,
        case.reference,
        {**case.metadata, "tags": case.tags},
        answers=case.answers,
    )
    for check in every:
        test = SCORERS.get(check.name).check_case
        try:
            if test is not None:
                test(asked, **check.options)
        except ValueError as error:
            key = "reference" if case.reference else "answer"
            wrong.append(((key,) if case.reference or case.answer is not None else (), f"`{check.name}`: {error}"))
    return wrong


def conditions(
    rows: Sequence[Any], findings: Findings, own_prompts: Mapping[str, str]
) -> tuple[tuple[Condition, Any], ...]:
    """The suite's conditions with their expectations, sweeps written out."""
    known_prompts = [*own_prompts, *prompts.template_names()]
    kept: dict[str, tuple[Condition, str]] = {}
    for i, row in enumerate(rows):
        if not isinstance(row, str) and (not isinstance(row, dict) or len(row) != 1):
            continue  # refused by the schema
        text, expectation = (row, None) if isinstance(row, str) else next(iter(row.items()))
        try:
            read = parse(text)
        except ConditionError as error:
            findings.errors.append((("conditions", i), str(error)))
            continue
        for condition in read:
            for name in (str(part.parameters[part.member.prompt]) for part in condition.parts if part.member.prompt):
                if name not in known_prompts:
                    findings.errors.append((("conditions", i), unknown("prompt", name, known_prompts)))
            if condition.name in kept:
                findings.errors.append((("conditions", i), f"the condition `{condition.name}` is duplicated; keep one"))
                break
            usual = "correct" if condition.name == "original" else "recorded"
            kept[condition.name] = (condition, expectation or usual)
    if len(kept) > MOST_CONDITIONS:
        message = f"{len(kept):,} conditions in all; {MOST_CONDITIONS:,} are the most for one suite"
        findings.errors.append((("conditions",), message))
    return tuple(kept.values())


def gate(row: Mapping[str, Any], declared: list[str], path: Path, findings: Findings) -> dict[str, Any]:
    """The fields of a gate; its metric, scorer, conditions and bounds have to fit together."""
    fields = dict(row)
    metric, _, scorer = str(row.get("metric") or "").partition(":")
    known = metric in METRICS.names()
    if metric and not known:
        findings.errors.append(((*path, "metric"), unknown("metric", metric, METRICS.names())))
    if scorer and scorer != "expect" and scorer not in SCORERS.names():
        findings.errors.append(((*path, "metric"), unknown("scorer", scorer, SCORERS.names())))
    if "min" not in row and "max" not in row:
        findings.errors.append((path, "a gate needs `min` or `max`; without one it cannot fail"))
    for key in ("condition", "versus"):
        if row.get(key) is None or (key == "versus" and row[key] == BASELINE):
            continue
        try:
            fields[key] = parse_one(row[key]).name
        except ConditionError as error:
            findings.errors.append(((*path, key), str(error)))
        else:
            if fields[key] not in declared:
                message = unknown("condition of this suite:", fields[key], sorted(declared))
                findings.errors.append(((*path, key), message))
    if known:
        _bounds(metric, row, path, findings)
        _compared(metric, fields, declared, path, findings)
    return fields


def _bounds(metric: str, row: Mapping[str, Any], path: Path, findings: Findings) -> None:
    least, most = row.get("min"), row.get("max")
    if least is not None and most is not None and least > most:
        message = f"`min` is {least:g} and `max` {most:g}: nothing lies between them; swap them, or take one out"
        findings.errors.append(((*path, "min"), message))
    lowest, highest = METRICS.get(metric).range
    if METRICS.get(metric).is_share and highest is None and most is not None and 1 < most <= 100:
        message = f"`{metric}` is a share, hardly above 1: for {most:g}% write `max: {most / 100:g}`"
        findings.warnings.append(((*path, "max"), message))
    named = f"`{metric}`"
    if row.get("versus") == BASELINE:  # a difference of two such figures
        width = None if lowest is None or highest is None else highest - lowest
        lowest, highest, named = None if width is None else -width, width, f"the change of `{metric}`"
    for key, bound in (("min", least), ("max", most)):
        if bound is None:
            continue
        if (key == "min" and highest is not None and bound > highest) or (
            key == "max" and lowest is not None and bound < lowest
        ):
            limit = f"at most {highest:g}" if key == "min" else f"at least {lowest:g}"
            percent = f"; for {bound:g}% write {bound / 100:g}" if key == "min" and 1 < bound <= 100 else ""
            message = f"{named} is {limit}, so no run can meet `{key}: {bound:g}`{percent}"
            findings.errors.append(((*path, key), message))
        elif (key == "min" and lowest is not None and bound <= lowest) or (
            key == "max" and highest is not None and bound >= highest
        ):
            limit = f"at least {lowest:g}" if key == "min" else f"at most {highest:g}"
            message = f"{named} is always {limit}, so `{key}: {bound:g}` cannot fail; set a bound that can"
            findings.warnings.append(((*path, key), message))


def _compared(metric: str, fields: Mapping[str, Any], declared: list[str], path: Path, findings: Findings) -> None:
    usual = METRICS.get(metric).compared_with
    if not usual:
        return
    held = fields.get("versus") == BASELINE  # so that `versus` cannot name the other condition as well
    fields = {key: value for key, value in fields.items() if not (held and key == "versus")}
    condition, versus = fields.get("condition", "original"), fields.get("versus", usual)
    if condition == versus:
        other = "`versus`" if usual == "text_only" else "`condition`"
        message = f"`{metric}` compares `{condition}` with itself; name another condition as {other}"
        findings.errors.append(((*path, "versus") if "versus" in fields else path, message))
    elif "versus" not in fields and usual not in declared:
        message = f"`{metric}` compares with `{usual}`, which this suite does not run: add it, or name one as `versus`"
        findings.errors.append((path, message))
    elif "versus" not in fields and usual != "original" and not held:
        message = f"`{metric}` has no `versus`, so it is taken against `{usual}`; write it down"
        findings.warnings.append((path, message))


def across(
    fields: Mapping[str, Any], cases: Sequence[Case], tags_of_all: Callable[[], set[tuple[str, str]]], whole: bool
) -> Findings:
    """What settings and cases say only together. ``tags_of_all`` gives all (name, value) pairs of the suite's cases,
    usable or not. ``whole``: whether the cases are the suite's own, rather than what has been imported so far."""
    findings = Findings()
    tags = tags_of_all() if any(gate.tags for gate in fields.get("gates", ())) else set()
    by = (fields.get("sample") or {}).get("by")
    if by and cases and not any(by in case.tags for case in cases):
        known = sorted({name for case in cases for name in case.tags})
        path_by: Path = ("sample", "by")
        (findings.errors if whole else findings.warnings).append(
            (path_by, f"no case has it: {unknown('tag', by, known)}")
        )
    names = [check.name for check in fields.get("scorers", (Check("choice"),))]
    expecting = {check.name for case in cases for check in case.expect}
    for i, gate in enumerate(fields.get("gates", ())):
        _gate_scorer(gate, {*names, *expecting, *(["expect"] if expecting else [])}, ("gates", i), findings)
        for name, value in gate.tags.items():
            if cases and (name, value) not in tags:
                path: Path = ("gates", i, "tags", name)
                (findings.errors if whole else findings.warnings).append((path, _unseen(name, value, tags)))
    _open_questions(names, fields, cases, findings)
    return findings


def _gate_scorer(gate: Gate, running: set[str], path: Path, findings: Findings) -> None:
    _, _, scorer = gate.metric.partition(":")
    if scorer in SCORERS.names() and scorer not in running:
        message = f"no scorer `{scorer}` runs in this suite, so `{gate.metric}` has no figure; add it under `scorers`"
        findings.errors.append(((*path, "metric"), message))


def _unseen(name: str, value: str, tags: set[tuple[str, str]]) -> str:
    values = sorted(v for n, v in tags if n == name)
    if values:
        return f"no case has this tag: {unknown(f'value of {name}:', value, values)}"
    names = sorted({n for n, _ in tags})
    return f"no case has this tag: {unknown('tag', name, names)}" if names else "no case has this tag, or any other"


def _open_questions(names: list[str], fields: Mapping[str, Any], cases: Sequence[Case], findings: Findings) -> None:
    expectations = [expectation for _, expectation in fields.get("conditions", ((None, "correct"),))]
    if all(expectation in ("recorded", "abstains") for expectation in expectations):
        return
    if not names or not set(names) <= set(SCORERS.names()):
        return  # refused already
    if any(SCORERS.get(name).open_questions for name in names):
        return
    unjudged = [case for case in cases if not case.choices and not case.expect]
    if unjudged:
        count, first = len(unjudged), f"`{unjudged[0].id}` at {unjudged[0].file}:{unjudged[0].line}"
        these = f"{count:,} open questions (the first is {first})" if count > 1 else f"the open question {first}"
        message = (
            f"no scorer judges {these}: `{names[0]}` reads choices, so nothing comes of asking; "
            "give the case an `expect`, or the suite a scorer such as `exact` or `rouge_l`"
        )
        findings.warnings.append((("scorers",), message))
