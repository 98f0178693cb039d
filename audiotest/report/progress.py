"""How far a run is: a bar where somebody is watching, and a line now and then, also in CI logs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TextIO

from audiotest.analyse.intervals import clustered_proportion
from audiotest.analyse.trials import clip_of, verdict_of
from audiotest.devices import gpu_memory
from audiotest.predict.budget import cost_of
from audiotest.provenance import in_ci
from audiotest.types import Record

_PATIENCE_S = 2.0
"""Waits that take less than this show no bar."""
_EVERY_S, _EVERY_IN_CI_S = 30.0, 60.0
"""Seconds between lines: a log that is kept gets one a minute."""
_GPU_EVERY_S = 10.0
_MIB = 1 << 20
_LONGEST_S = 100 * 86_400
"""What is left of a run is shown up to here."""
Records = Callable[[], Sequence[Record]]
"""Gives the records so far."""


class GpuMemory:
    """``GPU 41.3 of 80.0 GB`` where there is a GPU; ``ask`` gives (used, whole) of each in MiB, and is called at most
    every :data:`_GPU_EVERY_S` seconds, and not again where there is none."""

    def __init__(self, ask: Callable[[], list[tuple[int, int]]] = gpu_memory) -> None:
        self._ask = ask
        self._asked: float | None = None
        self._shown = ""

    def __str__(self) -> str:
        now = time.monotonic()
        if self._asked is None or (self._shown and now - self._asked > _GPU_EVERY_S):
            self._asked, used = now, self._ask()
            each = ", ".join(f"{taken * _MIB / 1e9:.1f} of {whole * _MIB / 1e9:.1f}" for taken, whole in used)
            self._shown = f"{'GPU' if len(used) == 1 else 'GPUs'} {each} GB" if used else ""
        return self._shown


class Bar:
    """Called with (answered, planned) while somebody waits for an answer; draws a bar on ``file`` once that takes a
    while, with what ``records`` show so far."""

    def __init__(self, file: TextIO, records: Records = tuple) -> None:
        self.file, self.records = file, records
        self.lock = threading.RLock()
        self.started = self.looked = 0.0
        self.gpu = GpuMemory()
        self.shown = (0, 0)
        self.bar: Any = None
        self.task: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show how far the run is."""
        with self.lock:
            self._show(done, total)

    def tick(self) -> bool:
        """Called every second, so that a wait for a batch that takes minutes gets its bar as well; whether there is
        one."""
        with self.lock:
            self._show(*self.shown)
            return self.bar is not None

    def _show(self, done: int, total: int) -> None:
        self.shown = (done, total)
        self.started = self.started or time.monotonic()
        if done >= total:
            self.started = 0.0
            self._stop()
        elif self.bar is not None:
            self.bar.update(self.task, completed=done, total=total)
            if time.monotonic() - self.looked > _PATIENCE_S:
                self._look()
        elif time.monotonic() - self.started > _PATIENCE_S:
            self._start(done, total)

    def _start(self, done: int, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        so_far = TextColumn("{task.fields[speed]} {task.fields[figures]}", markup=False)
        columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), so_far)
        self.bar = Progress(*columns, console=Console(file=self.file), transient=True)
        self.task = self.bar.add_task("", completed=done, total=total, speed="", figures="")
        self._look()
        self.bar.start()

    def _look(self) -> None:
        """Work the figures out again, which a bar that is drawn ten times a second does not need each time."""
        self.looked = time.monotonic()
        speed = self.bar.tasks[0].speed
        self.bar.update(
            self.task, speed=_speed(speed) if speed else "", figures=_joined(so_far(self.records()), str(self.gpu))
        )

    def _stop(self) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None


def pace(done: int, total: int, seconds: float, what: str = "trials") -> str:
    """``1,200 of 10,000 trials, 85/s, about 1:43 left``."""
    speed = done / seconds if seconds > 0 else 0.0
    text = f"{done:,} of {total:,} {what}"
    if not speed:
        return text
    text += f", {_speed(speed)}"
    seconds_left = (total - done) / speed
    if seconds_left > _LONGEST_S:
        return f"{text}, more than {_LONGEST_S // 86_400} days left"
    return f"{text}, about {_clock(seconds_left)} left"


