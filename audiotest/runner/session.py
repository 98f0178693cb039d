"""What happens when in a pytest session: the functions that ``plugin.py``'s hooks call, in their order."""

from __future__ import annotations

import gc
import itertools
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from audiotest.declare.suite import Suite
from audiotest.runner.devices import gpus, pin
from audiotest.runner.state import DEFAULT_MODEL, STATE, State
from audiotest.runner.worker_queue import queued
from audiotest.types import Record

if TYPE_CHECKING:
    from audiotest.runner.items import TrialItem

_SCHEDULER = pytest.StashKey[Any]()


def begin(config: pytest.Config) -> None:
    """Make the process's state; options that cannot work end the session with a sentence."""
    from audiotest.models.loading import ModelError
    from audiotest.predict.store import NoCache
    from audiotest.report.progress import pace_for, progress_for
    from audiotest.report.replies import replies_for
    from audiotest.runs import RunError

    if config.option.audiotest_engine == "ray" and getattr(config.option, "numprocesses", None):
        raise pytest.UsageError("--engine ray has workers of its own: leave -n away")
    pin(getattr(config, "workerinput", {}).get("audiotest_gpu"))
    try:
        state = config.stash[STATE] = State(config)
        if state.spec != DEFAULT_MODEL or state.model_options:
            state.model_name = state.open_model().name
        if config.option.audiotest_reply_cache:
            state.store()
    except (ModelError, RunError, NoCache) as error:
        raise pytest.UsageError(str(error)) from None
    if not state.is_worker:
        for doubt in state.baseline.doubts:
            config.issue_config_time_warning(pytest.PytestWarning(doubt), stacklevel=2)
        config.pluginmanager.register(RecordTaker(state), "audiotest-records")
        state.progress = progress_for(config)
        pace = pace_for(config, lambda: state.planned)
        if pace is not None:
            config.pluginmanager.register(pace, "audiotest-pace")
        replies = replies_for(config)
        if replies is not None:
            config.pluginmanager.register(replies, "audiotest-replies")


def end(config: pytest.Config) -> None:
    """Close what is open."""
    state = config.stash.get(STATE, None)
    if state is not None:
        state.close()


# -- collection -------------------------------------------------------------------------------------------


def order(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """Put trials of one block next to each other, in the places that trials have; other tests stay.

    Before anybody else orders and chooses, so that what is cut off by its place (``--sw``) is cut where the last run
    stopped; and after, for who has changed the order need not know of blocks. Where nobody has, a model that
    listens gets the longest first.
    """
    from audiotest.predict.blocks import longest_first

    state = config.stash[STATE]
    _put(items, state.blocks((item, item.trial) for item in _trials(items)))
    places = {item: i for i, item in enumerate(_trials(items))}
    yield
    trials = _trials(items)
    kept = all(places.get(a, -1) < places.get(b, -1) for a, b in itertools.pairwise(trials))
    if kept and config.getoption("stepwise", False):
        return
    blocks = state.blocks((item, item.trial) for item in trials)
    if kept and state.listens:
        blocks = longest_first(blocks, lambda item: state.seconds(item.trial))
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
    state = session.config.stash[STATE]
    items = _trials(session.items)
    state.trials = [item.trial for item in items]
    state.sources = {item.trial.suite.path: item.source for item in items}
    alone = frozenset(getattr(session.config, "workerinput", {}).get("audiotest_alone", ()))
    state.alone = frozenset(item.trial.key for item in items if item.nodeid in alone)
    if state.is_worker:  # its blocks come as they are handed out
        state.upcoming = lambda: queued(session)
    state.planned = len(state.trials)
    if state.trials:
        gc.freeze()
        _go_on_past_broken_suites(session)


def _go_on_past_broken_suites(session: pytest.Session) -> None:
    """A suite that does not load is an error of its own and stops no other, unless a Python test module
    failed as well, for which pytest's own rule holds."""
    state = session.config.stash[STATE]
    if session.testsfailed and session.testsfailed == state.broken_suites:
        session.config.option.continue_on_collection_errors = True


# -- reports ----------------------------------------------------------------------------------------------


class RecordTaker:
    """Takes records in as reports arrive: a plugin of its own, since that hook is not told the config."""

    def __init__(self, state: State) -> None:
        self.state = state

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, None, None]:
        """Keep the record that a trial's deciding report carries."""
        text = getattr(report, "audiotest_record", None)
        if text is not None:  # a conftest may have put another model in the place of --model's
            self.state.model_name = str(dict(report.user_properties)["model"])
            line, fresh = text.encode(), self.state.fresh
            known = fresh is not None and fresh[0] == report.nodeid
            self.state.add(fresh[1] if fresh and known else msgspec.json.decode(line, type=Record), line)
        yield
        if text is not None:  # everybody has seen it, and the terminal keeps all reports
            del report.__dict__["audiotest_record"]
        self._forget(report)

    def _forget(self, report: pytest.TestReport) -> None:
        """Let the terminal drop a setup or teardown that passed. It keeps them all, and looks through every one of them
        for each failure that it prints: with 10,000 failures that alone takes most of a minute."""
        terminal = self.state.config.pluginmanager.get_plugin("terminalreporter")
        quiet = terminal.stats.get("") if terminal is not None else None
        if quiet and quiet[-1] is report and report.when != "call" and not report.sections:
            quiet.pop()


# -- workers ----------------------------------------------------------------------------------------------


