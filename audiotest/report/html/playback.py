"""What a trial of a run sounded like, found again through its suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from audiotest.counting import counted
from audiotest.declare.condition import parse_one
from audiotest.declare.problems import SuiteError
from audiotest.declare.repeating import find
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import Trial, present
from audiotest.errors import AudiotestError
from audiotest.predict.sound import Sounds
from audiotest.runs import Run
from audiotest.types import Case, Needs, NotApplicable, Record, Waveform


class Hearing:
    """The sounds of a run's trials. ``root`` is what the node ids are relative to; ``needs`` says at which rate and in
    how many channels the model heard them, and how many clips it takes: more may have been joined for it. ``confined``:
    only suites below ``root`` are read."""

    def __init__(
        self, seed: int, root: Path, needs: Needs | None = None, suites: Mapping[str, Suite] | None = None,
        *, confined: bool = False,
    ) -> None:  # fmt: skip
        self.seed, self.root, self._confined = seed, root, confined
        needs = needs or Needs()
        self._joined, self._apart = Sounds(needs, seed), Sounds(replace(needs, clips=None), seed)
        self.lost: Counter[str] = Counter()
        """Why a trial's sound cannot be had, and how often."""
        self._suites: dict[str, tuple[Suite, dict[str, Case]]] = {}
        self._missing: dict[str, str] = {}
        # A suite made in Python has no file to be found again by.
        self._named = {name: suite for name, suite in (suites or {}).items() if not suite.path}

    @classmethod
    def of(cls, run: Run, *, confined: bool = False) -> Hearing:
        """As the model of ``run`` heard them."""
        at = run.summary.heard_at
        needs = Needs(sample_rate=at.sample_rate, channels=at.channels, clips=at.clips) if at else None
        return cls(run.summary.seed or 0, run.root, needs, run.suites, confined=confined)

    def __call__(self, record: Record) -> Sequence[Waveform]:
        """The waveforms of a trial, none without a sound; raises LookupError where its suite is not there."""
        try:
            trial = self._trial(record)
            view = present(trial, self.seed)
            sounds = self._joined if self._joined.joins(trial, len(view.clips)) else self._apart
            return sounds.waveforms(trial, view.clips) if view.audio else ()
        except (LookupError, OSError, ValueError, RuntimeError) as error:
            self.lost[str(error)] += 1
            raise

    def clips(self, record: Record) -> int:
        """How many waveforms :meth:`__call__` gives, without making them: 0 where the trial cannot be had."""
        try:
            trial = self._trial(record)
            view = present(trial, self.seed)
        except NotApplicable:
            return 0
        except (AudiotestError, LookupError, OSError, ValueError, RuntimeError) as error:
            self.lost[str(error)] += 1
            return 0
        if not view.audio:
            return 0
        return 1 if self._joined.joins(trial, len(view.clips)) else len(trial.case.audio) + len(view.clips)

    def lost_sounds(self) -> str:
        """What to say of sounds that could not be had: the commonest reason stands for the others."""
        if not self.lost:
            return ""
        [(reason, _)] = self.lost.most_common(1)
        why = reason.splitlines()[0] if reason else "sounds are lost"
        return f"; {counted(self.lost.total(), 'trial has', 'trials have')} no player: {why}"

    def named(self, record: Record) -> Record:
        """The record with the name of its sound, also where the model was given none: a person can hear it all the
        same. Recorded replies and models that guess do not listen."""
        if record.hashes.get("sound") or not record.clip:
            return record
        try:
            trial = self._trial(record)
            view = present(trial, self.seed)
            if not view.audio:
                return record
            sound = self._apart.fingerprints(trial, view.clips)[0][:16]
        except NotApplicable:
            return record
        except (LookupError, OSError, ValueError) as error:
            self.lost[str(error)] += 1
            return record
        return replace(record, hashes=replace(record.hashes, sound=sound))

    def _below(self, file: str) -> bool:
        """Whether the suite that a record names may be read: a record can come from anywhere."""
        return not self._confined or (self.root / file).resolve().is_relative_to(self.root.resolve())

    def _trial(self, record: Record) -> Trial:
        file = record.nodeid.partition("::")[0]
        if file not in self._suites and record.suite in self._named:
            suite = self._named[record.suite]
            self._suites[file] = suite, {case.id: case for case in suite.cases}
        if file not in self._suites:
            if file in self._missing:
                raise LookupError(self._missing[file])
            try:
                suite = self._load(file)
            except LookupError as error:
                self._missing[file] = str(error)  # other trials of it would wait for the same
                raise
            self._suites[file] = suite, {case.id: case for case in suite.cases}
        suite, cases = self._suites[file]
        return Trial(suite, find(cases, record.case), parse_one(record.condition), "recorded")

    def _load(self, file: str) -> Suite:
        if not self._below(file):
            raise LookupError(f"{file} is not below {self.root}: no suite is read from elsewhere")
        if not (self.root / file).is_file() or Path(file).suffix not in (".yaml", ".yml"):
            raise LookupError(f"there is no {file} here: write the report where the run was made")
        try:
            return load(self.root / file, shown=file)
        except (SuiteError, OSError) as error:
            raise LookupError(str(error)) from None
