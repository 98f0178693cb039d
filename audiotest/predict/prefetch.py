"""Requests made ahead: what a model is to hear next is decoded while it works on what it has.

Decoding and resampling release Python's lock, so a few threads beside the model are enough. How much is made ahead is
bounded by seconds of sound, so that long clips do not fill the memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

SECONDS_AHEAD = 240.0
"""Of sound: as 32-bit samples at 48 kHz in stereo, 92 MB."""
_MOST_AHEAD = 256

T = TypeVar("T")
R = TypeVar("R")


class Prefetch(Generic[T, R]):
    """An iterator over (item, ``build(item)``) for the items that ``following()`` gives, until that gives None.

    ``seconds(item)`` is how much sound an item has. With ``threads`` 0 an item is built when it is taken. Whoever pulls
    gets the exception that building raised in the place of what was built.
    """

    def __init__(
        self,
        following: Callable[[], T | None],
        build: Callable[[T], R],
        *,
        seconds: Callable[[T], float] = lambda item: 0.0,
        threads: int = 0,
    ) -> None:
        self._following, self._build, self._seconds = following, build, seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="audiotest-ahead") if threads else None
        self._ahead: deque[tuple[T, float, Future[R]]] = deque()
        self._load = 0.0
        self._closed = False

    def __iter__(self) -> Prefetch[T, R]:
        return self

    def __next__(self) -> tuple[T, R | Exception]:
        if self._closed:
            raise StopIteration
        if self._pool is None:
            item = self._following()
            if item is None:
                raise StopIteration
            try:
                return item, self._build(item)
            except Exception as error:
                return item, error
        self._fill(self._pool)
        if not self._ahead:
            raise StopIteration
        item, seconds, built = self._ahead.popleft()
        self._load -= seconds
        self._fill(self._pool)
        try:
            return item, built.result()
        except Exception as error:
            return item, error

    @property
    def _has_room(self) -> bool:
        return self._load < SECONDS_AHEAD and len(self._ahead) < _MOST_AHEAD

    def close(self) -> list[T]:
        """Stop building; returns the items that were taken from ``following`` and not pulled."""
        self._closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        left = [item for item, _, _ in self._ahead]
        self._ahead.clear()
        return left

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        while not self._closed and (not self._ahead or self._has_room):
            item = self._following()
            if item is None:
                return
            seconds = self._seconds(item)
            self._load += seconds
            self._ahead.append((item, seconds, pool.submit(self._build, item)))
