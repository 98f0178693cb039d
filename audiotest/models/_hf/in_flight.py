"""What rows of any language model of transformers have in common while they are in flight, however their prompts are
read: the engine of :class:`audiotest.models._slots.Slots` but for the prefill."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from audiotest.models._ahead import Ahead
from audiotest.models._generating import TOKENIZER, NoNumbers, reply
from audiotest.models._hf.decoding import CannotJoin, Row, Rows
from audiotest.models._slots import Ended, Group, Slots
from audiotest.models._sounds import sounds_of
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


def across(
    window: Sequence[Request], slotted: list[Request], before: Request | None
) -> tuple[list[Request], list[Request]]:
    """(The first, the last of ``slotted``), taken out of it: a single question about a clip of which others stand in
    the window before, or are likely to stand in the next, since other clips have several. Each list may be empty.

    ``slotted``: those of ``window`` that are for slots. ``before``: the request before them."""
    head: list[Request] = []
    tail: list[Request] = []
    names = sounds_of([*([before] if before else []), *slotted])
    sounds = names[1:] if before else names
    count = Counter(filter(None, sounds))
    if before and slotted and slotted[0] is window[0] and names[0] == sounds[0] and count[sounds[0]] == 1:
        head = [slotted.pop(0)]
    if slotted and slotted[-1] is window[-1] and count[sounds[-1]] == 1 < max(count.values()):
        tail = [slotted.pop()]
    return head, tail


class Kept(NamedTuple):
    """A prefix that was read, of so many ``tokens``, from what the tensors ``of`` have in common."""

    of: Mapping[str, Any]
    prefix: Any
    tokens: int

    def same(self, of: Mapping[str, Any]) -> bool:
        """Whether a prefix read from ``of`` would be this one."""
        import torch

        return set(of) == set(self.of) and all(
            torch.equal(value, self.of[name]) if isinstance(value, torch.Tensor) else value == self.of[name]
            for name, value in of.items()
        )


class InFlight(ABC):
    """Rows of ``model``, which come and go. ``thinking_end``: the tag after which an answer begins."""

    def __init__(self, adapter: Any, model: Any, tokenizer: Any, thinking_end: str) -> None:
        import torch

        self.out_of_memory: tuple[type[BaseException], ...] = (torch.cuda.OutOfMemoryError,)
        self._adapter, self._model, self._tokenizer, self._thinking_end = adapter, model, tokenizer, thinking_end
        self._rows: Rows | None = None
        self.kept: Kept | None = None

    @property
    def held(self) -> int:
        """Tokens of the prefix that is kept."""
        return self.kept.tokens if self.kept else 0

    def prefix(self, group: Group[Request], rows: int, wanted: Kept, read: Callable[[], Any]) -> tuple[Any, bool]:
        """(The prefix of ``group``, whether it is used again.) It is the one in ``wanted``, else what the group before
        has kept, where that is the same, else what ``read`` gives; kept where the next group may share it."""
        kept, self.kept = self.kept, None
        prefix = wanted.prefix
        if prefix is None:
            prefix = kept.prefix if kept and kept.same(wanted.of) else read()
        rest = rows < len(group.items)
        if group.goes_on and not rest:
            self.kept = wanted._replace(prefix=prefix)
        return prefix, rest or group.goes_on

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
        if not group.divisible:  # what is kept is for the next group alone
            self.kept = None
        try:
            held, ended = self.read(group, rows)
        except CannotJoin:
            return None, self.whole(requests)
        except BaseException:
            self.kept = None
            raise
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

        self._rows = self.kept = None
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()

    def whole(self, items: list[Request]) -> Ended[Request]:
        """What the adapter's ``answer`` replies, in batches, for which all of the memory is there."""
        self.kept = None
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
