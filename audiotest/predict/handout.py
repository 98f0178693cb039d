"""Blocks of tests on their way to several workers: whole, in order, and in linear time.

A worker's unfinished tests are a set, and finished ones are forgotten. A worker holds the block that it is asked about
and, while there are many left, the next ones: sounds are decoded while the model works on others. Towards the end
blocks are kept back for whoever is free.

A worker that dies takes its open block with it. Which trial of a block killed it cannot be known, for they were asked
together: so nobody is blamed yet, the block's trials are handed out again *alone*, each to be asked by itself, by a
worker that knew so when it began, and only the trial that kills a worker then is reported as the one that crashed it,
and not tried again. Where no worker comes after the dead one, the trial that it was at is reported, for a crash that is
not reported would look like a run that is well. So is a test that is no trial: nothing was asked together. A block that
the dead worker had not begun is handed out again as it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

ENOUGH = 2
"""Unfinished tests that a worker needs: it has to know the next one before it runs the present one."""
_LAST_BLOCKS = 2
"""Blocks a worker that are not handed out ahead of time."""
Worker = TypeVar("Worker", bound=Hashable)


class _Work:
    """What one worker has: unfinished tests in the order in which they were given."""

    def __init__(self, alone: Iterable[str] = ()) -> None:
        self.alone = frozenset(alone)
        """What this worker knows that it has to ask one by one."""
        self.tests: dict[int, None] = {}
        self._blocks: deque[list[int]] = deque()

    def given(self, block: list[int]) -> None:
        """A block more."""
        self.tests.update(dict.fromkeys(block))
        self._blocks.append(block)

    def finished(self, test: int) -> None:
        """One test less."""
        self.tests.pop(test, None)
        while self._blocks and self._blocks[0][-1] not in self.tests:
            self._blocks.popleft()

    def wants(self, ahead: bool) -> bool:
        """Whether it is time for another block. With ``ahead`` it has the open one and two more, so that it knows what
        follows when it begins the next, however long the way from here to the worker."""
        behind = sum(map(len, list(self._blocks)[-2:])) if ahead else 0
        return len(self.tests) < ENOUGH + behind

    def left(self) -> tuple[list[int], list[list[int]]]:
        """What is unfinished of the block that was begun, and the blocks that were not."""
        begun = self._blocks[0] if self._blocks else []
        return [test for test in begun if test in self.tests], list(self._blocks)[1:]


class Handout(Generic[Worker]):
    """Who has which tests, which are numbered as in ``tests``, and who gets what next. ``alone`` collects those that
    have to be asked one by one, because the block they were in killed a worker; ``together`` says whether a test may be
    of a trial."""

    def __init__(self, together: Callable[[str], bool]) -> None:
        self.together = together
        self.tests: list[str] | None = None
        self.alone: set[str] = set()
        self.workers: dict[Worker, _Work] = {}
        self._queue: deque[list[int]] = deque()
        self._suspects: deque[list[int]] = deque()

    def fill(self, tests: Sequence[str], blocks: Iterable[Iterable[str]]) -> None:
        """What there is to do: all ``tests``, in ``blocks``. Within each they keep their order, which is that in which
        their requests go out."""
        self.tests = list(tests)
        index = {test: i for i, test in enumerate(self.tests)}
        self._queue.extend(sorted(index[test] for test in block) for block in blocks)

    def add(self, worker: Worker, alone: Iterable[str]) -> None:
        """A worker, which knows that it has to ask the tests ``alone`` one by one."""
        self.workers[worker] = _Work(alone)

    @property
    def all_out(self) -> bool:
        """Whether every block is with a worker."""
        return not self._queue and not self._suspects

    def wants(self, worker: Worker) -> bool:
        """Whether it is time for another block; while there is much left, workers know their next one early."""
        return self.workers[worker].wants(ahead=len(self._queue) > _LAST_BLOCKS * len(self.workers))

    def give(self, worker: Worker) -> list[int] | None:
        """The block that the worker has from now on; None if nothing is left for it."""
        block = self._next(self.workers[worker])
        if block is not None:
            self.workers[worker].given(block)
        return block

    def _next(self, work: _Work) -> list[int] | None:
        assert self.tests is not None
        for block in self._suspects:
            if self.tests[block[0]] in work.alone:
                self._suspects.remove(block)
                return block
        return self._queue.popleft() if self._queue else None

    def lost(self, worker: Worker, last: bool) -> str | None:
        """A worker is gone, and what it had is to be handed out again. Returns the test that took it down, if that is
        certain, or if it was the ``last`` and nobody is left to find out."""
        opened, unopened = self.workers.pop(worker).left()
        if not opened:
            return None
        assert self.tests is not None
        first = self.tests[opened[0]]
        certain = first in self.alone or len(opened) == 1 or not self.together(first)
        culprit = first if certain or last else None
        rest = opened[1:] if culprit is not None else opened
        if self.together(first):
            self.alone.update(self.tests[i] for i in rest)
        for block in filter(None, (*reversed(unopened), rest)):
            (self._suspects if self.tests[block[0]] in self.alone else self._queue).appendleft(block)
        return culprit
