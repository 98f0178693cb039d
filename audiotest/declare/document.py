"""One YAML file, parsed and held against its schema."""

from __future__ import annotations

from audiotest.declare import pruning, schema
from audiotest.declare.explaining import Violation
from audiotest.declare.problems import Path, Problem
from audiotest.declare.yaml import Document, parse


def read_document(kind: str, shown: str, data: bytes) -> tuple[Document, list[Problem]]:
    """Parse and validate one file; what its schema refuses is in the problems and no longer in the data."""
    document = parse(data, shown)
    if document.data is None and not document.problems:
        wanted = "`suite: NAME`" if kind == "suite" else f"`{kind}:`"
        return document, [Problem(shown, 1, 1, (), f"the file is empty; it should start with {wanted}")]
    problems = list(document.problems)
    if document.data is None:
        return document, problems
    numbers = list(schema.number_problems(document, shown))
    odd = {problem.path for problem in numbers}
    if not schema.is_valid(kind, document.data):
        marked = parse(data, shown, marks=True)  # places are sought only when there is something to place
        violations = [one for one in schema.violations(kind, marked) if one.path not in odd]
        problems += schema.placed(violations, marked, shown)
        pruning.prune(document.data, violations)
    problems += numbers
    pruning.prune(document.data, [Violation(p.path, p.message) for p in numbers])
    return document, sorted(problems, key=lambda p: (p.line, p.column))


def placed(faults: list[tuple[Path, str]], shown: str, data: bytes) -> list[Problem]:
    """(path of the key, sentence) pairs about the file ``shown`` as problems with their places in ``data``."""
    if not faults:
        return []
    document = parse(data, shown, marks=True)
    return [Problem(shown, *document.place(path, value=True), path, message) for path, message in faults]
