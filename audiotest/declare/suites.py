"""The suites of one run: loaded once each, distinguished by their names, and cut to the sample that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from audiotest.declare.problems import Problem, SuiteError
from audiotest.declare.programs import unallowed
from audiotest.declare.repeating import repeated
from audiotest.declare.sampling import declared_sample, sampled
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import Trial, trials
from audiotest.types import Record, TrialKey


class Suites:
    """Whole suites by the path of their file; ``limit`` and ``limit_first`` are how many cases of each are asked: a
    sample drawn by ``seed``, and the first ones. ``repeats``: how often each is asked, whatever a suite says.
    ``allow_code``: whether suites may name programs of others. Node ids are relative to ``root``."""

    def __init__(
        self,
        root: Path,
        *,
        limit: int | None = None,
        limit_first: int | None = None,
        seed: int = 0,
        repeats: int | None = None,
        allow_code: bool = False,
    ) -> None:
        self.root, self.limit, self.limit_first, self.seed, self.repeats = root, limit, limit_first, seed, repeats
        self.allow_code = allow_code
        self._left_out: set[str] = set()
        self._suites: dict[str, Suite] = {}
        self._named: dict[str, tuple[str, str]] = {}

    def __iter__(self) -> Iterator[Suite]:
        """Every suite, whole."""
        return iter(self._suites.values())

    @property
    def case_ids(self) -> set[str]:
        """Of all cases, those outside a sample included."""
        return self._left_out.union(case.id for suite in self for case in suite.cases)

    def get(self, path: Path, shown: str) -> Suite:
        """The suite at ``path``, cut to the limits; raises :class:`SuiteError`, and OSError."""
        return self.cut(self.whole(path, shown))

    def whole(self, path: Path, shown: str) -> Suite:
        """The suite at ``path`` with all its cases, or the sample that it asks for; raises :class:`SuiteError`, and
        OSError."""
        if str(path) not in self._suites:
            self.add(load(path, shown=shown), shown)
        return self._suites[str(path)]

    def add(self, suite: Suite, shown: str = "") -> Suite:
        """Take a suite in. Raises :class:`SuiteError` for a name that another one has, and for programs of others that
        it names and nobody has allowed."""
        place = suite.path or f"<{suite.name}>"
        taken, taken_shown = self._named.setdefault(suite.name, (place, shown or place))
        if taken != place:
            message = f"the name {suite.name!r} is taken by {taken_shown}; a run identifies suites by their names"
            raise SuiteError([Problem(shown or place, 1, 1, ("suite",), message)])
        if not self.allow_code and (programs := unallowed(suite, shown)):
            raise SuiteError(programs)
        sample = declared_sample(suite)
        if len(sample.cases) < len(suite.cases):
            self._left_out |= {case.id for case in suite.cases}
        self._suites[place] = repeated(sample, self.repeats or suite.repeats)
        return self._suites[place]

    def cut(self, suite: Suite) -> Suite:
        """The suite's first cases, or a sample that keeps the shares of its first grouping tag."""
        if self.limit is None and self.limit_first is None:
            return suite
        firsts = [case for case in suite.cases if case.repeat == 1][: self.limit_first]
        if self.limit is not None:
            firsts = list(sampled(firsts, self.limit, by=next(iter(suite.by), ""), seed=self.seed))
        kept = {case.id for case in firsts}
        cases = tuple(case for case in suite.cases if case.origin in kept)
        return suite if len(cases) == len(suite.cases) else replace(suite, cases=cases, whole=suite.size)

    def partial(self, suite: Suite) -> str | None:
        """Why not all cases of the suite are asked, if so."""
        asked = len(self.cut(suite).cases)
        if asked < len(suite.cases):
            given = {"--limit": self.limit, "--limit-first": self.limit_first}
            limits = " ".join(f"{option} {value}" for option, value in given.items() if value is not None)
            return f"{limits} left out {len(suite.cases) - asked} of {len(suite.cases)} cases"
        return f"{len(suite.invalid)} of the suite's cases cannot be used" if suite.invalid else None

    def trials(self) -> list[Trial]:
        """Every trial that is asked."""
        return [trial for suite in self for trial in trials(self.cut(suite))]

    def trials_of(self, path: str) -> dict[str, Trial]:
        """The trials of the suite at ``path`` below ``root``, by node id; none if another kind of test stands there."""
        try:
            suite = self.get(self.root / path, path)
        except (SuiteError, OSError):
            return {}
        return {f"{path}::{trial.condition.name}::{trial.case.id}": trial for trial in trials(suite)}

    def of(self, records: Iterable[Record]) -> list[tuple[Suite, str]]:
        """(whole suite, its path below ``root``) for every suite that a record is of, here or in another process."""
        paths = sorted({record.nodeid.partition("::")[0] for record in records})
        return [(self.whole(self.root / path, path), path) for path in paths]

    def place(self, names: Iterable[str]) -> Callable[[TrialKey], int]:
        """A function that gives the place of each trial of the suites with these ``names``: by suite (in the order of
        their files), condition and case. A number each, of tables that have no line a trial: they may be a million."""
        wanted = set(names)
        suites = sorted((suite for suite in self if suite.name in wanted), key=lambda suite: suite.path)
        tables, first = {}, 0
        for suite in suites:
            conditions = {condition.name: j for j, (condition, _) in enumerate(suite.conditions)}
            tables[suite.name] = first, conditions, {case.id: k for k, case in enumerate(suite.cases)}
            first += len(conditions) * len(suite.cases)

        def place(key: TrialKey) -> int:
            start, conditions, cases = tables[key.suite]
            return start + conditions[key.condition] * len(cases) + cases[key.case]

        return place
