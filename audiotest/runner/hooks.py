"""What happens when in a pytest session: the functions that ``plugin.py``'s hooks call, in their order."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn

import msgspec
import pytest

from audiotest import inert
from audiotest.errors import AudiotestError
from audiotest.models.loading import ModelError
from audiotest.models.protocol import Adapter
from audiotest.report.junit import trials_in_xml
from audiotest.runner import STATE
from audiotest.runner.kept import keep
from audiotest.runner.lastfailed import remember
from audiotest.runner.state import State
from audiotest.runner.workers import in_yaml, queued
from audiotest.types import Record

if TYPE_CHECKING:
    from audiotest.runner.items import TrialItem

EXIT_STATUS = 4
"""Of a session that ends since its model cannot answer: that of a wrong command line."""


def state_of(config: pytest.Config) -> State:
    """This process's state, made when it is first needed: other people's tests do not pay for it. Raises UsageError for
    options that cannot work."""
    state = config.stash.get(STATE, None)
    return state if state is not None else _state(config)


def _state(config: pytest.Config) -> State:
    if config.option.audiotest_engine == "ray" and getattr(config.option, "numprocesses", None):
        raise pytest.UsageError("--engine ray has workers of its own: leave -n away")
    try:
        state = config.stash[STATE] = State(config)
    except AudiotestError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(Settler(), "audiotest-items")
    if state.is_worker:
        return state
    for doubt in state.session.baseline.doubts:
        config.issue_config_time_warning(pytest.PytestWarning(doubt), stacklevel=2)
    config.pluginmanager.register(RecordTaker(state), "audiotest-records")
    return state


# -- collection -------------------------------------------------------------------------------------------


def order(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """Put trials of one block next to each other, in the places that trials have; other tests stay.

    Before anybody else orders and chooses, so that what is cut off by its place (``--sw``) is cut where the last run
    stopped; and after, for who has changed the order need not know of blocks. Where nobody has, a model that
    listens gets the longest first.
    """
    session = state_of(config).session
    blocks = session.blocks((item, item.trial) for item in _trials(items))
    _put(items, blocks)
    first = _trials(items)
    places = {item: i for i, item in enumerate(first)}
    yield
    trials = _trials(items)
    kept = all(places.get(a, -1) < places.get(b, -1) for a, b in itertools.pairwise(trials))
    if kept and config.getoption("stepwise", False):
        return
    if trials != first:
        blocks = session.blocks((item, item.trial) for item in trials)
    if kept and session.listens:
        blocks = session.as_asked(blocks, lambda item: item.trial)
    _put(items, blocks)


def _trials(items: Iterable[pytest.Item]) -> list[TrialItem]:
    from audiotest.runner.items import TrialItem

    return [item for item in items if isinstance(item, TrialItem)]


def _put(items: list[pytest.Item], blocks: Iterable[Iterable[TrialItem]]) -> None:
    """Put the trials among ``items`` in the order of their blocks."""
    from audiotest.runner.items import TrialItem

    places = [i for i, item in enumerate(items) if isinstance(item, TrialItem)]
    for place, item in zip(places, (item for block in blocks for item in block), strict=True):
        items[place] = item


def collected(session: pytest.Session) -> None:
    """Note the trials that will run. Items live until the end, so the collector need not look at them again."""
    state = state_of(session.config)
    items = _trials(session.items)
    state.trials = [item.trial for item in items]
    state.sources = {item.trial.suite.path: item.source for item in items}
    alone = frozenset(getattr(session.config, "workerinput", {}).get("audiotest_alone", ()))
    state.alone = frozenset(item.trial.key for item in items if item.nodeid in alone)
    if state.is_worker:  # its blocks come as they are handed out
        state.upcoming = lambda: queued(session)
    state.session.planned = len(state.trials)
    if state.trials:
        gc.freeze()
        # A suite that does not load is an error of its own and stops no other, unless a Python test module failed as
        # well, for which pytest's own rule holds.
        if session.testsfailed and session.testsfailed == state.broken_suites:
            session.config.option.continue_on_collection_errors = True


# -- the model --------------------------------------------------------------------------------------------


def loaded_model(config: pytest.Config) -> Iterator[Adapter]:
    """The model that ``--model`` names, loaded, then closed. One that cannot be loaded ends the session, once."""
    session, live = state_of(config).session, state_of(config).live
    try:
        model = session.open_model()
        with live.lines.loading(model.name):
            session.load(model)
    except AudiotestError as error:
        stop(config, error)
    yield model
    model.close()


def stop(config: pytest.Config, error: AudiotestError, model: str = "") -> NoReturn:
    """End the session: the model cannot answer. A worker has it done by the controller."""
    state = state_of(config)
    reason = state.session.stop(error, model)
    if state.is_worker:
        raise WorkerStopped(reason) from None
    pytest.exit(inert.line(reason), returncode=EXIT_STATUS)


class WorkerStopped(ModelError):
    """What a worker reports in the place of a trial's result: the reason why the session has to end."""


# -- reports ----------------------------------------------------------------------------------------------


