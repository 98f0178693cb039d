"""How many requests are under way at once: fewer when the server asks for less, slowly more again afterwards.

Additive increase, multiplicative decrease, as TCP has it: a refusal halves the number, every answer adds a fraction to
it. Refusals of requests that were sent before the last halving say nothing new: of 256 sent at once to a server that
takes 8, 248 come back, and they halve the number once.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pace:
    """At most ``most`` requests at once, and ``per_minute`` starts a minute (0: as many as come). What was learned of
    the server holds on from stream to stream; places are taken in :class:`Turns`."""

    def __init__(self, most: int, per_minute: int = 0) -> None:
        self.most, self.now = most, float(most)
        self.answers = 0
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = self._halved = 0.0

    def wait(self) -> float:
        """Seconds until the next start is due; the one after it is due later."""
        due, now = self._next, time.monotonic()
        self._next = max(due, now) + self._gap
        return max(0.0, due - now)

    def slower(self, started: float) -> None:
        """The server has too much to do, as a request shows that was sent at ``started`` (``time.monotonic()``)."""
        if started >= self._halved:
            self.now = max(1.0, self.now / 2)
            self._halved = time.monotonic()

    def faster(self) -> None:
        """It answered."""
        self.answers += 1
        self.now = min(float(self.most), self.now + 1 / max(self.now, 1.0))


class Turns:
    """The places of one stream, in its event loop, first come first served."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it."""
        await self._enter()
        try:
            wait = self.pace.wait()
            if wait > 0:
                await asyncio.sleep(wait)
            yield
        finally:
            self._running -= 1
            self._admit()

    async def _enter(self) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # admitted at the same moment
                self._running -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        while self._waiting and self._running < max(1, int(self.pace.now)):
            place = self._waiting.popleft()
            if not place.done():
                self._running += 1
                place.set_result(None)
