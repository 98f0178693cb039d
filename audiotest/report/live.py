"""What is shown while a run goes on, by the process where all results meet, so that it is the same with and without
xdist: a bar where a person sits in front of a terminal, a line now and then, a heartbeat while nothing comes, and under
``-v`` each reply below its test's line."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, TextIO

from audiotest.provenance import in_ci
from audiotest.report.progress import Bar, Lines, Pace, Records
from audiotest.report.replies import shown
from audiotest.types import Record

_TICK_S = 1.0
_STANDARD_OUTPUT = 1


class Live:
    """``terminal`` is pytest's reporter (None: there is none), ``verbose`` its verbosity, ``every`` the seconds between
    lines as the ini file has them. ``records`` and ``total`` give the records so far and the number of trials.

    A thread ticks from the first trial to :meth:`stop`: the one that runs the trials has no turn while a model answers
    a batch, loads, or works in other processes."""

    def __init__(self, terminal: Any, verbose: int, every: str, records: Records, total: Callable[[], int]) -> None:
        quiet = terminal is None or verbose < 0
        self._terminal, self._verbose = terminal, verbose
        out = self._out = None if quiet else _uncaptured(terminal)
        self.lines = Lines(
            Pace(every, records), total, None if out is None else lambda line: _write(terminal, line, out)
        )
        watched = out is not None and not in_ci() and out.isatty()
        self.bar = Bar(out, records) if out is not None and watched else None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def waiting(self, answered: int, total: int) -> None:
        """Called with (answered, planned) while a reply is waited for."""
        (self.bar or self.lines.waiting)(answered, total)

    def reply(self, record: Record) -> None:
        """Show the reply of a trial whose line pytest has written, where ``-v`` asks for it."""
        if self._terminal is not None and self._verbose > 0 and (lines := shown(record, self._verbose > 1)):
            # Without a newline at its end, like pytest's own line of a test: what comes next begins with one.
            self._terminal._tw.line()
            self._terminal._tw.write(lines)

    def started(self) -> None:
        """A trial begins, here or in a worker."""
        self.lines.started()
        if self._thread is None:
            self._thread = threading.Thread(target=self._tick, name="audiotest-tick", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """No trial runs any more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        if self._out is not None and self._out is not self._terminal._tw._file:
            self._out.close()

    def _tick(self) -> None:
        while not self._over.wait(_TICK_S):
            if self.bar is None or not self.bar.tick():
                self.lines.tick()


def _uncaptured(terminal: Any) -> TextIO:
    """Where lines go while a test runs. pytest's capture leads the descriptor of standard output elsewhere then, and
    with it the terminal reporter's own file; the capture keeps a copy of the real one, of which this is a copy."""
    own: TextIO = terminal._tw._file
    capture = terminal.config.pluginmanager.getplugin("capturemanager")
    real = getattr(getattr(getattr(capture, "_global_capturing", None), "out", None), "targetfd_save", None)
    try:
        captured = own.fileno() == _STANDARD_OUTPUT
    except (OSError, ValueError):  # no file of the system, as in a test of a test
        captured = False
    if not captured or not isinstance(real, int):  # as well with -s, --capture=sys, or a pytest that keeps it elsewhere
        return own
    encoding = getattr(own, "encoding", None) or "utf-8"
    return os.fdopen(os.dup(real), "w", encoding=encoding, errors="replace", buffering=1)


def _write(terminal: Any, line: str, out: TextIO) -> None:
    """Write ``line`` in a line of its own."""
    writer = terminal._tw
    own, writer._file = writer._file, out
    try:
        terminal.ensure_newline()
        if writer.width_of_current_line:  # xdist's dots are on no line of a file
            writer.line()
        terminal.write_line(line)
        writer.flush()
    finally:
        writer._file = own
