"""New verdicts on a run's replies, without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from audiotest.declare.suite import Suite, load
from audiotest.errors import AudiotestError
from audiotest.grade.expectations import correctness
from audiotest.grade.question import question_of
from audiotest.grade.verdicts import left_out, verdicts
from audiotest.types import Case, Check, Outcome, Record, origin_of


class CannotRescore(AudiotestError):
    """A run whose suite is not to be found; says which."""


def rescore(
    records: Iterable[Record], scorers: Sequence[str], find: Callable[[str], Suite] | None = None
) -> list[Record]:
    """The records with verdicts by ``scorers``, the first of which decides, and outcomes to match. A scorer that the
    suite names has the options that it has there.

    Expectations that look at one reply alone (``correct``, ``recorded``) are judged again; the others keep their
    outcome. ``find`` gives the suite of a file name in a node id. Raises :class:`CannotRescore`, and ValueError for a
    scorer that needs what a suite does not have.
    """
    find = find or _load
    suites: dict[str, tuple[Suite, dict[str, Case], list[Check]]] = {}
    rescored = []
    for record in records:
        if record.reply is None:
            rescored.append(record)
            continue
        file = record.nodeid.partition("::")[0]
        if file not in suites:
            suite = find(file)
            known = {check.name: check for check in suite.scorers}
            checks = [known.get(name, Check(name)) for name in scorers]
            suites[file] = suite, {case.id: case for case in suite.cases}, checks
        suite, cases, checks = suites[file]
        rescored.append(_again(record, cases.get(origin_of(record.case)), checks, suite.policy))
    return rescored


def _again(record: Record, case: Case | None, scorers: Sequence[Check], policy: str) -> Record:
    assert record.reply is not None
    by_scorer = verdicts(question_of(record, case), record.reply.text, scorers)
    judged = replace(record, verdicts=left_out(by_scorer) if record.known_issue else by_scorer)
    if record.expectation != "correct" or record.outcome not in ("passed", "failed", "missed") or not judged.verdicts:
        return judged
    finding = correctness(judged)
    excused = policy == "gates" or record.known_issue
    outcome: Outcome = "missed" if finding.outcome == "failed" and excused else finding.outcome
    return replace(judged, outcome=outcome, reason=finding.reason)


def _load(file: str) -> Suite:
    if not Path(file).is_file():
        raise CannotRescore(f"there is no {file} here: run this where the run was made")
    return load(file)
