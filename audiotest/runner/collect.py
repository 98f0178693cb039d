"""Collectors: a suite's file -> a collector a condition -> an item a case.

Node ids are ``suites/x.yaml::CONDITION::CASE``, so ``pytest suites/x.yaml::text_only`` runs one condition.
Cases that cannot be used stand under ``invalid``, each an error that says what is wrong with it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audiotest.analyse.gates import gate_names
from audiotest.baseline import gate_name
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import Invalid, Suite
from audiotest.declare.trial import Trial
from audiotest.runner.arguments import arguments
from audiotest.runner.gates import GATES
from audiotest.runner.hooks import state_of
from audiotest.runner.items import TrialItem, check, skipped, tag_marks

INVALID = "invalid"


class SuiteWarning(pytest.PytestWarning):
    """Something in a suite that its author may have meant otherwise."""


class SuiteFile(pytest.Module):
    """A suite; its children are its conditions. A module to pytest, so that fixtures of that scope, which a conftest
    may give to every test, have a place to live in; but one without a Python object."""

    obj = None

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """A collector for each condition, and one for the cases that cannot be used."""
        state = state_of(self.config)
        try:
            suite = state.session.suites.get(self.path, self.nodeid)
        except (SuiteError, OSError) as error:
            state.broken_suites += 1
            reason = f"{self.nodeid}: cannot be read: {error}" if isinstance(error, OSError) else str(error)
            raise self.CollectError(reason) from None
        if state.warns_of(suite):
            for problem in suite.warnings:
                warnings.warn_explicit(str(problem), SuiteWarning, str(self.path), problem.line)
        if not suite.cases and not suite.invalid:
            yield NotImported.from_parent(self, name="not-imported", command=suite.import_command)
            return
        info, conditions = None, []
        for condition, _ in suite.conditions:
            node = ConditionCollector.from_parent(self, name=condition.name)
            info = node.prepare(suite, info)
            conditions.append(node)
        yield from conditions
        names, baseline = gate_names(suite.gates), state.session.baseline
        if baseline.trials and (against := gate_name(baseline.rule_for(suite.policy))):
            names.append(against)
        if names:
            yield Gates.from_parent(self, name=GATES, names=names, needed=conditions)
        if suite.invalid:
            yield InvalidCases.from_parent(self, name=INVALID, invalid=suite.invalid)


class Gates(pytest.Collector):
    """A suite's gates by their node ids, so that the id of one that failed can be given to pytest again."""

    def __init__(self, *, names: list[str], needed: list[ConditionCollector], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names, self.needed = names, needed

    def collect(self) -> Iterator[pytest.Collector]:
        """A collector a gate."""
        for name in self.names:
            yield GateCollector.from_parent(self, name=name, needed=self.needed)


class GateCollector(pytest.Collector):
    """A gate: no test of its own until its suite has run, so the whole suite stands for it. With the rest of the
    suite it brings nothing, since pytest collects a condition once."""

    def __init__(self, *, needed: list[ConditionCollector], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.needed = needed

    def collect(self) -> list[ConditionCollector]:
        """Every condition of the suite."""
        return self.needed


class ConditionCollector(pytest.Collector):
    """A suite under one condition; its children are the trials."""

    def prepare(self, suite: Suite, info: Any) -> Any:
        """Take the suite in; returns the fixture closure, which all trials of a suite share."""
        self.suite = suite
        if info is None:
            info = self.session._fixturemanager.getfixtureinfo(node=self, func=check, cls=None)  # type: ignore[arg-type]
        self.fixtureinfo, self.own_fixtures = info, own_fixtures(self.config, info)
        return info

    def collect(self) -> Iterator[TrialItem]:
        """An item a case."""
        suite, wanted = self.suite, named_cases(self.config, self.path, self.name)
        condition, expectation = next(c for c in suite.conditions if c[0].name == self.name)
        cases = [case for case in suite.cases if wanted is None or case.id in wanted]
        marks = tag_marks(cases, self.config)
        for case in cases:
            item = TrialItem.from_parent(
                self,
                name=case.id,
                fixtureinfo=self.fixtureinfo,
                trial=Trial(suite, case, condition, expectation),
                own_fixtures=self.own_fixtures,
            )
            tags = ((tag, value) for tag, values in case.tags.items() for value in values)
            item.own_markers.extend(marks[tag] for tag in tags if tag in marks)
            yield item


def own_fixtures(config: pytest.Config, info: Any) -> bool:
    """Whether trials take no fixture but the plugin's own, with one model for the session, and nobody looks on."""
    trial, reply, model = (info.name2fixturedefs[name][-1] for name in ("trial", "reply", "model"))
    lookers = {hook.plugin_name for hook in config.hook.pytest_fixture_setup.get_hookimpls()}
    own = all(fixture.func.__module__ == "audiotest.plugin" for fixture in (trial, reply))
    alone = set(info.initialnames) == {"trial", "reply", "request"} and not config.option.setupshow
    shared = model.scope == "session" and model.params is None
    return own and alone and shared and lookers <= {"fixtures", "setuponly", "setupplan", "anyio"}


def named_cases(config: pytest.Config, path: Path, condition: str) -> frozenset[str] | None:
    """The cases of ``condition`` in the suite at ``path`` that the command line names one by one; None if it asks for
    all of them, or in a way that only pytest can read (a package's name). Of 20,000 cases the others then need not be
    made to be thrown away."""
    if config.option.pyargs:
        return None
    named = set()
    for given, parts in arguments(config):
        if given == path and parts[:1] == [GATES]:
            return None
        if given == path and len(parts) == 2:
            named.add((parts[0], parts[1]))
        elif (given == path or given in path.parents) and (not parts or parts == [condition]):
            return None
    return frozenset(case for name, case in named if name == condition)


class InvalidCases(pytest.Collector):
    """The cases of a suite that cannot be used."""

    def __init__(self, *, invalid: tuple[Invalid, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.invalid = invalid

    def collect(self) -> Iterator[pytest.Item]:
        """An item that fails for each."""
        for one in self.invalid:
            yield InvalidCase.from_parent(self, name=one.name, invalid=one)


class InvalidCase(pytest.Item):
    """A case that cannot be used: an error that says what is wrong, at no other case's cost."""

    def __init__(self, *, invalid: Invalid, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.invalid = invalid

    def setup(self) -> None:
        """Fail before the test itself: the case is in error, the model is not."""
        pytest.fail("\n".join(map(str, self.invalid.problems)), pytrace=False)

    def runtest(self) -> None:
        """Never reached."""

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands."""
        return self.path, self.invalid.line - 1, f"{self.name} ({INVALID})"


class NotImported(pytest.Item):
    """A benchmark whose cases have not been imported: one skip that names the command."""

    def __init__(self, *, command: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.command = command

    def runtest(self) -> None:
        """Skip."""
        raise skipped(f"no cases yet; to bring them: {self.command}")

    def reportinfo(self) -> tuple[Path, int, str]:
        """The suite's file."""
        return self.path, 0, self.name
