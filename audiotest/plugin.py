"""pytest's hooks and fixtures, nothing else: each hook is a few lines that call a room below.

Started by the entry point ``pytest11``, so this module and what it imports have to be quick to load.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from audiotest.declare.trial import Trial
    from audiotest.models.protocol import Adapter
    from audiotest.types import Reply


def pytest_addoption(parser: pytest.Parser) -> None:
    """The command line, as the design's contract has it."""
    from audiotest.runner.options import add_options

    add_options(parser)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """One state a process; what is wrong with the options is said before anything is collected."""
    from audiotest.runner.session import begin

    begin(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close caches and results."""
    from audiotest.runner.session import end

    end(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file that is a suite becomes a collector."""
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    from audiotest.runner.collect import SuiteFile, file_id, is_suite

    if not is_suite(file_path, parent.config):
        return None
    return SuiteFile.from_parent(parent, path=file_path, nodeid=file_id(file_path, parent.config))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Trials of one block stand together, before everybody else chooses and orders and after."""
    from audiotest.runner.session import order

    return (yield from order(config, items))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is left to run is known: the blocks can be planned."""
    from audiotest.runner.session import collected

    collected(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, bool, bool]:
    """Judge the gates after the last trial, where all results meet; of a run that is stopped (``-x``, Ctrl-C) they are
    no tests any more, but the summary says what became of each."""
    from audiotest.runner.session import judge_gates, report_gates

    try:
        result = yield
    except BaseException:
        judge_gates(session)
        raise
    judge_gates(session)
    report_gates(session)
    return result


@pytest.fixture(scope="session")
def model(pytestconfig: pytest.Config) -> Iterator[Adapter]:
    """The model that ``--model`` names, loaded. Override it in a conftest with any object that has the
    attributes of :class:`audiotest.models.protocol.Adapter`."""
    from audiotest.runner.state import STATE

    state = pytestconfig.stash[STATE]
    adapter = state.open_model()
    if state.open_engine() is None:  # an engine loads it where it answers
        adapter.load()
    yield adapter
    adapter.close()


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Trial:
    """The case, the condition and the expectation of this test."""
    found: Trial = request.node.trial
    return found


@pytest.fixture
def reply(request: pytest.FixtureRequest, model: Adapter) -> Reply:
    """What the model said to this trial. The first of a block asks for all of it."""
    from audiotest.runner.state import STATE

    answer: Reply = request.node.ask(request.config.stash[STATE].predictor(model, request.node.source))
    return answer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the trial's record on its report."""
    report = yield
    finished = getattr(item, "finished", None)
    if finished is not None:
        finished(report, call)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    """A missed trial of a benchmark is shown as what it is."""
    from audiotest.report.terminal import status

    return status(report)


def pytest_report_header(config: pytest.Config) -> str:
    """Which model answers."""
    from audiotest.report.terminal import header
    from audiotest.runner.state import STATE

    return header(config.stash[STATE])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """A table a suite, its gates, and where the results are."""
    from audiotest.report.terminal import summary
    from audiotest.runner.state import STATE

    summary(terminalreporter, config.stash[STATE])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_report_to_serializable(config: pytest.Config) -> Generator[None, Any, Any]:
    """A worker's reports go to the controller packed."""
    from audiotest.runner.report_transport import pack

    data = yield
    return pack(data) if hasattr(config, "workerinput") else data


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_report_from_serializable(data: dict[str, Any]) -> Generator[None, Any, Any]:
    """What a worker packed."""
    from audiotest.runner.report_transport import unpack

    unpack(data)
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand whole blocks of trials to workers, whatever ``--dist`` says (but ``each``); other tests go by it."""
    from audiotest.runner.session import scheduler

    return scheduler(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker which trials have to be asked alone."""
    from audiotest.runner.session import prepare_worker

    prepare_worker(node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """A worker is gone."""
    from audiotest.runner.session import worker_gone

    worker_gone(node, error)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """``-n auto`` is a worker a GPU."""
    from audiotest.runner.session import workers_wanted

    return workers_wanted()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the run, whole or as far as it got."""
    from audiotest.runner.session import write_results

    write_results(session)
