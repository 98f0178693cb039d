"""Cases that turn out to be unusable once a suite has been put together: what they name is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from audiotest.declare.messages import examples
from audiotest.declare.problems import Invalid, Path, Problem
from audiotest.declare.yaml import Document, parse
from audiotest.types import Case

if TYPE_CHECKING:
    from audiotest.declare.suite import Suite

Faults = list[tuple[Path, str]]
"""The path of a key, and what is wrong there."""


def without(suite: Suite, lost: Mapping[str, Faults]) -> Suite:
    """``suite`` with the cases of these ids in ``invalid``, each with its faults; their paths begin at the case."""
    if not lost:
        return suite
    invalid = _invalid(suite, [case for case in suite.cases if case.id in lost], lost)
    kept = tuple(case for case in suite.cases if case.id not in lost)
    return replace(suite, cases=kept, invalid=(*suite.invalid, *invalid))


def files_of(case: Case) -> Iterator[tuple[Path, str]]:
    """The sound files of a case with the paths of their keys, those of its own turns included."""
    for i, clip in enumerate(case.audio):
        if clip.file is not None:
            yield (("audio", i) if len(case.audio) > 1 else ("audio",)), clip.file
    for i, clip in enumerate(case.choice_sounds):
        if clip.file is not None:
            yield ("choices", i, "audio"), clip.file
    for clip in examples(case.messages):
        if clip.file is not None:
            yield ("messages",), clip.file


def _invalid(suite: Suite, cases: list[Case], lost: Mapping[str, Faults]) -> Iterator[Invalid]:
    """What replaces ``cases``; each file is read again once, however many of its cases are lost."""
    read: dict[str, tuple[Document, dict[tuple[int, str], int]]] = {}
    for case in cases:
        path = suite.file_of(case)
        if path.suffix not in (".yaml", ".yml"):  # a row of a table
            problems = (Problem(case.file, case.line, 1, where, message) for where, message in lost[case.id])
            yield Invalid(case.id, case.line, tuple(problems))
            continue
        if case.file not in read:
            document = parse(path.read_bytes(), case.file, marks=True)
            ids = (row.get("id") if isinstance(row, dict) else None for row in document.data["cases"])
            read[case.file] = document, {(document.lines[i], str(id_)): i for i, id_ in enumerate(ids)}
        document, places = read[case.file]
        i = places[case.line, case.id]
        wheres: Faults = [(("cases", i, *tail), message) for tail, message in lost[case.id]]
        problems = (Problem(case.file, *document.place(where), where, message) for where, message in wheres)
        sounds = tuple((("cases", i, *tail), file) for tail, file in files_of(case))
        yield Invalid(case.id, case.line, tuple(problems), sounds)
