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
    from audiotest.runner.state import State
    from audiotest.types import Reply


def pytest_addoption(parser: pytest.Parser) -> None:
    """The command line, as the design's contract has it."""
    from audiotest.options.adding import add_options

    add_options(parser)


def _state(config: pytest.Config) -> State | None:
    """This process's state; None while no suite has been met: other people's tests do not pay for it."""
    from audiotest.runner import STATE

    return config.stash.get(STATE, None)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """A worker sees its own GPU alone; what is wrong with options is reported before anything is collected."""
    from audiotest.devices import pin
    from audiotest.options.settings import OptionError, asked_for, check_options

    try:
        check_options(config.option)
    except OptionError as error:
        raise pytest.UsageError(str(error)) from None
    pin(getattr(config, "workerinput", {}).get("audiotest_gpu"))
    if any(map(vars(config.option).get, ("audiotest_audio_roots", "audiotest_variables", "audiotest_allow_code"))):
        from audiotest.options.adding import set_environment

        set_environment(config)
    if asked_for(config.option):
        from audiotest.runner.hooks import state_of

        state_of(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close caches and results."""
    state = _state(config)
    if state is not None:
        state.session.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file that is a suite becomes a collector."""
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    from audiotest.declare.finding import is_suite
    from audiotest.options.arguments import file_id, named

    if not is_suite(file_path, parent.config.rootpath, named(file_path, parent.config)):
        return None
    from audiotest.runner.collect import SuiteFile

    return SuiteFile.from_parent(parent, path=file_path, nodeid=file_id(file_path, parent.config))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Trials of one block stand together, before everybody else chooses and orders and after."""
    if _state(config) is None:
        return (yield)
    from audiotest.runner.hooks import order

    return (yield from order(config, items))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is left to run is known: the blocks can be planned."""
    if _state(session.config) is not None:
        from audiotest.runner.hooks import collected

        collected(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, bool, bool]:
    """Judge the gates after the last trial, where all results meet; of a run that is stopped (``-x``, Ctrl-C) they are
    no tests any more, but the summary says what became of each."""
    try:
        result = yield
    finally:
        if _state(session.config) is not None:
            from audiotest.runner.hooks import judge_gates

            judge_gates(session)
    if _state(session.config) is not None:
        from audiotest.runner.hooks import report_gates

        report_gates(session)
    return result


@pytest.fixture(scope="session")
def model(pytestconfig: pytest.Config) -> Iterator[Adapter]:
    """The model that ``--model`` names, loaded. Override it in a conftest with any object that has the
    attributes of :class:`audiotest.models.protocol.Adapter`."""
    from audiotest.runner.hooks import loaded_model

    yield from loaded_model(pytestconfig)


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Trial:
    """The case, the condition and the expectation of this test."""
    asked: Trial = request.node.trial
    return asked


@pytest.fixture
def reply(request: pytest.FixtureRequest, model: Adapter) -> Reply:
    """What the model said to this trial, waited for; others that arrive meanwhile wait for their own tests."""
    answer: Reply = request.node.ask(model)
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
    from audiotest.runner.terminal import status

    return status(report)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Which model answers, and which options of audiotest's go by their long names here."""
    state = _state(config)
    name, seed = (state.session.model_name, state.session.settings.seed) if state is not None else ("listener", 0)
    default = "" if config.option.audiotest_model else " (the default)"
    from audiotest import inert
    from audiotest.options.names import given_up, notice

    about = f"audiotest: model {inert.line(name)}{default}, seed {seed or config.option.audiotest_seed}"
    return [line for line in (about, notice(given_up(config.option))) if line]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """A table a suite, its gates, and where the results are."""
    state = _state(config)
    if state is not None:
        from audiotest.runner.terminal import summary

        summary(terminalreporter, state)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_report_to_serializable(config: pytest.Config) -> Generator[None, Any, Any]:
    """A worker's reports go to the controller packed."""
    from audiotest.predict.report_transport import pack

    data = yield
    return pack(data) if hasattr(config, "workerinput") else data


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_report_from_serializable(data: dict[str, Any]) -> Generator[None, Any, Any]:
    """What a worker packed."""
    from audiotest.predict.report_transport import unpack

    unpack(data)
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand whole blocks of trials to workers, whatever ``--dist`` says (but ``each``); other tests go by it."""
    from audiotest.runner.workers import scheduler

    return scheduler(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker which trials have to be asked alone."""
    from audiotest.runner.workers import prepare_worker

    prepare_worker(node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """A worker is gone."""
    from audiotest.runner.workers import worker_gone

    worker_gone(node, error)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """``-n auto`` is a worker a GPU where there are any, else xdist's own number."""
    from audiotest.devices import gpus

    return len(gpus()) or None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the run, whole or as far as it got."""
    if _state(session.config) is not None:
        from audiotest.runner.hooks import write_results

        write_results(session)
