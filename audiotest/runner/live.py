"""What is shown while a run goes on: a bar, a line now and then, and under ``-v`` each reply below its test's line.

The lines are written by the process where all results meet, so they are the same with and without xdist.
"""

from __future__ import annotations

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


def progress_for(state: State, lines: Lines) -> Progress:
    """What is shown while a reply is waited for: a bar, if this process has a terminal and a person in front of it."""
    terminal: Any = state.config.pluginmanager.get_plugin("terminalreporter")
    # The terminal reporter's own file: standard output is captured while a test runs.
    visible = terminal is not None and state.config.option.verbose >= 0 and not in_ci()
    watched = visible and terminal._tw._file.isatty()
    return Bar(terminal._tw._file, lambda: state.session.records) if watched else lines.waiting


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
