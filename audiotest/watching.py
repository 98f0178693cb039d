"""A suite while somebody edits it: what is wrong with it, and what a model says to the trials that have changed.

A trial has changed when something has that its reply or its verdict depends on: the prompt as it is sent, the samples
of its sound, its options and their order, what is expected, how it is scored. So a comment or a gate costs no request,
an edited case its own trials, and a new prompt of the suite all of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from audiotest import foreign_code
from audiotest.analyse.change import key
from audiotest.analyse.gates import judge
from audiotest.analyse.trials import Trials
from audiotest.declare.audio_roots import allowing
from audiotest.declare.extending import base_files
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import Suite, case_files, load
from audiotest.declare.trial import Trial
from audiotest.errors import AudiotestError
from audiotest.models.loading import open_model
from audiotest.models.protocol import Adapter
from audiotest.predict.breaker import ModelDown
from audiotest.predict.requests import Requests
from audiotest.runs import Run
from audiotest.session import Session, Settings
from audiotest.types import GateResult, Record, TrialKey

_SETTLED_S = 0.05
"""A file that is still being written changes within this."""
_Stamp = tuple[tuple[str, int, int], ...]


class Change(Struct, frozen=True):
    """A trial that was asked: its record, and the one from before, None for a trial that is new."""

    now: Record
    before: Record | None


class Look(Struct, frozen=True):
    """What a look at the suite has shown.

    ``problems`` are sentences with file, line and column; ``error`` says why the model could not be asked. ``changes``
    are the trials that were asked, ``records`` all of the suite, in its order; ``removed`` counts trials that are
    gone. ``first``: nothing was known before.
    """

    problems: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    records: tuple[Record, ...] = ()
    gates: tuple[GateResult, ...] = ()
    removed: int = 0
    first: bool = False
    error: str = ""


class _Staying:
    """A model that is loaded once, and stays loaded from one run to the next."""

    def __init__(self, model: Adapter) -> None:
        self._model, self._loaded = model, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def load(self) -> None:
        if not self._loaded:
            self._model.load()
            self._loaded = True

    def close(self) -> None:
        """Nothing yet: another run follows."""

    def end(self) -> None:
        self._model.close()


class Watcher:
    """Looks at the suite at ``path`` and asks the model that ``settings`` name. ``roots`` are folders outside the
    suite's that its sounds may come from. Raises :class:`~audiotest.models.loading.ModelError` for a name that is
    none."""

    def __init__(self, path: Path, settings: Settings, roots: Sequence[Path] = ()) -> None:
        self.path, self.settings, self._roots = path, settings, roots
        staying: Any = _Staying(open_model(settings.model, settings.model_options))
        self.model: Adapter = staying
        self._end = staying.end
        self._stamp: _Stamp | None = None
        self._files: set[Path] = set()
        self._prints: dict[TrialKey, bytes] = {}
        self._records: dict[TrialKey, Record] = {}

    def look(self) -> Look | None:
        """None where no file has changed since the last look. Ctrl-C while the model is asked ends the look; what was
        answered before is in the cache."""
        stamp = self._settled()
        if stamp == self._stamp:
            return None
        first, self._stamp = self._stamp is None, stamp
        try:
            with allowing(self._roots), foreign_code.allowing(self.settings.allow_code):
                return self._look(first)
        except SuiteError as error:
            return Look(problems=tuple(map(str, error.problems)), first=first)
        except OSError as error:
            return Look(problems=(f"{self.path}: {error.strerror or error}",), first=first)

    def close(self) -> None:
        """Let go of the model."""
        self._end()

    def _look(self, first: bool) -> Look:
        suite = load(self.path, shown=str(self.path))
        self._files = set(_files(suite))
        self._stamp = self._settled()
        session = Session(self.settings, model=self.model)
        session.suites.add(suite, str(self.path))
        trials = session.suites.trials()
        prints = dict(self._fingerprints(trials))
        changed = {name for name, value in prints.items() if self._prints.get(name) != value}
        asked, error = _asked(session, changed)
        changes = tuple(Change(asked[t.key], self._records.get(t.key)) for t in trials if t.key in asked)
        removed = sum(name not in prints for name in self._records)
        records = {**self._records, **asked}
        self._records = {trial.key: records[trial.key] for trial in trials if trial.key in records}
        # What broke is asked again with the next change.
        known = {name: prints[name] for name, record in asked.items() if record.outcome != "error"}
        self._prints = {name: value for name, value in {**self._prints, **known}.items() if prints.get(name) == value}
        every = tuple(self._records.values())
        gates = _gates(suite, every, session)
        return Look(tuple(map(str, suite.problems())), changes, every, gates, removed, first, error)

    def _fingerprints(self, trials: Sequence[Trial]) -> Iterator[tuple[TrialKey, bytes]]:
        """What a trial's reply and its verdict depend on."""
        answers, _ = Requests(self.model, self.settings.seed, None, False).open(trials)
        for trial, answer in zip(trials, answers, strict=True):
            view, case = answer.view, trial.case
            shown = (view.choices, view.labels, view.answer) if view is not None else ()
            judged = (case.reference, case.metadata, case.expect, case.known_issue, trial.suite.scorers)
            about = (trial.expectation, trial.suite.policy, trial.generation, str(answer.error or ""))
            yield trial.key, msgspec.msgpack.encode((answer.prompt, answer.hashes.get("sound"), shown, judged, about))

    def _settled(self) -> _Stamp:
        """The stamps of the suite's files, once they have stopped changing."""
        stamp = self._stamps()
        while True:
            time.sleep(_SETTLED_S if stamp != self._stamp else 0)
            again = self._stamps()
            if again == stamp:
                return stamp
            stamp = again

    def _stamps(self) -> _Stamp:
        try:
            bases = base_files(self.path, self.path.read_bytes())
        except OSError:
            bases = []
        files = {self.path, *case_files(self.path), *bases, *(f for b in bases for f in case_files(b)), *self._files}
        return tuple(sorted(filter(None, map(_stamp, files))))


def _stamp(path: Path) -> tuple[str, int, int] | None:
    try:
        about = os.stat(path)
    except OSError:
        return None
    return str(path), about.st_mtime_ns, about.st_size


def _asked(session: Session, changed: Collection[TrialKey]) -> tuple[dict[TrialKey, Record], str]:
    """The records of the trials that changed, and why the others were not asked, "" where there are none."""
    if not changed:
        session.close()
        return {}, ""
    try:
        run = session.run(only=changed)
    except ModelDown as down:
        before = down.run.records if isinstance(down.run, Run) else []
        return {key(record): record for record in before}, str(down)
    except AudiotestError as error:
        return {}, str(error)
    if run.summary.stopped == "interrupted":
        raise KeyboardInterrupt
    return {key(record): record for record in run.records}, ""


def _files(suite: Suite) -> Iterator[Path]:
    """The files besides its own that a suite is made of: tables, files of cases, sounds."""
    home = Path(suite.path).parent
    yield from (home / table for table in suite.tables)
    yield from (home / place for place in suite.files.values())
    yield from (suite.folder / clip.file for case in suite.cases for clip in case.audio if clip.file)


def _gates(suite: Suite, records: Sequence[Record], session: Session) -> tuple[GateResult, ...]:
    expected = {condition.name: len(suite.cases) for condition, _ in suite.conditions}
    return tuple(judge(suite.gates, Trials(records), expected=expected, partial=session.suites.partial(suite)))
