"""The two ends of an adapter's stream: requests are pulled in one thread, and yielded with their replies in another.

Between them stands whatever does the work (an event loop, a child process). At most ``most`` requests are held: one
is pulled when one has been yielded, so a consumer that stops taking replies also stops the requests. Pulling never
keeps a reply waiting, since it has a thread of its own.
"""

from __future__ import annotations

import queue
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from audiotest.models.protocol import Unavailable
from audiotest.types import Reply, Request

Outcome = tuple[Request, Reply | Exception]


class _End:
    """No further requests come; ``count`` were pulled."""

    def __init__(self, count: int) -> None:
        self.count = count


class _Broken:
    """The stream as a whole failed."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Exchange:
    """See the module's text. ``stopped`` turns true when the consumer has gone."""

    def __init__(self, most: int) -> None:
        self.stopped = False
        self._room = threading.Semaphore(most)
        self._outcomes: queue.SimpleQueue[Outcome | _End | _Broken] = queue.SimpleQueue()

    def pull(self, requests: Iterator[Request], take: Callable[[Request], object]) -> None:
        """Begin to hand requests to ``take``, in a daemon thread: whoever prepares the next request may take its time,
        and nobody waits for that thread. After :meth:`stop` it hands on nothing more."""
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
            if isinstance(item, _End):
                total = item.count
            elif isinstance(item, _Broken):
                raise item.error
            else:
                yielded += 1
                self._room.release()
                yield item

    def stop(self) -> None:
        """The consumer has gone."""
        self.stopped = True
        self._room.release()

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


def in_order(outcomes: Iterable[Outcome], requests: Sequence[Request]) -> list[Reply | Exception]:
    """What a stream yields for ``requests``, in their order; one request may stand there several times.

    Where the model becomes unavailable on the way, what it had answered is kept, and that error is the rest's.
    """
    places: dict[int, deque[int]] = defaultdict(deque)
    for place, request in enumerate(requests):
        places[id(request)].append(place)
    answers: dict[int, Reply | Exception] = {}
    rest: Exception | None = None
    try:
        for request, outcome in outcomes:
            answers[places[id(request)].popleft()] = outcome
    except Unavailable as error:
        if not answers:
            raise
        rest = error
    return [answers[place] if rest is None else answers.get(place, rest) for place in range(len(requests))]