class Settler:
    """Makes items small once they have been run, whatever runs them again (reruns)."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """After everything that belongs to an item's run."""
        result = yield
        getattr(item, "settle", int)()
        return result


class RecordTaker:
    """Takes records in as reports arrive: a plugin of its own, since that hook is not given the config."""

    def __init__(self, state: State) -> None:
        self.state, self.live = state, state.live
        self._junit = trials_in_xml(state.config, in_yaml)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A trial begins, here or in a worker."""
        if in_yaml(nodeid):
            self.live.started()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A trial has ended."""
        if in_yaml(nodeid):
            self.live.lines.finished()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """No trial runs any more."""
        self.live.stop()
        if self._junit is not None:
            self._junit.finish()

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """The reason is a sentence: pytest need not read the source of every frame for it, which takes a second."""
        if self.state.session.stopped and not self.state.config.option.fulltrace:
            excinfo.traceback = type(excinfo.traceback)(excinfo.traceback[-2:])  # that of pytest.exit is hidden

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, None, None]:
        """Keep the record that a trial's deciding report carries."""
        session = self.state.session
        reason = getattr(report, "audiotest_stop", None)
        if reason is not None:
            session.stopped = reason
            pytest.exit(inert.line(reason), returncode=EXIT_STATUS)
        text, record = getattr(report, "audiotest_record", None), None
        if text is not None:  # a conftest may have put another model in the place of --model's
            session.model_name = str(dict(report.user_properties)["model"])
            line, fresh = text.encode(), self.state.fresh
            known = fresh is not None and fresh[0].nodeid == report.nodeid
            item, record = fresh if fresh and known else (None, msgspec.json.decode(line, type=Record))
            session.add(record, line)
        with self.live.lines.lock:
            yield
            if record is not None:
                self.live.reply(record)
        if text is not None:  # everybody has seen it, and the terminal keeps all reports
            del report.__dict__["audiotest_record"]
            report.user_properties = []
            if report.outcome != "failed":
                self._keep(report, item)
            self.live.lines.trial()
            self._stop_if_spent()
        remember(self.state.config, report)
        self._forget(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """A trial that killed its worker counts like any other that broke."""
        if in_yaml(crashitem):
            self.state.session.worker_crashed(crashitem, str(report.longrepr))

    def _stop_if_spent(self) -> None:
        """Have pytest, and xdist where it is at work, end after what is under way."""
        plugins, spent = self.state.config.pluginmanager, self.state.session.spent(self.state.session.planned)
        for plugin in filter(None, map(plugins.get_plugin, ("session", "dsession") if spent else ())):
            plugin.shouldstop = plugin.shouldstop or spent

    def _keep(self, report: pytest.TestReport, item: pytest.Item | None) -> None:
        """Have the terminal keep less of a report."""
        terminal = self.state.config.pluginmanager.get_plugin("terminalreporter")
        of_all = terminal.stats.values() if terminal is not None else ()
        keep(report, item, next((kept for kept in of_all if kept and kept[-1] is report), []))

    def _forget(self, report: pytest.TestReport) -> None:
        """Let the terminal drop a setup or teardown that passed. It keeps them all, and looks through every one of them
        for each failure that it prints: with 10,000 failures that alone takes most of a minute."""
        terminal = self.state.config.pluginmanager.get_plugin("terminalreporter")
        quiet = terminal.stats.get("") if terminal is not None else None
        if quiet and quiet[-1] is report and report.when != "call" and not report.sections:
            quiet.pop()


# -- the end ----------------------------------------------------------------------------------------------


def judge_gates(session: pytest.Session) -> None:
    """Judge the gates of all suites of which anything ran, which may have been loaded by workers alone."""
    state = state_of(session.config)
    if not state.is_worker and state.session.records:
        state.session.suites.of(state.session.records)
        state.session.judge_gates()


def report_gates(session: pytest.Session) -> None:
    """Hand the gates' results to pytest as reports of tests."""
    state = state_of(session.config)
    if not state.session.gates:
        return
    from audiotest.runner.gates import reports

    known, style, gates = state.session.baseline.gates, session.config.option.tbstyle, state.session.gates
    suites = state.session.suites.of(state.session.records)
    results = [r for suite, path in suites for r in reports(suite, path, gates.get(suite.name, ()), known, style)]
    session.testscollected += sum(report.when == "call" for report in results)  # so that progress ends at 100%
    for report in results:
        session.config.hook.pytest_runtest_logreport(report=report)


def write_results(session: pytest.Session) -> None:
    """Summarise the run; write it if it has a folder."""
    state = state_of(session.config)
    if state.is_worker or not state.session.records:
        return
    from audiotest.report.markdown import write_job_page

    state.run = state.session.finish()
    problem = state.session.writer.problem if state.session.writer is not None else ""
    state.job_page = write_job_page(state.run)
    if state.config.option.audiotest_html:
        try:
            state.page = state.run.report(state.config.invocation_params.dir / state.config.option.audiotest_html)
        except OSError as error:  # what is wrong with its file costs the run nothing else
            problem = state.page = f"the HTML report cannot be written: {error}"
    if problem and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
