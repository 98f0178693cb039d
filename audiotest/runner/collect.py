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
from audiotest.options.arguments import GATES, named_cases
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
            why = skipped(f"no cases yet; to bring them: {suite.import_command}")
            yield Unasked.from_parent(self, name="not-imported", why=why)
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
            gates = [{"name": name, "needed": conditions} for name in names]
            yield Group.from_parent(self, name=GATES, kind=GateCollector, each=gates)
        if suite.invalid:
            yield Group.from_parent(self, name=INVALID, kind=Unasked, each=list(map(_refused, suite.invalid)))


class Group(pytest.Collector):
    """Nodes of one kind under a name of their own."""

    def __init__(
        self, *, kind: type[pytest.Item | pytest.Collector], each: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.kind, self.each = kind, each

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """One of the kind for each."""
        for given in self.each:
            yield self.kind.from_parent(self, **given)


class GateCollector(pytest.Collector):
    """A gate, by whose node id pytest can run it again. It is no test until its suite has run, so the whole suite
    stands for it; with the rest of the suite it brings nothing, since pytest collects a condition once."""

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
        shared: dict[tuple[tuple[str, str], ...], tuple[pytest.Mark, ...]] = {}
        for case in cases:
            tags = tuple((tag, value) for tag, values in case.tags.items() for value in values)
            yield TrialItem.from_parent(
                self,
                name=case.id,
                fixtureinfo=self.fixtureinfo,
                trial=Trial(suite, case, condition, expectation),
                own_fixtures=self.own_fixtures,
                marks=shared.setdefault(tags, tuple(marks[tag] for tag in tags if tag in marks)),
            )


def _refused(case: Invalid) -> dict[str, Any]:
    why = pytest.fail.Exception("\n".join(map(str, case.problems)), pytrace=False)
    return {"name": case.name, "why": why, "line": case.line, "about": f"{case.name} ({INVALID})"}


def own_fixtures(config: pytest.Config, info: Any) -> bool:
    """Whether trials take no fixture but the plugin's own, with one model for the session, and nobody looks on."""
    trial, reply, model = (info.name2fixturedefs[name][-1] for name in ("trial", "reply", "model"))
    lookers = {hook.plugin_name for hook in config.hook.pytest_fixture_setup.get_hookimpls()}
    own = all(fixture.func.__module__ == "audiotest.plugin" for fixture in (trial, reply))
    alone = set(info.initialnames) == {"trial", "reply", "request"} and not config.option.setupshow
    shared = model.scope == "session" and model.params is None
    return own and alone and shared and lookers <= {"fixtures", "setuponly", "setupplan", "anyio"}


class Unasked(pytest.Item):
    """What stands in the place of trials that there cannot be: ``why`` it fails or is skipped, before the model is
    asked anything."""

    def __init__(self, *, why: BaseException, line: int = 1, about: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.why, self.line, self.about = why, line, about or self.name

    def setup(self) -> None:
        """Raise it: to pytest an error of the case, not a failure of the model."""
        raise self.why

    def runtest(self) -> None:
        """Never reached."""

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands."""
        return self.path, self.line - 1, self.about
