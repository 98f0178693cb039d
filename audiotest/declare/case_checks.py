"""Checks of a case that a JSON Schema cannot make, as (path of the key, sentence) pairs.

``known`` are the faults that its release is known to have, and that its cases may keep.
"""

from __future__ import annotations

import os.path
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from audiotest.declare.messages import faults as message_faults
from audiotest.declare.problems import Path
from audiotest.declare.suite_checks import check_fault
from audiotest.registry import unknown
from audiotest.types import Case, ClipSpec

Pairs = list[tuple[Path, str]]


def faults(case: Case, known: frozenset[str], odd: Pairs | None = None) -> Iterator[tuple[Path, str]]:
    """What is wrong with a case that has the right form. What a person may have meant is added to ``odd``."""
    if case.question.isspace():
        yield ("question",), "the question is empty: write what is asked"
    if len(case.answers) > len(set(case.answers)):
        yield ("answer",), f"the answer {twice(case.answers)!r} is duplicated; keep one"
    if case.choices:
        yield from _choice_faults(case, known, odd)
    elif case.answer is None and not case.reference and not case.expect and "no_answer" not in known:
        yield (), "nothing to compare a reply with: give `choices` and `answer`, `reference`, or `expect`"
    for i, check in enumerate(case.expect):
        if fault := check_fault(check):
            yield ("expect", i), fault
    if case.messages:
        yield from message_faults(case.messages)
    for i, clip in enumerate(case.audio):
        path: Path = ("audio", i) if len(case.audio) > 1 else ("audio",)
        yield from ((path, message) for message in _clip_faults(clip))


def _choice_faults(case: Case, known: frozenset[str], odd: Pairs | None) -> Iterator[tuple[Path, str]]:
    choices = case.choices
    if case.choice_sounds and len(case.choice_sounds) < len(choices):
        yield ("choices",), "some choices are sounds and others are text: give each an `audio`, or none"
    for i, clip in enumerate(case.choice_sounds):
        yield from ((("choices", i, "audio"), message) for message in _clip_faults(clip))
    if len(choices) < 2 and "one_choice" not in known:
        yield ("choices",), "a single choice is no choice: give at least two"
    if not _plainly_distinct(choices):
        if not all(map(str.strip, choices)) and "empty_choice" not in known:
            yield ("choices",), "a choice is empty: write its text, or take it out"
        elif "equal_choices" not in known:
            yield from _similar_choices(choices, odd if odd is not None else [])
    if case.answer is None:
        if "no_answer" not in known:
            yield (), "missing key `answer`: which of the choices is right?"
    elif not case.answers:
        if case.answer not in choices and "answer_not_in_choices" not in known:
            yield ("answer",), unknown("answer, not among the choices:", case.answer, list(choices))
    else:
        for i, answer in enumerate(case.answers):
            if answer not in choices and "answer_not_in_choices" not in known:
                yield ("answer", i), unknown("answer, not among the choices:", answer, list(choices))
        if set(choices) <= set(case.answers):
            yield ("answer",), "every choice is right, so no reply can be wrong: take out the answers that are not"


def _plainly_distinct(choices: Sequence[str]) -> bool:
    """Whether no choice is empty and none could be taken for another; a quick look that most suites pass."""
    lines = "\n" + "\n".join(choices) + "\n"
    if not lines.isascii() or "  " in lines or "\n " in lines or " \n" in lines or "\n\n" in lines or "\t" in lines:
        return False
    return len(set(lines.lower().split("\n"))) == len(choices) + 1


def _similar_choices(choices: Sequence[str], odd: Pairs) -> Iterator[tuple[Path, str]]:
    if len(choices) > len(set(choices)):
        yield ("choices",), f"the choice {twice(choices)!r} is duplicated; replies could not be distinguished"
    elif len(set(map(_look, choices))) < len(choices):
        first, second = _alike(choices, _look)
        why = "by white space" if "".join(first.split()) == "".join(second.split()) else "by how Unicode writes them"
        yield ("choices",), f"the choices {first!r} and {second!r} differ {why} only and look the same; keep one"
    elif len(set(map(str.casefold, choices))) < len(choices):
        first, second = _alike(choices, str.casefold)
        odd.append((("choices",), f"the choices {first!r} and {second!r} differ by case only; is that meant?"))


def twice(texts: Sequence[str]) -> str:
    """The first text that is there a second time."""
    return next(text for i, text in enumerate(texts) if text in texts[:i])


def _look(choice: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", choice).split())


def _alike(choices: Sequence[str], form: Callable[[str], str]) -> tuple[str, str]:
    """The first two different choices of the same ``form``."""
    seen: dict[str, str] = {}
    for choice in dict.fromkeys(choices):
        if form(choice) in seen:
            return seen[form(choice)], choice
        seen[form(choice)] = choice
    raise ValueError("no two choices are alike")


def faults_of_file(file: str) -> Iterator[str]:
    """What is wrong with the path of a case's sound, as written."""
    if os.path.isabs(file) or ".." in file.replace("\\", "/").split("/"):
        yield f"{file!r} leads out of the suite's folder; copy it in, or set the suite's `audio_root`"


def _clip_faults(clip: ClipSpec) -> Iterator[str]:
    if (clip.file, clip.synth, clip.embedded).count(None) != 2:
        yield "a clip is either a `file` or a `synth`"
    if clip.file is not None:
        yield from faults_of_file(clip.file)
    if clip.start is not None and clip.end is not None and clip.end <= clip.start:
        yield f"the segment ends at {clip.end:g} s, before it starts at {clip.start:g} s"
