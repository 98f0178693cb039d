"""Annotations of GitHub Actions: what failed, shown at the lines of the YAML cases in a pull request's files.

They are lines of the job's log (`workflow commands
<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>`_), of which GitHub shows ten a step.
What stands in them comes from suites and models, so it is escaped: no reply can be a command of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from audiotest import inert
from audiotest.baseline import regressed
from audiotest.runs import Run
from audiotest.types import Case, Record

_MOST = 10
_CHARACTERS = 300
"""Of a message: the job's page and the report have the whole."""


def workflow_commands(run: Run) -> list[str]:
    """Up to ten lines for the log, where the job runs on GitHub Actions; else none. Gates come first, then cases: all
    conditions under which one failed are one annotation."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return []
    lines = [*_gates(run), *_cases(run)]
    return lines if len(lines) <= _MOST else [*lines[: _MOST - 1], _more(len(lines) - _MOST + 1)]


def _gates(run: Run) -> Iterator[str]:
    for name, gates in run.gates.items():
        suite = run.suites.get(name)
        for gate in gates:
            if gate.passed is False and suite is not None and suite.path:
                yield _command(Path(suite.path), 1, f"gate {gate.name} of {name} failed", gate.reason)


def _cases(run: Run) -> Iterator[str]:
    failed: dict[tuple[str, str], list[Record]] = {}
    for record in run.records:
        if record.outcome in ("failed", "error") or regressed(record):
            failed.setdefault((record.suite, record.case), []).append(record)
    places: dict[str, Mapping[str, Case]] = {}
    for (name, case_id), records in failed.items():
        suite = run.suites.get(name)
        if suite is None or not suite.path:
            continue
        if name not in places:
            places[name] = {case.id: case for case in suite.cases}
        case = places[name].get(case_id)
        if case is not None:
            text = "; ".join(f"{record.condition}: {record.reason}" for record in records)
            yield _command(suite.file_of(case), max(case.line, 1), f"{case_id}: {records[0].outcome}", text)


def _more(count: int) -> str:
    return f"::error title=audiotest::and {count} more: the job's page and the report list them"


def _command(path: Path, line: int, title: str, text: str) -> str:
    """One annotation; ``path`` is shown from the repository's root."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    whole = path.resolve()
    shown = whole.relative_to(root) if whole.is_relative_to(root) else whole
    text = inert.line(text)
    text = text if len(text) <= _CHARACTERS else f"{text[: _CHARACTERS - 1]}…"
    return f"::error file={_property(shown.as_posix())},line={line},title={_property(inert.line(title))}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
