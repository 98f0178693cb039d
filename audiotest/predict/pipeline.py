"""Building ahead: what a model is to hear next is decoded while it works on what it has.

Decoding and resampling release Python's lock, so one thread beside the model is enough. It is at most one batch
ahead, which bounds the memory to two batches of sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def one_ahead(build: Callable[[T], R], items: Iterable[T], *, threaded: bool = True) -> Iterator[R]:
    """``build(item)`` of every item, in order; the next one is being built while the caller uses the present one.

    An exception of ``build`` is raised where its result would have come. All calls are made by one thread, one at a
    time. ``threaded`` False builds in the caller's, for what takes no time.
    """
    if not threaded:
        yield from map(build, items)
        return
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="audiotest-ahead") as pool:
        waiting: Future[R] | None = None
        for item in items:
            following = pool.submit(build, item)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()
