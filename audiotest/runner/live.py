"""What is shown while a run goes on: a bar, a line now and then, and under ``-v`` each reply below its test's line.

The lines are written by the process where all results meet, so they are the same with and without xdist.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from audiotest.provenance import in_ci
from audiotest.report.progress import Bar, Lines, Pace
from audiotest.report.replies import shown
from audiotest.types import Record

if TYPE_CHECKING:
    from audiotest.predict.predictor import Progress
    from audiotest.runner.state import State

INI = "audiotest_progress"
_TICK_S = 1.0


def progress_for(state: State, lines: Lines) -> Progress:
    """What is shown while a reply is waited for: a bar, if this process has a terminal and a person in front of it."""
    terminal: Any = state.config.pluginmanager.get_plugin("terminalreporter")
    # The terminal reporter's own file: standard output is captured while a test runs.
    visible = terminal is not None and state.config.option.verbose >= 0 and not in_ci()
    watched = visible and terminal._tw._file.isatty()
    return Bar(terminal._tw._file, lambda: state.session.records) if watched else lines.waiting


def tick_of(progress: Progress, lines: Lines) -> Callable[[], None]:
    """What shows every second that a run goes on: the bar where there is one, else a line if it is time for one."""

    def tick() -> None:
        if not (isinstance(progress, Bar) and progress.tick()):
            lines.tick()

    return tick


class Ticker:
    """Has ``tick`` called every second by a thread, from :meth:`start` to :meth:`stop`: the thread that runs the trials
    has no turn while a model answers a batch, loads, or works in other processes."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self.tick = tick
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """From now on; once is enough."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="audiotest-tick", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Not any more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._over.wait(_TICK_S):
            self.tick()


def lines_for(state: State) -> Lines:
    """The lines that are written now and then, unless the ini option says never, or ``-q`` asks for quiet."""
    terminal: Any = state.config.pluginmanager.get_plugin("terminalreporter")

    def write(line: str) -> None:
        terminal.ensure_newline()
        if terminal._tw.width_of_current_line:  # xdist's dots are on no line of a file
            terminal._tw.line()
        terminal.write_line(line)

    quiet = terminal is None or state.config.option.verbose < 0
    pace = Pace(state.config.getini(INI), lambda: state.session.records)
    return Lines(pace, lambda: state.session.planned, None if quiet else write)


class Replies:
    """A plugin of its own in the process that gets all reports: it writes below pytest's line, also with xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show the reply of the trial that this report decides."""
        text: str | None = getattr(report, "audiotest_record", None)
        if text is None:
            return
        lines = shown(msgspec.json.decode(text.encode(), type=Record), self.config.option.verbose > 1)
        if lines:
            terminal: Any = self.config.pluginmanager.get_plugin("terminalreporter")
            # Without a newline at its end, like pytest's own line of a test: what comes next begins with one.
            terminal._tw.line()
            terminal._tw.write(lines)


def replies_for(config: pytest.Config) -> Replies | None:
    """The plugin, where ``-v`` asks for it."""
    there = config.pluginmanager.get_plugin("terminalreporter") is not None
    return Replies(config) if there and config.option.verbose > 0 else None
