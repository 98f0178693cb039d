"""A stream of requests through a child process: sent as there is room, answered in any order, asked again if it dies.

A process that answers one by one always has the next requests at hand; one that answers in batches gets whole ones.
When it dies it is started again. What it had answered is kept; the request that was next is asked alone, and if the
process dies with it again, that request is an error. The rest is asked again.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from audiotest.errors import AudiotestError
from audiotest.models._exchange import Exchange, Outcome, Stoppable, outcomes_of
from audiotest.models._process.child import Child, ChildGone, ChildSilent
from audiotest.models.protocol import Unsupported
from audiotest.types import Reply, Request

_GATHER_S = 0.05
"""How long an idle process waits for its batch to fill before it is given what there is."""
_PATIENCE_S = 1.0


class ItemFailed(AudiotestError):
    """The error that the other side reported for one request instead of a reply, or that it died with it."""


class Host(Protocol):
    """Who owns the process: it outlives a stream."""

    def child(self, running: Callable[[], bool]) -> Child:
        """The process, started if there is none, unless no longer ``running``. Raises
        :class:`audiotest.models._process.child.NotStarted`."""

    def drop(self) -> None:
        """End the process, also one that is just starting."""

    def message(self, request: Request, index: int) -> tuple[dict[str, Any], list[Path]]:
        """``request`` as a message, and the files that its sounds were written to. Raises OSError."""


class Job(Struct):
    """A request, and the messages that carried it: its place in the stream, its batch, when that was sent and how many
    it holds that are answered together, and the files of its sounds."""

    request: Request
    index: int
    batch: int = 0
    sent: float = 0.0
    together: int = 1
    files: list[Path] = []


def stream(
    requests: Iterator[Request], host: Host, batch_size: int, timeout: float, going_on: set[Stoppable]
) -> Iterator[Outcome]:
    """Each request with its reply or error, as it comes, ``batch_size`` of them with the process at once.

    Closing the iterator, or Ctrl-C in it, ends the process if it is at work. Until then the stream is in ``going_on``.
    Raises :class:`audiotest.models._process.child.NotStarted` if it cannot be started (again).
    """
    yield from outcomes_of(_Work(requests, host, batch_size, timeout), going_on)


class _Work:
    """What one thread does: it alone sends, and decides what a line means. ``events`` are requests, lines and None."""

    def __init__(self, requests: Iterator[Request], host: Host, batch_size: int, timeout: float) -> None:
        self.exchange = Exchange(batch_size)
        self._host, self._size, self._timeout = host, batch_size, timeout
        self._events: queue.SimpleQueue[Request | tuple[Child, bytes] | None] = queue.SimpleQueue()
        self._waiting: deque[Job] = deque()
        self._sent: dict[int, Job] = {}
        self._suspect: Job | None = None
        self._child: Child | None = None
        self._pulled = self._batches = 0
        self._settled = self._starting = False
        self._heard = self._answered = 0.0
        self._thread = threading.Thread(target=self._run, name="audiotest-process", daemon=True)
        self._thread.start()
        self.exchange.pull(requests, self._events.put)

    def stop(self) -> None:
        """The consumer has gone: what is under way is cancelled, which a process at work does not survive."""
        self.exchange.stop()
        self._events.put(None)
        if self._starting:
            self._host.drop()
        self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        try:
            while not self.exchange.stopped:
                self._send()
                self._handle()
        except BaseException as error:
            self.exchange.fail(error)
        finally:
            if self._sent:
                self._host.drop()
            elif self._child is not None:
                self._child.listen()

    def _send(self) -> None:
        """Send what may be sent now: a suspect alone; else what waits, to a process that takes batches when it is idle
        and the batch is full, or nothing further has come."""
        if self._suspect is not None:
            if not self._sent:
                self._give([self._suspect])
        elif self._waiting:
            idle = not self._sent and (len(self._waiting) >= self._size or self._settled)
            if idle or not self._ready().batches:
                jobs, self._waiting = list(self._waiting), deque()
                self._give(jobs)

    def _give(self, jobs: list[Job]) -> None:
        child, messages, self._settled = self._ready(), [], False
        self._batches += 1
        for job in jobs:
            try:
                message, job.files = self._host.message(job.request, job.index)
            except OSError as error:
                self._done(job, ItemFailed(f"its sound cannot be written for the process: {error}"))
                continue
            job.batch = self._batches
            self._sent[job.index] = job
            messages.append(message)
        if messages:
            self._heard = time.monotonic()
            for job in jobs:
                job.sent, job.together = self._heard, len(messages) if child.batches else 1
            child.send({"batch": self._batches, "requests": messages})

    def _ready(self) -> Child:
        if self._child is None:
            self._starting = True
            child = self._host.child(lambda: not self.exchange.stopped)
            self._starting = False
            child.listen(lambda line: self._events.put((child, line)))
            self._child = child
        return self._child

    def _handle(self) -> None:
        """Wait for something to happen, as long as the process may be silent or a batch may fill, and see to it."""
        seconds = None
        if self._sent:
            seconds = max(0.0, self._heard + self._timeout - time.monotonic())
        elif self._waiting:
            seconds = _GATHER_S
        try:
            event = self._events.get(timeout=seconds)
        except queue.Empty:
            if self._sent:
                assert self._child is not None
                self._died(self._child.silent(self._timeout))
            self._settled = True
        else:
            self._take(event)

    def _take(self, event: Request | tuple[Child, bytes] | None) -> None:
        if isinstance(event, Request):
            self._waiting.append(Job(event, self._pulled))
            self._pulled += 1
        elif event is not None and event[0] is self._child:
            try:
                self._heed(event[0].message(event[1]))
            except ChildGone as error:
                self._died(error)

    def _heed(self, message: dict[str, Any]) -> None:
        index = message.get("index")
        job = self._sent.get(index) if isinstance(index, int) else None
        if job is None or message.get("batch") != job.batch:
            raise ChildGone(f"a reply to something that was not asked came: {str(message)[:200]}")
        del self._sent[job.index]
        self._heard = time.monotonic()
        # Of a batch its share; else the time since the process had nothing else to do.
        began = job.sent if job.together > 1 else max(job.sent, self._answered)
        self._answered = self._heard
        self._done(job, _reply(message, (self._heard - began) / job.together))

    def _done(self, job: Job, outcome: Reply | Exception) -> None:
        if job is self._suspect:
            self._suspect = None
        for file in job.files:
            file.unlink(missing_ok=True)
        self.exchange.put(job.request, outcome)

    def _died(self, error: ChildGone | ChildSilent) -> None:
        """Start over without the process. The request that was next is asked alone; with which it dies twice, or says
        nothing more, is an error."""
        self._host.drop()
        self._child = None
        back, self._sent = list(self._sent.values()), {}
        if not back:
            return
        first = back.pop(0)
        self._waiting.extendleft(reversed(back))
        if isinstance(error, ChildSilent):
            self._done(first, ItemFailed(f"asked this, the process is silent: {error}"))
        elif first is self._suspect:
            self._done(first, ItemFailed(f"asked this once more, and alone, {error}"))
        else:
            self._suspect = first


def _reply(message: dict[str, Any], seconds: float) -> Reply | Exception:
    if "unsupported" in message:
        return Unsupported(str(message["unsupported"]))
    if "error" in message or not isinstance(message.get("text"), str):
        return ItemFailed(str(message.get("error", f"no `text` in {str(message)[:200]}")))
    details = message.get("details") or {}
    if not isinstance(details, dict):
        return ItemFailed(f"`details` is an object, not {str(details)[:200]}")
    return Reply(message["text"], seconds=seconds, details=details)
