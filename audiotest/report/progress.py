"""A bar for long blocks, where somebody is watching: never in CI logs, under ``-q`` or from a worker."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

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
