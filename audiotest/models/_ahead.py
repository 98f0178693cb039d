"""Windows of requests, and what is made of each in threads while the model works: features, tokens, batches.

One thread pulls requests, for an iterator can be pulled by one alone; others make what the model is to be given of each
window. As many windows as there are such threads are under way, so memory is bounded by their number and size, and they
are given out in their order. Once closed, no more are pulled.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Generic, TypeVar

from audiotest.types import Request

GATHER_S = 10.0
"""How long a window is filled: if the next request takes longer to come (a cascade's clips are listened to, a sound is
fetched), the model is given what there is."""
T = TypeVar("T")


def filled(requests: Iterator[Request], size: int) -> list[Request]:
    """The next ``size`` requests; fewer at their end, and where they take longer than :data:`GATHER_S` to come."""
    started, window = time.perf_counter(), list[Request]()
    for request in requests:
        window.append(request)
        if len(window) == size or time.perf_counter() - started > GATHER_S:
            break
    return window


class Ahead(Generic[T]):
    """Windows of at most ``size`` of ``requests``, each with what ``make`` made of it, and of the request before it, in
    one of ``threads``."""

    def __init__(
        self,
        requests: Iterator[Request],
        size: int,
        make: Callable[[list[Request], Request | None], T],
        threads: int = 1,
    ) -> None:
        self._ended = Event()
        self._requests, self._size, self._make = self._until_ended(requests), size, make
        self._before: Request | None = None
        self._puller = ThreadPoolExecutor(1, thread_name_prefix="audiotest-pull")
        self._makers = ThreadPoolExecutor(threads, thread_name_prefix="audiotest-prepare")
        self._coming: deque[Future[tuple[list[Request], Future[T] | None]]] = deque()
        for _ in range(threads):
            self._coming.append(self._puller.submit(self._pull))

    def take(self, *, wait: bool = True) -> tuple[list[Request], T] | None:
        """The next window and what was made of it, or raises what went wrong with it; None where there is no more, or,
        without ``wait``, where it is not ready yet."""
        if not self._coming or not (wait or self._ready(self._coming[0])):
            return None
        window, outcome = self._coming.popleft().result()
        if outcome is None:
            self._coming.clear()
            return None
        self._coming.append(self._puller.submit(self._pull))
        return window, outcome.result()

    def close(self) -> None:
        """Make no more, and pull no more requests."""
        self._ended.set()
        self._coming.clear()
        for pool in (self._puller, self._makers):
            pool.shutdown(wait=False, cancel_futures=True)

    def _pull(self) -> tuple[list[Request], Future[T] | None]:
        window, before = filled(self._requests, self._size), self._before
        self._before = window[-1] if window else None
        return window, self._makers.submit(self._make, window, before) if window and not self._ended.is_set() else None

    def _until_ended(self, requests: Iterator[Request]) -> Iterator[Request]:
        for request in requests:
            yield request
            if self._ended.is_set():
                return

    @staticmethod
    def _ready(coming: Future[tuple[list[Request], Future[T] | None]]) -> bool:
        if not coming.done():
            return False
        outcome = None if coming.exception() else coming.result()[1]
        return outcome is None or outcome.done()
