"""The two ends of an adapter's stream: requests are pulled in one thread, and yielded with their replies in another.

Between them is whatever does the work (an event loop, a child process). At most ``most`` requests are held: one
is pulled when one has been yielded, so a consumer that stops taking replies also stops the requests. Pulling never
keeps a reply waiting, since it has a thread of its own.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from audiotest.types import Reply, Request

Outcome = tuple[Request, Reply | Exception]


class Stoppable(Protocol):
    """A stream that is going on."""

    def stop(self) -> None:
        """Give up what is under way."""


class _End:
    """No further requests come; ``count`` were pulled."""

    def __init__(self, count: int) -> None:
        self.count = count


class _Broken:
    """The stream as a whole failed."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Exchange:
    """See the module's text. ``stopped`` turns true when the consumer has gone, or the model is closed."""

    def __init__(self, most: int) -> None:
        self.stopped = False
        self._room = threading.Semaphore(most)
        self._outcomes: queue.SimpleQueue[Outcome | _End | _Broken | None] = queue.SimpleQueue()

    def pull(self, requests: Iterator[Request], take: Callable[[Request], object]) -> None:
        """Begin to hand requests to ``take``, in a daemon thread: whoever prepares the next request may take its time,
        and nothing waits for that thread. After :meth:`stop` it hands on nothing more."""
        threading.Thread(target=self._pull, args=(requests, take), name="audiotest-pull", daemon=True).start()

    def put(self, request: Request, outcome: Reply | Exception) -> None:
        """A request is done with."""
        self._outcomes.put((request, outcome))

    def fail(self, error: BaseException) -> None:
        """Nothing more can be answered; ``error`` is raised where the stream is consumed."""
        self._outcomes.put(_Broken(error))

    def outcomes(self) -> Iterator[Outcome]:
        """Each request with its reply or error, as it comes, until all that were pulled have been yielded."""
        yielded, total = 0, -1
        while yielded != total:
            item = self._outcomes.get()
            if item is None:
                return
            if isinstance(item, _End):
                total = item.count
            elif isinstance(item, _Broken):
                raise item.error
            else:
                yielded += 1
                self._room.release()
                yield item

    def stop(self) -> None:
        """The consumer has gone, or is to go: its iterator ends."""
        self.stopped = True
        self._room.release()
        self._outcomes.put(None)

    def _pull(self, requests: Iterator[Request], take: Callable[[Request], object]) -> None:
        pulled = 0
        try:
            while True:
                self._room.acquire()
                request = None if self.stopped else next(requests, None)
                if self.stopped:
                    return
                if request is None:
                    break
                pulled += 1
                take(request)
        except BaseException as error:  # raised where the stream is consumed, whatever it is
            self.fail(error)
        else:
            self._outcomes.put(_End(pulled))


class Work(Stoppable, Protocol):
    """Whatever answers the requests of an exchange."""

    exchange: Exchange


def outcomes_of(work: Work, going_on: set[Stoppable]) -> Iterator[Outcome]:
    """Each request with its reply or error, as it comes. ``work`` is in ``going_on`` until the iterator ends or is
    closed, and is then stopped."""
    going_on.add(work)
    try:
        yield from work.exchange.outcomes()
    finally:
        going_on.discard(work)
        work.stop()