def so_far(records: Iterable[Record]) -> str:
    """``accuracy 71.2% (95% CI 66.0 to 76.1, n = 310), 12,300 tokens in, 900 out, cost 0.42`` of the records so far:
    the accuracy under ``original`` with its interval by clip, and what the model says that the replies took (those from
    the cache took nothing). "" where there is nothing to say yet."""
    rights, clips, taken, given, cost = [], [], 0, 0, 0.0
    for record in records:
        verdict = verdict_of(record) if record.condition == "original" else None
        if verdict is not None and verdict.correct is not None:
            rights.append(verdict.correct)
            clips.append(f"{record.suite} {clip_of(record)}")
        if record.reply is not None and not record.cached:
            taken += _count(record.reply.details.get("input_tokens"))
            given += _count(record.reply.details.get("output_tokens"))
            cost += cost_of(record)
    parts = []
    accuracy = clustered_proportion(rights, clips)
    if accuracy.value is not None:
        ends = accuracy.low is not None and accuracy.high is not None
        between = f"95% CI {100 * (accuracy.low or 0):.1f} to {100 * (accuracy.high or 0):.1f}, " if ends else ""
        parts.append(f"accuracy {100 * accuracy.value:.1f}% ({between}n = {accuracy.n})")
    if taken or given:
        parts.append(f"{taken:,} tokens in, {given:,} out")
    if cost:
        parts.append(f"cost {cost:.2f}")
    return ", ".join(parts)


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _count(value: object) -> int:
    """A number of tokens among a reply's details, which an adapter or a file may have filled with anything."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _speed(each: float) -> str:
    return f"{each:,.0f}/s" if each >= 10 else f"{each:.1f}/s" if each >= 0.1 else f"{60 * each:.1f}/min"


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds))).removeprefix("0:")


class Pace:
    """Counts trials, and says every ``every`` seconds how far the run is; "": every half minute, in CI every minute.
    ``records`` gives what the line says of the figures so far."""

    def __init__(self, every: float | str = "", records: Records = tuple) -> None:
        self.every = float(every) if every != "" else _EVERY_IN_CI_S if in_ci() else _EVERY_S
        self.records = records
        self.gpu = GpuMemory()
        self.done = 0
        self.began = self.reported = self.last = 0.0

    def start(self) -> None:
        """A trial begins; the first one is where time is counted from."""
        now = time.monotonic()
        self.began, self.reported, self.last = self.began or now, self.reported or now, self.last or now

    def step(self, total: int) -> str:
        """One trial of ``total`` more is done; the line to show, "" if it is not time for one."""
        self.start()
        self.done += 1
        self.last = time.monotonic()
        return self._line(self.done, total, "trials")

    def waiting(self, answered: int, total: int) -> str:
        """``answered`` replies to ``total`` trials are there, and somebody waits for the next; as :meth:`step`."""
        self.start()
        return self._line(answered, total, "replies")

    def beat(self, total: int, busy: str = "") -> str:
        """No trial has ended for a while, and the model is ``busy`` with something; as :meth:`step`."""
        self.start()
        passed = _clock(time.monotonic() - self.last)
        return self._line(
            self.done, total, "trials", f"the last {passed} ago" if self.done else f"after {passed}", busy
        )

    def _line(self, done: int, total: int, what: str, *more: str) -> str:
        now = time.monotonic()
        if now - self.reported < self.every or done >= total:
            return ""
        self.reported = now
        return _joined(pace(done, total, now - self.began, what), *more, so_far(self.records()), str(self.gpu))


class Lines:
    """The lines of a :class:`Pace` in a log: ``write`` (None: nobody wants them) gets each. ``total`` gives the number
    of trials. :meth:`tick` is called by another thread; who else writes where ``write`` does holds ``lock``."""

    def __init__(self, pace: Pace, total: Callable[[], int], write: Callable[[str], None] | None) -> None:
        self.pace, self.total, self.write = pace, total, write if pace.every > 0 else None
        self.lock = threading.RLock()
        self.busy = ""
        self._running = 0

    def started(self) -> None:
        """A trial begins, here or in a worker."""
        with self.lock:
            self._running += 1
            self.pace.start()

    def finished(self) -> None:
        """A trial has ended."""
        with self.lock:
            self._running = max(0, self._running - 1)

    def trial(self) -> None:
        """One trial more is done."""
        self._write(lambda: self.pace.step(self.total()))

    def waiting(self, answered: int, total: int) -> None:
        """Called with (answered, planned) while a reply is waited for: a block of slow trials shows that it goes on."""
        self._write(lambda: self.pace.waiting(answered, total))

    def tick(self) -> None:
        """Called every second: while a batch is answered, or a model loads, nobody else has a turn."""
        if self._running:
            self._write(lambda: self.pace.beat(self.total(), self.busy))

    @contextmanager
    def loading(self, model: str) -> Iterator[None]:
        """While ``model`` is loaded, lines say so."""
        self.busy = f"loading {model}"
        try:
            yield
        finally:
            self.busy = ""

    def _write(self, line: Callable[[], str]) -> None:
        if self.write is None:
            return
        with self.lock:
            if text := line():
                self.write(text)
