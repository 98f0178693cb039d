"""What is shown while a run goes on: a bar, a line now and then, and under ``-v`` each reply below its test's line.

The lines are written by the process where all results meet, so they are the same with and without xdist.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from audiotest.report.progress import Bar, Pace
from audiotest.report.replies import shown
from audiotest.types import Record

INI = "audiotest_progress"


def progress_for(config: pytest.Config) -> Bar | None:
    """A bar, if this process has a terminal and a person in front of it."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or hasattr(config, "workerinput") or os.environ.get("CI"):
        return None
    # The terminal reporter's own file: standard output is captured while a test runs.
    watched = config.option.verbose >= 0 and terminal._tw._file.isatty()
    return Bar(terminal._tw._file) if watched else None


class PaceLines:
    """A line every ``every`` seconds: a plugin of its own in the process that gets all reports."""

    def __init__(self, config: pytest.Config, every: float, total: Callable[[], int]) -> None:
        self.config, self.total, self.pace = config, total, Pace(every)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the trial that this report is of."""
        line = self.pace.step(self.total()) if hasattr(report, "audiotest_record") else ""
        if line:
            terminal: Any = self.config.pluginmanager.get_plugin("terminalreporter")
            terminal.ensure_newline()
            if terminal._tw.width_of_current_line:  # xdist's dots are on no line of a file
                terminal._tw.line()
            terminal.write_line(line)


def pace_for(config: pytest.Config, total: Callable[[], int]) -> PaceLines | None:
    """The plugin, unless the ini option says never, or ``-q`` asks for quiet."""
    every = float(config.getini(INI))
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    return (
        PaceLines(config, every, total) if every > 0 and terminal is not None and config.option.verbose >= 0 else None
    )


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
