"""A model that is asked about replies: a judge, an embedding model. It is asked by the same machine as the model under
test: as a stream, through the store, one by one where a batch breaks."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from audiotest.models.protocol import Adapter
from audiotest.models.streaming import Outcome, chunks_of, streams
from audiotest.predict.breaker import ModelDown, as_text
from audiotest.predict.exchange import Answered, Exchange
from audiotest.predict.store import ReplyStore
from audiotest.predict.tracing import Role, traced
from audiotest.types import Reply, Request, TrialKey


class Item(Struct, eq=False, kw_only=True):
    """One request to the model: the name its reply is kept under, and what became of it."""

    key: bytes
    request: Request
    outcome: Outcome | None = None

    @property
    def trial(self) -> TrialKey | None:
        """The trial whose reply it is about, where it is about one."""
        return None


class AskedModel:
    """Items are submitted at any time, from any thread, and waited for one by one. The model is loaded when there is
    something that the store does not know.

    ``role`` is what it is asked as. ``finished(item)`` may give another item to be asked in the place of one (a judge's
    text that cannot be read).
    """

    def __init__(
        self,
        model: Adapter,
        *,
        store: ReplyStore | None = None,
        refresh: bool = False,
        batch_size: int | None = None,
        finished: Callable[[Item], Item | None] = lambda item: None,
        role: Role = "judge",
    ) -> None:
        self._role: Role = role
        self.model, self._refresh, self._batch_size = model, refresh, batch_size
        self._store = store if model.identity else None
        self._finished = finished
        self._queue: deque[Item] = deque()
        self._loaded = False
        self._broken: Exception | None = None
        self._lock = threading.Condition(threading.RLock())
        self._exchange: Exchange[Item] = Exchange(
            model.name, self._send, self._following, self._finish, lock=self._lock, threaded=streams(model)
        )

    def submit(self, items: Sequence[Item]) -> None:
        """Look ``items`` up in the store, and queue those that it does not have."""
        known = self._store.get([item.key for item in items]) if self._store is not None and not self._refresh else {}
        with self._lock:
            for item in items:
                if item.key in known:
                    self._settle(item, known[item.key])
                else:
                    self._queue.append(item)

    def wait(self, done: Callable[[], bool]) -> None:
        """Have the queue answered until ``done()``. Raises what loading the model raised, and whatever interrupts."""
        with self._lock:
            if done():
                return
        self._load()
        self._exchange.wait(done)

    def down_with(self, error: Exception) -> str:
        """Why nothing is asked any more (the model cannot be loaded, or fails every request alike), where that is what
        ``error`` says too; "" while the model is asked, and for a failure of one request alone."""
        if error is self._broken:
            return str(error) or type(error).__name__
        down = self._exchange.down
        return down if isinstance(error, ModelDown) or as_text(error) == down else ""

    def close(self) -> None:
        """Stop asking, and let go of the model."""
        self._exchange.close()
        if self._loaded:
            self.model.close()

    def _load(self) -> None:
        if self._broken is not None:
            raise self._broken
        if not self._loaded:
            try:
                self.model.load()
                self._loaded = True
            except Exception as error:  # kept: loading may take minutes, and fails again for every item
                self._broken = error
                raise

    def _following(self) -> Item | None:
        return self._queue.popleft() if self._queue else None

    def _finish(self, answered: Sequence[tuple[Item, Outcome]]) -> None:
        replies = {item.key: outcome for item, outcome in answered if isinstance(outcome, Reply)}
        if self._store is not None and replies:
            self._store.put(self.model.name, replies)
        for item, outcome in answered:
            traced(self.model.name, item.trial, outcome, role=self._role, ask=item.request.condition)
            self._settle(item, outcome)

    def _settle(self, item: Item, outcome: Outcome) -> None:
        item.outcome = outcome
        following = self._finished(item)
        if following is not None:
            self.submit([following])

    def _send(self, items: Iterator[Item]) -> Iterator[list[Answered[Item]]]:
        sent: dict[int, Item] = {}

        def requests() -> Iterator[Request]:
            for item in items:
                sent[id(item.request)] = item
                yield item.request

        for chunk in chunks_of(self.model, self._batch_size)(requests()):
            yield [(sent.pop(id(request)), outcome) for request, outcome in chunk if id(request) in sent]
