"""What rows of any language model of transformers have in common while they are in flight, however their prompts are
read: the engine of :class:`audiotest.models._slots.Slots` but for the prefill."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from audiotest.models._ahead import Ahead
from audiotest.models._generating import TOKENIZER, NoNumbers, reply
from audiotest.models._hf.decoding import CannotJoin, Row, Rows
from audiotest.models._slots import Ended, Group, Slots
from audiotest.models.streaming import answers_of
from audiotest.types import Reply, Request

Groups = list[Group[Request]]


def in_slots(
    adapter: Any, engine: InFlight, ahead: Ahead[Groups], at_once: int
) -> Iterator[tuple[Request, Reply | Exception]]:
    """What becomes of the requests of ``ahead``, at most ``at_once`` in flight and within the budget of ``adapter``.
    Both are closed at the end."""
    budget = adapter._budget
    slots = Slots(engine, at_once, budget.allowed // budget.per_token, adapter.settings.refill)
    try:
        for ended in slots.run(Windows(ahead)):
            yield from ended
    finally:
        ahead.close()
        engine.drop()


class Windows:
    """The groups of windows whose inputs are made ahead."""

    def __init__(self, ahead: Ahead[Groups]) -> None:
        self._ahead = ahead
        self._groups: deque[Group[Request]] = deque()

    def __call__(self, wait: bool) -> Group[Request] | None:
        """The next group; None if there is none yet or, with ``wait``, none any more."""
        while not self._groups:
            taken = self._ahead.take(wait=wait)
            if taken is None:
                return None
            self._groups.extend(taken[1])
        return self._groups.popleft()


class InFlight(ABC):
    """Rows of ``model``, which come and go. ``thinking_end``: the tag after which an answer begins."""

    def __init__(self, adapter: Any, model: Any, tokenizer: Any, thinking_end: str) -> None:
        import torch

        self.out_of_memory: tuple[type[BaseException], ...] = (torch.cuda.OutOfMemoryError,)
        self._adapter, self._model, self._tokenizer, self._thinking_end = adapter, model, tokenizer, thinking_end
        self._rows: Rows | None = None

    @abstractmethod
    def read(self, group: Group[Request], rows: int) -> tuple[Rows, list[Row]]:
        """(Rows after the first token of the first so many requests of ``group``, those that ended with it.)"""

    @abstractmethod
    def together(self, first: Group[Request], second: Group[Request]) -> Group[Request] | None:
        """One group of both, where they can be read at once."""

    @abstractmethod
    def kept_of(self, request: Request) -> dict[str, Any]:
        """What the details of its reply have in addition to every reply's."""

    def prefill(self, group: Group[Request], rows: int) -> tuple[Rows | None, Ended[Request]]:
        """Read prompts up to their first token. Requests whose rows cannot come and go, though others of the model can
        (by how they are sampled), are answered here and now."""
        started, requests = time.perf_counter(), group.items[:rows]
        try:
            held, ended = self.read(group, rows)
        except CannotJoin:
            return None, self.whole(requests)
        share = (time.perf_counter() - started) / rows
        beside = len(held.rows) + len(ended) + (len(self._rows.rows) if self._rows else 0)
        for row in [*held.rows, *ended]:
            row.seconds, row.beside = share, beside
        return held, self._replies(ended)

    def join(self, held: Rows | None) -> None:
        """Put prefilled rows beside those in flight."""
        import torch

        if held is None:
            return
        with torch.inference_mode():
            if self._rows is None:
                self._rows = held
            else:
                self._rows.join(held)

    def step(self) -> Ended[Request]:
        """A token for every row."""
        import torch

        assert self._rows is not None
        started, rows = time.perf_counter(), self._rows.rows
        with torch.inference_mode():
            ended = self._rows.step()
        share = (time.perf_counter() - started) / len(rows)
        for row in rows:
            row.seconds += share
        return self._replies(ended)

    def drop(self) -> None:
        """Let go of all rows."""
        import torch

        self._rows = None
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()

    def whole(self, items: list[Request]) -> Ended[Request]:
        """What the adapter's ``answer`` replies, in batches."""
        return [pair for chunk in answers_of(self._adapter, items, {}) for pair in chunk]

    def _replies(self, ended: list[Row]) -> Ended[Request]:
        with TOKENIZER:
            return [(row.request, self._reply(row)) for row in ended]

    def _reply(self, row: Row) -> Reply | Exception:
        request = row.request
        if row.broken:
            return NoNumbers(f"{type(self._model).__name__} computed NaN for {request.case}")
        details = {"dtype": str(self._model.dtype).removeprefix("torch."), "batch": row.beside}
        details |= ({"shared": True} if row.shared else {}) | self.kept_of(request)
        answer = reply(self._tokenizer, list(row.ids), request.generation, self._thinking_end, details)
        return replace(answer, seconds=row.seconds)
