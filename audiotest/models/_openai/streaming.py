"""A stream of requests to a server: one event loop, in a thread of its own, and one client for all of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from audiotest.models._exchange import Exchange, Outcome, Stoppable, outcomes_of
from audiotest.models._openai.failures import ServerError
from audiotest.models._openai.pace import Pace
from audiotest.models._openai.sound import Clips
from audiotest.models._openai.talking import Endpoint, Talk
from audiotest.models.protocol import Unavailable
from audiotest.types import Request

_PATIENCE_S = 1.5
_ENCODERS = 2


def stream(requests: Iterator[Request], endpoint: Endpoint, pace: Pace, going_on: set[Stoppable]) -> Iterator[Outcome]:
    """Each request with its reply or error, as it comes, with at most ``in_flight`` of them under way.

    Closing the iterator, or Ctrl-C in it, cancels those. Until then the stream is in ``going_on``. Raises what
    ``requests`` raises, and :class:`audiotest.models.protocol.Unavailable` where no client can be created.
    """
    yield from outcomes_of(_Loop(endpoint, pace, requests), going_on)


class _Loop:
    """The event loop's side. It ends when it is stopped; its thread is a daemon, and touches nothing from then on."""

    def __init__(self, endpoint: Endpoint, pace: Pace, requests: Iterator[Request]) -> None:
        self.exchange = Exchange(endpoint.settings.in_flight)
        self._endpoint, self._pace, self._requests = endpoint, pace, requests
        self._loop, self._stopped = asyncio.new_event_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="audiotest-endpoint", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cancel what is under way, and wait for it a moment."""
        self.exchange.stop()
        self._call(self._stopped.set)
        self._thread.join(_PATIENCE_S)

    def _call(self, function: Any, *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:  # closed: whatever was to be done is moot
            if not self.exchange.stopped:
                raise

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self.exchange.fail(error)
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        workers = ThreadPoolExecutor(_ENCODERS, "audiotest-encode")
        try:
            clients = self._endpoint.clients()
        except Exception as error:  # such as a proxy in the environment that no library here speaks to
            raise Unavailable(f"cannot create an HTTP client: {self._endpoint.clean(str(error))}") from None
        talk = Talk(self._endpoint, clients, self._pace, Clips(self._endpoint.settings.audio_format, workers))
        self.exchange.pull(self._requests, lambda request: self._call(self._begin, talk, request))
        try:
            await self._stopped.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_PATIENCE_S / 2)
            workers.shutdown(wait=False, cancel_futures=True)
            async with asyncio.timeout(_PATIENCE_S / 2):
                await asyncio.gather(*(client.aclose() for client in clients))

    def _begin(self, talk: Talk, request: Request) -> None:
        task = self._loop.create_task(self._answer(talk, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, talk: Talk, request: Request) -> None:
        try:
            outcome = await talk.outcome(request)
        except BaseException:
            if not self.exchange.stopped:  # nothing else would report what became of it
                self.exchange.put(request, ServerError("the request was cancelled"))
            raise
        self.exchange.put(request, outcome)
