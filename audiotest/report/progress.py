"""How far a run is: a bar where somebody is watching, and a line now and then, also in CI logs."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, TextIO

_PATIENCE_S = 2.0
"""Waits that take less than this show no bar."""


class Bar:
    """Called with (answered, planned) while somebody waits for an answer; draws a bar on ``file`` once that takes a
    while."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.started = 0.0
        self.bar: Any = None
        self.task: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show how far the run is."""
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

        columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=Console(file=self.file), transient=True)
        self.task = self.bar.add_task("", completed=done, total=total)
        self.bar.start()

    def _stop(self) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None


def pace(done: int, total: int, seconds: float) -> str:
    """``1,200 of 10,000 trials, 85/s, about 1:43 left``."""
    speed = done / seconds if seconds > 0 else 0.0
    each = f"{speed:,.0f}/s" if speed >= 10 else f"{speed:.1f}/s" if speed >= 0.1 else f"{60 * speed:.1f}/min"
    text = f"{done:,} of {total:,} trials, {each}"
    if not speed:
        return text
    left = str(timedelta(seconds=round((total - done) / speed)))
    return f"{text}, about {left.removeprefix('0:')} left"


class Pace:
    """Counts trials, and says every ``every`` seconds how far the run is."""

    def __init__(self, every: float) -> None:
        self.every = every
        self.done = 0
        self.began = self.reported = 0.0

    def step(self, total: int) -> str:
        """One trial of ``total`` more is done; the line to show, "" if it is not time for one."""
        now = time.monotonic()
        self.began = self.began or now
        self.reported = self.reported or now
        self.done += 1
        if now - self.reported < self.every or self.done >= total:
            return ""
        self.reported = now
        return pace(self.done, total, now - self.began)
