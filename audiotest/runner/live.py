"""How far a run is: a bar for long blocks, where somebody is watching, and a line now and then, also in CI logs.

The line is told by the process where all results meet, so it is the same with and without xdist: trials done, how many
a second, and about how long the others will take.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from audiotest.report.replies import shown
from audiotest.types import Record

INI = "audiotest_progress"
_PATIENCE_S = 2.0
"""Blocks that take less than this show no bar."""


class BlockProgress:
    """Called with (asked, to ask) while a block is predicted; draws a bar once that takes a while."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.started = 0.0
        self.bar: Any = None
        self.task: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Tell how far the block is."""
        if done == 0:
            self.started = time.monotonic()
        if done >= total:
            self._stop()
        elif self.bar is not None:
            self.bar.update(self.task, completed=done, total=total)
        elif time.monotonic() - self.started > _PATIENCE_S:
            self._start(done, total)

    def _start(self, done: int, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        terminal: Any = self.config.pluginmanager.get_plugin("terminalreporter")
        # The terminal reporter's own file: standard output is captured while a test runs.
        console = Console(file=terminal._tw._file)
        columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=console, transient=True)
        self.task = self.bar.add_task("", completed=done, total=total)
        self.bar.start()

    def _stop(self) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None


def progress_for(config: pytest.Config) -> BlockProgress | None:
    """A bar, if this process has a terminal and a person in front of it."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or hasattr(config, "workerinput") or os.environ.get("CI"):
        return None
    watched = config.option.verbose >= 0 and terminal._tw._file.isatty()
    return BlockProgress(config) if watched else None


class Pace:
    """A line every ``every`` seconds: a plugin of its own in the process that gets all reports."""

    def __init__(self, config: pytest.Config, every: float, total: Callable[[], int]) -> None:
        self.config, self.every, self.total = config, every, total
        self.done = 0
        self.began = self.told = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the trial that this report is of."""
        if not hasattr(report, "audiotest_record"):
            return
        now = time.monotonic()
        self.began = self.began or now
        self.told = self.told or now
        self.done += 1
        total = self.total()
        if now - self.told >= self.every and self.done < total:
            self.told = now
            terminal: Any = self.config.pluginmanager.get_plugin("terminalreporter")
            terminal.ensure_newline()
            if terminal._tw.width_of_current_line:  # xdist's dots are on no line of a file
                terminal._tw.line()
            terminal.write_line(pace(self.done, total, now - self.began))


def pace(done: int, total: int, seconds: float) -> str:
    """``1,200 of 10,000 trials, 85/s, about 1:43 left``."""
    speed = done / seconds if seconds > 0 else 0.0
    each = f"{speed:,.0f}/s" if speed >= 10 else f"{speed:.1f}/s" if speed >= 0.1 else f"{60 * speed:.1f}/min"
    told = f"{done:,} of {total:,} trials, {each}"
    if not speed:
        return told
    left = str(timedelta(seconds=round((total - done) / speed)))
    return f"{told}, about {left.removeprefix('0:')} left"


def pace_for(config: pytest.Config, total: Callable[[], int]) -> Pace | None:
    """The plugin, unless the ini option says never, or ``-q`` asks for quiet."""
    every = float(config.getini(INI))
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    return Pace(config, every, total) if every > 0 and terminal is not None and config.option.verbose >= 0 else None


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
        said = shown(msgspec.json.decode(text.encode(), type=Record), self.config.option.verbose > 1)
        if said:
            terminal: Any = self.config.pluginmanager.get_plugin("terminalreporter")
            # Without a newline at its end, like pytest's own line of a test: what comes next begins with one.
            terminal._tw.line()
            terminal._tw.write(said)


def replies_for(config: pytest.Config) -> Replies | None:
    """The plugin, where ``-v`` asks for it."""
    there = config.pluginmanager.get_plugin("terminalreporter") is not None
    return Replies(config) if there and config.option.verbose > 0 else None
