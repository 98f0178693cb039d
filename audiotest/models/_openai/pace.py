"""How many requests are under way at once: fewer when the server asks for less, slowly more again afterwards.

Additive increase, multiplicative decrease, as TCP has it: a 429 halves the number, every answer adds a fraction to it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pace:
    """At most ``most`` requests at once, and ``per_minute`` starts a minute (0: as many as come), batch after batch."""

    def __init__(self, most: int, per_minute: int = 0) -> None:
        self.most, self.now = most, float(most)
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0
        self.begin()

    def begin(self) -> None:
        """A batch begins, in an event loop of its own; what was learned in those before it holds on."""
        self._running = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._running < max(1, int(self.now)))
            self._running += 1
            wait = self._next - time.monotonic()
            self._next = max(self._next, time.monotonic()) + self._gap
        try:
            if wait > 0:
                await asyncio.sleep(wait)
            yield
        finally:
            async with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def slower(self) -> None:
        """The server has too much to do."""
        self.now = max(1.0, self.now / 2)

    def faster(self) -> None:
        """It answered."""
        self.now = min(float(self.most), self.now + 1 / max(self.now, 1.0))
