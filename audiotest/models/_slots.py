"""Continuous batching: which request goes into which slot, and when slots that became free are filled again.

A batch that is asked as a whole waits for its longest reply; with replies of geometric length and 32 rows, three slots
of four are idle. Here a row that ended makes room, and once enough rows have (a prefill interrupts all others), the
next requests take their places. The order is that of arrival: nothing overtakes, so nothing waits for ever.

This is the schedule alone, without torch: an :class:`Engine` computes, which may be a model or a simulation of one.
The memory of ``rows`` rows is counted as ``rows`` times the longest of them, prompt and reply, since the rows of a
cache are padded to one length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Generic, Protocol, TypeVar

from audiotest.types import Reply

T = TypeVar("T")
Outcome = Reply | Exception
Ended = list[tuple[T, Outcome]]
"""Items with what became of them."""


@dataclass(slots=True, eq=False)
class Group(Generic[T]):
    """Items that are prefilled together.

    ``tokens``: what a row of it is long at its end, prompt and reply. ``inputs``: what the engine made of the items,
    ahead; None where it is to be made. ``divisible``: some of the items can be prefilled now and others later at no
    cost, as questions that share the prefix of a clip. ``alone``: not to be read at once with others. ``whole``: not
    for slots; asked when nothing else is in flight. ``goes_on``: the next group may share its prefix.
    """

    items: list[T]
    tokens: int = 1
    inputs: Any = None
    divisible: bool = False
    alone: bool = False
    whole: bool = False
    goes_on: bool = False

    def joins(self, other: Group[T]) -> bool:
        """Whether it could be read at once with ``other``."""
        return not any(group.divisible or group.alone or group.whole for group in (self, other))


class Engine(Protocol[T]):
    """What computes. The scheduler says what, and in which order."""

    out_of_memory: tuple[type[BaseException], ...]

    @property
    def held(self) -> int:
        """Tokens that are kept beside the rows in flight: a prefix that the next group may share."""

    def prefill(self, group: Group[T], rows: int) -> tuple[Any, Ended[T]]:
        """Read the first ``rows`` items of ``group``. (What :meth:`join` takes, the items that ended at once.)

        Rows in flight stay as they are, whatever is raised.
        """

    def join(self, prefilled: Any) -> None:
        """Put rows that were read beside those in flight."""

    def step(self) -> Ended[T]:
        """One token for every row in flight; those that ended with it, in any order, are in flight no more."""

    def drop(self) -> None:
        """Let go of all rows in flight, and of what groups that wait hold on the device."""

    def together(self, first: Group[T], second: Group[T]) -> Group[T] | None:
        """Both groups as one that is prefilled at once, or None where they have to be read one after the other."""

    def whole(self, items: list[T]) -> Ended[T]:
        """Ask items that are not for slots."""


def refill_of(slots: int) -> int:
    """How many slots are free before they are filled again: an eighth.

    Waiting for one more costs the steps of those that are free already, not waiting one more prefill, during which all
    others stand still. See ``python -m bench.slots`` for what other shares would do.
    """
    return max(1, slots // 8)


@dataclass(slots=True)
class Slots(Generic[T]):
    """At most ``slots`` rows in flight, within ``capacity`` tokens, filled when ``refill`` are free (0: by rule).

    ``following(wait)`` gives the next group: with ``wait`` it may take its time, and None means that there is no more;
    without, None means that nothing is ready now.
    """

    engine: Engine[T]
    slots: int
    capacity: float
    refill: int = 0
    _flying: list[tuple[T, Group[T]]] = field(default_factory=list)
    _waiting: deque[Group[T]] = field(default_factory=deque)

    def run(self, following: Callable[[bool], Group[T] | None]) -> Iterator[Ended[T]]:
        """Every item once, with its outcome, when it is there."""
        while True:
            if self._may_fill():
                while (group := self._next(following)) is not None:
                    yield self._whole(group) if group.whole else self._fill(group)
            if self._flying:
                yield self._step()
            elif not self._waiting:
                return

    # -- what goes into free slots ------------------------------------------------------------------------

    def _may_fill(self) -> bool:
        """Whether enough slots are free, of those that memory has room for."""
        if not self._flying:
            return True
        slots = len(self._flying) + self._room(self._waiting[0].tokens if self._waiting else 1)
        return slots - len(self._flying) >= min(slots, self.refill or refill_of(slots))

    def _next(self, following: Callable[[bool], Group[T] | None]) -> Group[T] | None:
        """The group that comes next, if some of it fits now; groups that can be read at once are one."""
        if not self._ready(following, wait=not self._flying):
            return None
        head = self._waiting[0]
        if head.whole:
            return None if self._flying else self._waiting.popleft()
        if not self._rows(head):
            return None
        while self._ready(following, wait=False, at_least=2):
            second = self._waiting[1]
            if not head.joins(second) or not self._fits(head, second):
                break
            both = self.engine.together(head, second)
            if both is None:
                break
            self._waiting.popleft()
            self._waiting[0] = head = both
        return self._waiting.popleft()

    def _ready(self, following: Callable[[bool], Group[T] | None], *, wait: bool, at_least: int = 1) -> bool:
        while len(self._waiting) < at_least:
            group = following(wait and not self._waiting)
            if group is None:
                return False
            self._waiting.append(group)
        return True

    def _room(self, tokens: int) -> int:
        """How many more rows of so many tokens fit."""
        longest = max([tokens, *(group.tokens for _, group in self._flying)])
        return min(self.slots, int((self.capacity - self.engine.held) // longest)) - len(self._flying)

    def _rows(self, group: Group[T]) -> int:
        """How many items of ``group`` are read now: of one that is not divisible all or none, but where it would never
        fit; where nothing is in flight at least one."""
        room, wanted = self._room(group.tokens), len(group.items)
        if not self._flying:
            return min(wanted, max(1, room))
        return min(wanted, max(0, room)) if group.divisible or room >= wanted else 0

    def _fits(self, first: Group[T], second: Group[T]) -> bool:
        return self._room(max(first.tokens, second.tokens)) >= len(first.items) + len(second.items)

    # -- what is computed ---------------------------------------------------------------------------------

    def _whole(self, group: Group[T]) -> Ended[T]:
        return self.engine.whole(group.items)

    def _fill(self, group: Group[T]) -> Ended[T]:
        rows = self._rows(group)
        failed: Exception | None = None
        memory = False
        try:
            prefilled, ended = self.engine.prefill(group, rows)
        except self.engine.out_of_memory as error:
            failed, memory = error.with_traceback(None), True  # type: ignore[assignment]
        except Exception as error:
            failed = error
        # Outside of the handlers, whose tracebacks hold on to the tensors that did not fit.
        if failed is not None:
            return self._failed(group, rows, failed, memory=memory)
        self._take_in(group, rows, ended)
        try:
            self.engine.join(prefilled)
        except self.engine.out_of_memory:
            memory = True
        if memory:
            del prefilled
            self._ask_again()
        return ended

    def _take_in(self, group: Group[T], rows: int, ended: Ended[T]) -> None:
        self._flying += [(item, group) for item in group.items[:rows]]
        self._land(ended)
        if rows < len(group.items):
            inputs = group.inputs if group.divisible else None
            rest = Group(group.items[rows:], group.tokens, inputs, group.divisible, goes_on=group.goes_on)
            self._waiting.appendleft(rest)

    def _failed(self, group: Group[T], rows: int, error: Exception, *, memory: bool) -> Ended[T]:
        """A prefill that raised: one item alone has the error as its outcome; several are read again one by one, or,
        out of memory, fewer of them at once, when there is room."""
        if rows == 1 and len(group.items) > 1:
            self._waiting.appendleft(Group(group.items[1:], group.tokens))
            group = Group(group.items[:1], group.tokens)
        if len(group.items) == 1 and (not memory or not self._flying):
            return [(group.items[0], error)]
        if memory:
            self._fewer(len(self._flying) + rows)
            self._release()
            self._waiting.appendleft(Group(group.items, group.tokens))
        else:
            self._waiting.extendleft(Group([item], group.tokens, alone=True) for item in reversed(group.items))
        return []

    def _step(self) -> Ended[T]:
        ended: Ended[T] = []
        memory, lone = False, None
        try:
            ended = self.engine.step()
        except self.engine.out_of_memory as error:
            memory = True
            if len(self._flying) == 1:
                lone = error.with_traceback(None)
        if memory:
            if lone is not None:
                [(item, _)] = self._flying
                self._flying.clear()
                self._release()
                return [(item, lone)]  # type: ignore[list-item]
            self._ask_again()
        self._land(ended)
        return ended

    def _land(self, ended: Ended[T]) -> None:
        for item, _ in ended:
            place = next(i for i, (other, _) in enumerate(self._flying) if other is item)
            del self._flying[place]

    def _ask_again(self) -> None:
        """Out of memory with rows in flight: they are read again from the start, fewer at once."""
        lost, self._flying = self._flying, []
        self._fewer(len(lost))
        self._release()
        again = [
            Group([item for item, _ in rows], group.tokens)
            for group, rows in ((g, list(r)) for g, r in groupby(lost, key=lambda entry: entry[1]))
        ]
        self._waiting.extendleft(reversed(again))

    def _fewer(self, tried: int) -> None:
        self.slots = max(1, min(self.slots, tried // 2))

    def _release(self) -> None:
        if not self._flying:
            self.engine.drop()
        for group in self._waiting:
            group.inputs = None
