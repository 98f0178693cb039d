"""From the bytes of a suite's files to the fields of a :class:`~audiotest.declare.suite.Suite`, with all that is wrong.

A mistake in one place hides none in another: what a schema refused is taken out, and the rest is still looked at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from audiotest.declare import building, case_checks, schema, suite_checks, variables
from audiotest.declare.audio_roots import Reach
from audiotest.declare.data.cases import Loaded, load
from audiotest.declare.document import placed, read_document
from audiotest.declare.extending import base_file, inherited, joined_data
from audiotest.declare.known_issues import mark
from audiotest.declare.lost_cases import files_of
from audiotest.declare.problems import Invalid, Problem, SuiteError
from audiotest.declare.problems import Path as KeyPath
from audiotest.declare.yaml import Document
from audiotest.types import Case, Check

if TYPE_CHECKING:
    from audiotest.declare.suite import Suite


def assemble(
    contents: list[tuple[str, bytes]], folder: Path | None = None, load_base: Callable[[Path], Suite] | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """The fields of the suite in ``contents`` ((name, bytes) of its file and of its files of cases), and what is wrong
    with it as a whole. With such problems the fields are what could still be read. ``folder`` is where the suite lies:
    the tables that its ``data`` names, and the suite that it extends, are looked for from there.

    Raises :class:`SuiteError` where nothing could.
    """
    (shown, data), *others = contents
    document, problems = read_document("suite", shown, data)
    if not isinstance(document.data, dict):
        raise SuiteError(problems)
    written, home = document.data, folder or Path()
    declared = written.get("variables") or {}
    unset = variables.fill(written, declared)
    base = None
    if written.get("extends") and load_base is not None:
        try:
            file = base_file(written["extends"], home)
            if refusal := Reach(home).refusal(file.absolute(), written["extends"]):
                raise LookupError(refusal)
            base = load_base(file)
        except (LookupError, OSError) as error:
            unset.append((("extends",), str(error)))
        except SuiteError as error:
            lines = str(error).splitlines()
            more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
            unset.append((("extends",), f"that suite cannot be used: {lines[0]}{more}"))
    settings, findings = building.settings(written, inherited(base, written, home) if base is not None else None)
    findings.errors += unset
    known = frozenset(settings.get("known_faults", ()))
    gathered = _Gathered(known, settings.get("scorers", ()))
    gathered.read(shown, data, document, [p for p in problems if _is_of_case(p)])
    whole = [p for p in problems if not _is_of_case(p)]
    for name, text in others:
        cases_document, wrong = read_document("cases", name, text)
        whole += placed(variables.fill(cases_document.data, declared), name, text)
        gathered.read(name, text, cases_document, wrong)
    if base is not None:
        gathered.add_inherited(settings.pop("cases"), settings.pop("invalid"))
        settings["files"] = _files(base, gathered.cases, home)
    cases, invalid = gathered.cases, gathered.invalid
    rows = written.get("data") if base is None else joined_data(base, written.get("data"), home)
    if rows and (lacking := [key for key in ("source", "fields") if not rows.get(key)]):
        keys, rows = ", ".join(f"`{key}`" for key in lacking), None
        if base is not None:  # of others the schema says it
            findings.errors.append((("data",), f"missing {keys}: {written['extends']} has no `data` to take it from"))
    if rows:
        own = written.get("data") or base is None
        table = _of_table(rows, home, settings, known, cases) if own else Loaded(stamp=base.data_stamp if base else "")
        gathered.cases, gathered.invalid = cases, invalid = cases + table.cases, invalid + table.invalid
        whole += placed(table.faults, shown, data)
        findings.warnings += table.doubts
        tables = (*table.files, *(() if own or base is None else base.tables))
        settings |= {"data": rows, "data_stamp": table.stamp, "tables": tables}
        settings["files"] = {**settings.get("files", {}), **table.files}
    if not (cases or invalid or whole or unset or settings["import_command"]):
        message = "the suite has no cases: write some under `cases:`, or in files under cases/ beside suite.yaml"
        whole.append(Problem(shown, 1, 1, ("suite",), message))
    cases = mark(document.data.get("known_issues", ()), cases, invalid, findings)
    across = suite_checks.across(settings, cases, gathered.tags, not settings["import_command"])
    whole += placed([*findings.errors, *across.errors], shown, data)
    warnings = [*placed([*findings.warnings, *across.warnings], shown, data), *gathered.warnings()]
    fields = {**settings, "cases": tuple(cases), "invalid": tuple(invalid), "warnings": tuple(warnings)}
    return fields, whole


def _files(base: Suite, cases: list[Case], home: Path) -> dict[str, str]:
    """Where the files of inherited cases are, from the folder ``home``."""
    theirs = {case.file: case for case in base.cases}
    return {case.file: os.path.relpath(base.file_of(theirs[case.file]), home) for case in cases if case.file in theirs}


def _of_table(
    data: dict[str, Any], folder: Path, settings: dict[str, Any], known: frozenset[str], cases: list[Case]
) -> Loaded:
    """The cases that the table of ``data`` adds to those that are written out, whose ids are taken."""
    scorers = suite_checks.judging_cases(settings.get("scorers", ()))

    def faults(case: Case) -> list[tuple[KeyPath, str]]:
        return [*case_checks.faults(case, known), *suite_checks.unscorable(case, scorers)]

    taken = {case.id: f"{case.file}:{case.line}" for case in cases}
    table = load(data, folder, settings.get("audio_root", ""), faults, taken, settings["import_command"])
    source = data.get("source") or ()
    settings["about"].setdefault("source", source if isinstance(source, str) else ", ".join(map(str, source)))
    if table.revision:
        settings["about"].setdefault("revision", table.revision)
    return table


def _is_of_case(problem: Problem) -> bool:
    """Whether it lies in an item of the list ``cases``, which somebody may have written as a mapping."""
    return problem.path[:1] == ("cases",) and len(problem.path) > 1 and isinstance(problem.path[1], int)


class _Gathered:
    """The cases of one suite, file by file: the usable ones, what is wrong with the others, and what looks odd."""

    def __init__(self, known_faults: frozenset[str], scorers: tuple[Check, ...] = ()) -> None:
        self.known, self.scorers = known_faults, suite_checks.judging_cases(scorers)
        self.cases: list[Case] = []
        self.invalid: list[Invalid] = []
        self._seen: dict[str, str] = {}
        self._files: list[tuple[str, bytes, Any, list[tuple[KeyPath, str]]]] = []

    def read(self, shown: str, data: bytes, document: Document, problems: list[Problem]) -> None:
        """Take in one file with the problems that its schema has found."""
        whole = [p for p in problems if not _is_of_case(p)]
        rows = document.data.get("cases") if isinstance(document.data, dict) else None
        if whole:
            self.invalid.append(Invalid(Path(shown).stem, whole[0].line, tuple(problems)))
            return
        rows = rows or []
        wrong: dict[int, list[Problem]] = {}
        for problem in problems:
            wrong.setdefault(cast(int, problem.path[1]), []).append(problem)
        good, faults, odd = [], [], []
        looks: list[tuple[KeyPath, str]] = []
        for i, row in enumerate(rows):
            if i in wrong:
                faults += [(("cases", i, *path), message) for path, message in self._rest(row)]
                continue
            case = building.case(row, shown, document.lines[i])
            faulty = list(case_checks.faults(case, self.known, looks))
            faulty += suite_checks.unscorable(case, self.scorers)
            if case.id in self._seen:
                message = f"the id {case.id!r} is duplicated: the case at {self._seen[case.id]} has it"
                faulty.append((("id",), message))
            if faulty:
                faults += [(("cases", i, *path), message) for path, message in faulty]
                looks.clear()
                continue
            self._seen[case.id] = f"{shown}:{document.lines[i]}"
            if looks:
                odd += [(("cases", i, *path), message) for path, message in looks]
                looks.clear()
            good.append(case)
        for problem in placed(faults, shown, data):
            wrong.setdefault(cast(int, problem.path[1]), []).append(problem)
        taken = {case.id for case in good} if wrong else set()
        self.cases += good
        self.invalid += [
            _invalid(rows[i] if i < len(rows) else None, document, i, wrong[i], taken) for i in sorted(wrong)
        ]
        self._files.append((shown, data, rows, odd + _ids_alike(good, rows)))

    def _rest(self, row: object) -> Iterator[tuple[KeyPath, str]]:
        """What else is wrong with a case of which the schema refused something; not what it may lack for that."""
        if isinstance(row, dict):
            rest = building.case(building.rest_of(row), "", 0)
            lost = isinstance(row.get("choices"), list) and len(rest.choices) < len(row["choices"])
            for path, message in case_checks.faults(rest, self.known):
                if path and not (lost and path[0] in ("choices", "answer")):
                    yield path, message

    def add_inherited(self, cases: Iterable[Case], invalid: Iterable[Invalid]) -> None:
        """Put the cases of the suite that this one extends before its own, those whose ids it takes left out."""
        self.cases = [case for case in cases if case.id not in self._seen] + self.cases
        self.invalid = [*invalid, *self.invalid]

    def tags(self) -> set[tuple[str, str]]:
        """All (name, value) pairs of tags, of cases that cannot be used as well."""
        pairs = {(name, value) for case in self.cases for name, values in case.tags.items() for value in values}
        for _, _, rows, _ in self._files if self.invalid else ():
            for row in rows:
                tags = row.get("tags") if isinstance(row, dict) else None
                for name, value in tags.items() if isinstance(tags, dict) else ():
                    pairs |= {(name, v) for v in (value if isinstance(value, list) else [value]) if v is not None}
        return pairs

    def warnings(self) -> Iterator[Problem]:
        """What a person may have meant."""
        for shown, data, _, odd in self._files:
            yield from placed(odd, shown, data)


def _ids_alike(cases: list[Case], rows: list[Any]) -> list[tuple[KeyPath, str]]:
    """Ids that differ by case only, of the cases of one file."""
    if len({case.id.lower() for case in cases}) == len(cases):
        return []
    duplicates: list[tuple[KeyPath, str]] = []
    seen: dict[str, str] = {}
    places = {row["id"]: i for i, row in enumerate(rows) if isinstance(row, dict) and isinstance(row.get("id"), str)}
    for case in cases:
        other = seen.setdefault(case.id.lower(), case.id)
        if other != case.id:
            message = f"the ids {other!r} and {case.id!r} differ by case only; some file systems take them for one"
            duplicates.append((("cases", places[case.id], "id"), message))
    return duplicates


def _invalid(row: object, document: Document, i: int, problems: list[Problem], taken: set[str]) -> Invalid:
    name = row.get("id") if isinstance(row, dict) else None
    line = problems[0].line if not isinstance(row, dict) or i >= len(document.lines) else document.lines[i]
    clean = str(name) if schema.is_name(name) and name not in taken else f"line-{line}"
    sounds: tuple[tuple[KeyPath, str], ...] = ()
    if isinstance(row, dict):
        rest = building.case(building.rest_of(row), "", 0)
        sounds = tuple(
            (("cases", i, *path), file) for path, file in files_of(rest) if not any(case_checks.faults_of_file(file))
        )
    return Invalid(clean, line, tuple(sorted(problems, key=lambda p: (p.line, p.column))), sounds)
