"""What one pytest process knows besides the engine's session: its trials, their model fixtures, and what is written.

One :class:`State` lives in ``config.stash`` of every process: of the controller and of each xdist worker. Workers
collect and predict; records travel to the controller on the reports; only the controller writes and judges.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial
from audiotest.models.protocol import Adapter
from audiotest.options.settings import settings_of
from audiotest.predict.predictor import Predictor
from audiotest.report.live import Live
from audiotest.runs import Run
from audiotest.session import Session
from audiotest.types import Record, TrialKey

_NO_BATCHES = 'the fixture `model` makes a model for each test, so nothing is asked in batches: give it scope="session"'


class State:
    """The engine's session, and what pytest adds to it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.is_worker = hasattr(config, "workerinput")
        self.session = Session(settings_of(config.option), root=config.rootpath, worker=self.is_worker)
        self.session.prompts_on_disk = self.session.writer is not None
        self.session.workers = _workers(config)
        self.session.warns = not self.is_worker or os.environ.get("PYTEST_XDIST_WORKER") == "gw0"
        self.session.command = ("pytest", *map(str, config.invocation_params.args))
        self.alone: frozenset[TrialKey] = frozenset()
        """Trials that are each asked by themselves: one of them killed the worker before this one."""
        self.fresh: tuple[pytest.Item, Record] | None = None
        """The item that was run last here and its record, which need not be read from its report again."""
        self.trials: list[Trial] = []
        self.sources: dict[str, Any] = {}
        """For each suite's file the fixture that gives it its model."""
        terminal, every = config.pluginmanager.get_plugin("terminalreporter"), config.getini("audiotest_progress")
        self.live = Live(
            terminal, config.option.verbose, every, lambda: self.session.records, lambda: self.session.planned
        )
        self.upcoming: Callable[[], Iterable[TrialKey]] | None = None
        self.broken_suites = 0
        self.broken_model = False
        """Whether a fixture `model` of the user's has raised: the first trial says so, the others would repeat it."""
        self.run: Run | None = None
        self.page = self.job_page = ""
        self._warned: set[str] = set()

    def warns_of(self, suite: Suite) -> bool:
        """Whether this process is the one that warns of what is odd about a suite, and has not done so yet."""
        new = suite.path not in self._warned
        self._warned.add(suite.path)
        return self.session.warns and new

    def predictor(self, model: Adapter, source: Any) -> Predictor:
        """The predictor of ``model``, which knows those of this session's trials that are its: whose suites have it
        from the same fixture, ``source``. A fixture that makes a model for each test gets but that one to ask."""
        session = self.session
        if session.has_predictor(model):
            return session.predictor(model)
        own: list[Trial] = []
        if source.scope in ("function", "class"):  # to pytest, each trial is a class of its own
            warnings.warn(_NO_BATCHES, stacklevel=2)
        else:
            paths = {path for path, other in self.sources.items() if other is source}
            own = [t for t in self.trials if t.suite.path in paths and t.key not in self.alone]

        def blocks() -> Iterator[list[Trial]]:  # in each, trials keep the order in which they run
            return ([own[i] for i in sorted(block)] for block in session.blocks(enumerate(own)))

        return session.predictor(model, blocks, progress=self.live.waiting, upcoming=self.upcoming)


def _workers(config: pytest.Config) -> int:
    """How many processes answer trials at once, as far as that is known yet."""
    given = getattr(config, "workerinput", None)
    if given is not None:
        return int(given["workercount"])
    if not getattr(config.option, "tx", None):
        return 1
    from xdist.workermanage import parse_tx_spec_config

    return len(parse_tx_spec_config(config))
