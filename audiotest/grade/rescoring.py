"""New verdicts on a run's replies, without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from audiotest.declare.suite import Suite, load
from audiotest.errors import AudiotestError
from audiotest.grade.judging import correctness
from audiotest.grade.verdicts import metadata_of, verdicts
from audiotest.types import Case, Check, Outcome, Question, Record


class CannotRescore(AudiotestError):
    """A run whose suite is not to be found; says which."""


def rescore(
    records: Iterable[Record], scorers: Sequence[str], find: Callable[[str], Suite] | None = None
) -> list[Record]:
    """The records with verdicts by ``scorers``, the first of which decides, and outcomes to match. A scorer that the
    suite names has the options that it has there.

    Expectations that look at one reply alone (``correct``, ``recorded``) are judged anew; the others keep their
    outcome. ``find`` gives the suite of a file name in a node id. Raises :class:`CannotRescore`, and ValueError for a
    scorer that needs what a suite does not have.
    """
    find = find or _load
    cases: dict[str, dict[str, Case]] = {}
    policies: dict[str, str] = {}
    checks: dict[str, list[Check]] = {}
    made = []
    for record in records:
        if record.reply is None:
            made.append(record)
            continue
        file = record.nodeid.partition("::")[0]
        if file not in cases:
            suite = find(file)
            cases[file], policies[file] = {case.id: case for case in suite.cases}, suite.policy
            known = {check.name: check for check in suite.scorers}
            checks[file] = [known.get(name, Check(name)) for name in scorers]
        made.append(_again(record, cases[file].get(record.case), checks[file], policies[file]))
    return made


def _again(record: Record, case: Case | None, scorers: Sequence[Check], policy: str) -> Record:
    assert record.reply is not None
    facts = metadata_of(case.metadata if case is not None else {}, record.tags, record.labels, record.reply)
    reference = case.reference if case is not None else ()
    question = Question(record.question, record.choices, record.answer, record.answer_index, reference, facts)
    found = verdicts(question, record.reply.text, scorers)
    if record.expectation != "correct" or record.outcome not in ("passed", "failed", "missed") or not found:
        return replace(record, verdicts=found)
    finding = correctness(found)
    outcome: Outcome = "missed" if finding.outcome == "failed" and policy == "gates" else finding.outcome
    return replace(record, verdicts=found, outcome=outcome, reason=finding.reason)


def _load(file: str) -> Suite:
    if not Path(file).is_file():
        raise CannotRescore(f"there is no {file} here: run this where the run was made")
    return load(file)
