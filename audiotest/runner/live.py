"""What is shown while a run goes on: a bar, a line now and then, and under ``-v`` each reply below its test's line.

The lines are written by the process where all results meet, so they are the same with and without xdist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from audiotest.report.live import Live
from audiotest.report.replies import shown
from audiotest.types import Record

if TYPE_CHECKING:
    from audiotest.runner.state import State

INI = "audiotest_progress"


def live_for(state: State) -> Live:
    """What is shown in this process, unless the ini option says never, or ``-q`` asks for quiet."""
    config, session = state.config, state.session
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    every = config.getini(INI)
    return Live(terminal, config.option.verbose, every, lambda: session.records, lambda: session.planned)


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
