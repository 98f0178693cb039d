"""What is shown while a run goes on: a bar, a line now and then, and under ``-v`` each reply below its test's line.

The lines are written by the process where all results meet, so they are the same with and without xdist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from audiotest.provenance import in_ci
from audiotest.report.progress import Bar, Pace
from audiotest.report.replies import shown
from audiotest.types import Record

if TYPE_CHECKING:
    from audiotest.runner.state import State

INI = "audiotest_progress"


def progress_for(state: State) -> Bar | None:
    """A bar, if this process has a terminal and a person in front of it."""
    terminal: Any = state.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or state.is_worker or in_ci():
        return None
    # The terminal reporter's own file: standard output is captured while a test runs.
    watched = state.config.option.verbose >= 0 and terminal._tw._file.isatty()
    return Bar(terminal._tw._file, lambda: state.session.records) if watched else None


def pace_for(state: State) -> Callable[[], None]:
    """What is called after each trial: it writes a line now and then, unless the ini option says never, or ``-q`` asks
    for quiet."""
    terminal: Any = state.config.pluginmanager.get_plugin("terminalreporter")
    pace = Pace(state.config.getini(INI), lambda: state.session.records)
    shows = pace.every > 0 and terminal is not None and state.config.option.verbose >= 0

    def step() -> None:
        line = pace.step(state.session.planned) if shows else ""
        if line:
            terminal.ensure_newline()
            if terminal._tw.width_of_current_line:  # xdist's dots are on no line of a file
                terminal._tw.line()
            terminal.write_line(line)

    return step


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
