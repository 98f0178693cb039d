"""What a reader has to know before any figure of a run: the first lines of its summary."""

from __future__ import annotations

import time
from collections.abc import Iterator

from audiotest.analyse.freshness import age
from audiotest.runs import Run

_MOST = 3
"""Revisions of a model that are named."""


def first_lines(run: Run, now: float | None = None) -> Iterator[str]:
    """How many replies are from the cache and how old, and which revisions of the model gave them, where there are
    several. ``now`` in seconds since 1970."""
    yield from _cached(run, time.time() if now is None else now)
    served = run.summary.served_by or {}
    if len(served) > 1:
        some = ", ".join(f"{name} ({count})" for name, count in list(served.items())[:_MOST])
        yield f"the replies are of {len(served)} revisions of the model: {some}{', ...' if len(served) > _MOST else ''}"


def _cached(run: Run, now: float) -> Iterator[str]:
    cached = run.summary.cached
    if not cached:
        return
    old = ""
    if cached.oldest is not None and cached.newest is not None:
        oldest, newest = age(now - cached.oldest), age(now - cached.newest)
        old = f", {oldest} old" if oldest == newest else f", {newest} to {oldest} old"
    yield f"{cached.replies} of {cached.of} replies came from the cache{old} (--refresh asks again)"
