"""What a trial of a run sounded like, found again through its suite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from audiotest.declare.condition import parse_one
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import Trial
from audiotest.predict.sound import Sounds
from audiotest.words import Case, Needs, Record, Waveform


def hearing(seed: int, root: Path) -> Callable[[Record], Sequence[Waveform]]:
    """A function from a record to the waveforms of its trial; it raises LookupError where the suite is not there."""
    suites: dict[str, tuple[Suite, dict[str, Case]]] = {}
    sounds = Sounds(Needs(), seed)

    def heard(record: Record) -> Sequence[Waveform]:
        file = record.nodeid.partition("::")[0]
        if file not in suites:
            try:
                suite = load(root / file, shown=file)
            except (SuiteError, OSError) as error:
                raise LookupError(str(error)) from None
            suites[file] = suite, {case.id: case for case in suite.cases}
        suite, cases = suites[file]
        return sounds.waveforms(Trial(suite, cases[record.case], parse_one(record.condition), "recorded"))

    return heard
