"""Building ahead: what a model is to hear next is decoded while it works on what it has.

Decoding and resampling release Python's lock, so one thread beside the model is enough. What is built ahead is what
was asked for and no more, so the memory is bounded by the caller: one batch in use and one ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Ahead(Generic[T, R]):
    """``build(item)`` in a thread of its own, for items that will be taken later.

    All calls that are started ahead are made by one thread, one at a time. ``threaded`` False builds when it is taken,
    for what takes no time.
    """

    def __init__(self, build: Callable[[T], R], *, threaded: bool = True) -> None:
        self.build, self.threaded = build, threaded
        self._pool: ThreadPoolExecutor | None = None
        # The item is kept with its result: an id is that of one object only as long as the object lives.
        self._started: dict[int, tuple[T, Future[R]]] = {}

    def start(self, item: T) -> None:
        """Begin to build ``item``, unless that has begun."""
        if not self.threaded or id(item) in self._started:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="audiotest-ahead")
        self._started[id(item)] = item, self._pool.submit(self.build, item)

    def take(self, item: T) -> R:
        """The built ``item``, waited for or built now. Raises what building raised."""
        _, started = self._started.pop(id(item), (item, None))
        return started.result() if started is not None else self.build(item)

    def drop(self, item: T) -> None:
        """Let go of ``item``, which will not be taken after all."""
        _, started = self._started.pop(id(item), (item, None))
        if started is not None:
            started.cancel()

    def close(self) -> None:
        """Let go of what was started and never taken."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = None
        self._started.clear()