def scheduler(config: pytest.Config, log: Any) -> Any:
    """The block scheduler, unless every worker is to run everything."""
    if config.getvalue("dist") == "each":
        return None
    from audiotest.runner.scheduler import BlockScheduling

    made = config.stash[_SCHEDULER] = BlockScheduling(config, log, lambda ids: _blocks(config, ids), _in_yaml)
    return made


def _blocks(config: pytest.Config, nodeids: Sequence[str]) -> list[list[str]]:
    """The plan that the workers make as well, from node ids: the controller collects nothing itself."""
    from audiotest.declare.problems import SuiteError
    from audiotest.declare.trial import trials
    from audiotest.runner.grouping import groups

    state = config.stash[STATE]
    known = {}
    for path in dict.fromkeys(nodeid.partition("::")[0] for nodeid in nodeids):
        if _in_yaml(path):
            try:
                suite = state.suite(config.rootpath / path, path)
            except (SuiteError, OSError):  # another plugin's tests stand in it
                continue
            known.update({f"{path}::{t.condition.name}::{t.case.id}": t for t in trials(suite)})
    blocks = state.blocks((nodeid, known[nodeid]) for nodeid in nodeids if nodeid in known)
    state.planned = sum(map(len, blocks))
    return blocks + groups([nodeid for nodeid in nodeids if nodeid not in known], config.getvalue("dist"))


def _in_yaml(nodeid: str) -> bool:
    return nodeid.partition("::")[0].endswith((".yaml", ".yml"))


def prepare_worker(node: Any) -> None:
    """A worker that replaces a dead one asks the trials of the dead one's block one by one."""
    made = node.config.stash.get(_SCHEDULER, None)
    node.workerinput["audiotest_alone"] = sorted(made.alone) if made is not None else []
    node.workerinput["audiotest_gpu"] = node.config.stash[STATE].slots.take(node.gateway.id)


def worker_gone(node: Any, error: Any) -> None:
    """Its GPU is free for the worker that replaces it."""
    made = node.config.stash.get(_SCHEDULER, None)
    if made is not None and error:
        made.crashed += 1
    node.config.stash[STATE].slots.free(node.gateway.id)


def workers_wanted() -> int | None:
    """What ``-n auto`` stands for: a worker a GPU where there are any, else xdist's own number."""
    return len(gpus()) or None


# -- the end ----------------------------------------------------------------------------------------------


def judge_gates(session: pytest.Session) -> None:
    """Judge the gates of all suites of which anything ran."""
    state = session.config.stash[STATE]
    if state.is_worker or not state.records:
        return
    from audiotest.runner.gates import judge_suites

    state.gates = judge_suites((s for s, _ in _suites_of_records(state)), state.records, state.limit)


def report_gates(session: pytest.Session) -> None:
    """Hand the gates' results to pytest as reports of tests."""
    state = session.config.stash[STATE]
    if not state.gates:
        return
    from audiotest.runner.gates import reports

    suites, known, style = _suites_of_records(state), state.baseline.gates, session.config.option.tbstyle
    made = [r for suite, path in suites for r in reports(suite, path, state.gates.get(suite.name, ()), known, style)]
    session.testscollected += sum(report.when == "call" for report in made)  # so that progress ends at 100%
    for report in made:
        session.config.hook.pytest_runtest_logreport(report=report)


def _suites_of_records(state: State) -> list[tuple[Suite, str]]:
    """(whole suite, node id of its file) for every suite of which a trial ran."""
    paths = dict.fromkeys(record.nodeid.partition("::")[0] for record in state.records)
    return [(state.whole_suite(state.config.rootpath / path, path), path) for path in sorted(paths)]


def write_results(session: pytest.Session) -> None:
    """Summarise the run; write it if it has a folder."""
    state = session.config.stash[STATE]
    if state.is_worker or not state.records:
        return
    from audiotest.analyse.summary import summarise
    from audiotest.runner.provenance import provenance

    suites = [suite for suite, _ in _suites_of_records(state)]
    places = {(s.name, c.name, k.id): (i, j, n) for i, s in enumerate(suites)
              for j, (c, _) in enumerate(s.conditions) for n, k in enumerate(s.cases)}  # fmt: skip
    records = sorted(state.records, key=lambda r: places[r.suite, r.condition, r.case])
    state.summary = summarise(records, state.gates, provenance(state))
    if state.writer is not None:
        state.writer.finish(records, state.summary)
    state.job_page = _tell_github(state.summary, records)
    if session.config.option.audiotest_html:
        state.page = _write_page(session.config, records, state.summary)


def _write_page(config: pytest.Config, records: Sequence[Record], summary: Mapping[str, Any]) -> str:
    """Write the HTML report; what is wrong with its file costs the run nothing else. Returns what to tell of it."""
    from audiotest.report.html.render import write

    target = config.invocation_params.dir / config.option.audiotest_html
    try:
        return write(records, summary, target, root=config.rootpath)
    except OSError as error:
        return f"the HTML report cannot be written: {error}"


def _tell_github(summary: Mapping[str, Any], records: Sequence[Record]) -> str:
    """Append the summary to the job's page, where GitHub Actions says that there is one; a page that cannot be written
    costs the run nothing else, not even under ``-W error``. Returns what to tell of it."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page and summary.get("suites"):
        from audiotest.report.markdown import lines

        try:
            with open(page, "a", encoding="utf-8") as file:
                file.write("\n".join(lines(summary, records)) + "\n")
        except OSError as error:
            return f"the job's summary page cannot be written: {error}"
    return ""
