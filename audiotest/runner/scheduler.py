"""How blocks get to xdist's workers: whole, in order, and in linear time.

xdist's own group scheduling scans the whole collection for every test that finishes. Here a node id is looked
up once, a worker's unfinished tests are a set, and finished ones are forgotten. A worker holds the block that it
is asked about and, while there are many left, the next ones: sounds are made while the model works on others.
Towards the end blocks are kept back for whoever is free.

A worker that dies takes its open block with it. Which trial of a block killed it cannot be told, for they were
asked together: so nobody is blamed yet, the block's trials are handed out again *alone*, each to be asked by
itself, by a worker that was told so when it began, and only the trial that kills a worker then is reported as the one
that crashed it, and not tried again. Where no worker comes after the dead one, the trial that it was at is reported,
for a crash that nobody is told of would look like a run that is well. So is a test that is no trial: nothing was
asked together. A block that the dead worker had not begun is handed out again as it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from xdist.dsession import get_default_max_worker_restart
from xdist.remote import Producer
from xdist.report import report_collection_diff
from xdist.workermanage import WorkerController, parse_tx_spec_config

ENOUGH = 2
"""Unfinished tests that a worker needs: it has to know the next one before it runs the present one."""
_LAST_BLOCKS = 2
"""Blocks a worker that are not handed out ahead of time."""


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


class BlockScheduling:
    """The scheduler of xdist's protocol that hands out blocks of indices into the collection.

    ``plan`` makes the blocks: lists of node ids, given all of them. ``alone`` collects node ids that have to be
    asked one by one, because the block they were in killed a worker. ``together`` tells whether a node id may be of
    a trial. ``crashed`` is how many workers did, counted by whoever is told of it before the scheduler: to that, one
    that has ended in peace is gone in the same way.
    """

    def __init__(
        self,
        config: Any,
        log: Producer,
        plan: Callable[[Sequence[str]], list[list[str]]],
        together: Callable[[str], bool] = lambda nodeid: True,
    ) -> None:
        self.numnodes = len(parse_tx_spec_config(config))
        self.log = log.blocksched
        self.config, self.plan, self.together = config, plan, together
        self.crashed, self._restarts = 0, get_default_max_worker_restart(config)
        self.alone: set[str] = set()
        self.collection: list[str] | None = None
        self._queue: deque[list[int]] = deque()
        self._suspects: deque[list[int]] = deque()
        self._collections: dict[WorkerController, list[str]] = {}
        self._pending: dict[WorkerController, _Work] = {}

    # -- what xdist asks ------------------------------------------------------------------------------

    @property
    def nodes(self) -> list[WorkerController]:
        """The active workers."""
        return list(self._pending)

    @property
    def collection_is_completed(self) -> bool:
        """Whether every worker has said what it collected."""
        return len(self._collections) >= self.numnodes

    @property
    def tests_finished(self) -> bool:
        """Whether all that is left is at most one test a worker."""
        if not self.collection_is_completed or self._queue or self._suspects:
            return False
        return all(len(work.tests) < ENOUGH for work in self._pending.values())

    @property
    def has_pending(self) -> bool:
        """Whether anything is left to do."""
        return bool(self._queue or self._suspects) or any(work.tests for work in self._pending.values())

    # -- what xdist tells -----------------------------------------------------------------------------

    def add_node(self, node: WorkerController) -> None:
        """A worker is there."""
        self._pending[node] = _Work(node.workerinput.get("audiotest_alone", ()))

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """A worker says what it collected; one that replaces another has to have collected the same."""
        if self.collection_is_completed and self.collection is not None and list(collection) != self.collection:
            other = next(iter(self._collections))
            self.log(report_collection_diff(self.collection, collection, other.gateway.id, node.gateway.id))
            return
        self._collections[node] = list(collection)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """A worker finished a test."""
        self._pending[node].finished(item_index)
        self._feed(node)

    def mark_test_pending(self, item: str) -> NoReturn:
        """Never called for this scheduler."""
        raise NotImplementedError("blocks are not rescheduled by hand")

    def remove_pending_tests_from_node(self, node: WorkerController, indices: Sequence[int]) -> NoReturn:
        """Never called for this scheduler: nothing is stolen."""
        raise NotImplementedError("blocks are not stolen")

    def remove_node(self, node: WorkerController) -> str | None:
        """A worker is gone; returns the node id of the test that took it down, if that is certain, or if nobody is
        left to find out."""
        opened, unopened = self._pending.pop(node).left()
        if not opened:
            return None
        assert self.collection is not None
        first = self.collection[opened[0]]
        certain = first in self.alone or len(opened) == 1 or not self.together(first)
        last = self._restarts is not None and self.crashed > self._restarts
        culprit = first if certain or last else None
        rest = opened[1:] if culprit is not None else opened
        if self.together(first):
            self.alone.update(self.collection[i] for i in rest)
        for block in filter(None, (*reversed(unopened), rest)):
            (self._suspects if self.collection[block[0]] in self.alone else self._queue).appendleft(block)
        for other in self._pending:
            self._feed(other)
        return culprit

    def schedule(self) -> None:
        """Hand out the first blocks, or more of them once workers have come and gone."""
        if self.collection is None:
            if not self._same_collections():
                self.log("**Different tests collected, aborting run**")
                return
            self.collection = list(next(iter(self._collections.values())))
            index = {nodeid: i for i, nodeid in enumerate(self.collection)}
            self._queue.extend([index[nodeid] for nodeid in block] for block in self.plan(self.collection))
            for node in self.nodes:  # one block each first, so that no worker starts with two of few
                self._send(node)
        for node in self.nodes:
            self._feed(node)

    # -- how it is done -------------------------------------------------------------------------------

    def _feed(self, node: WorkerController) -> None:
        if node not in self._collections:
            return  # one that replaces another is fed once it has collected
        while not node.shutting_down and self._pending[node].wants(self._ahead()):
            if not self._send(node):
                node.shutdown()  # it finishes what it has
                return

    def _ahead(self) -> bool:
        """Whether there is so much left that workers are told their next block early."""
        return len(self._queue) > _LAST_BLOCKS * len(self._pending)

    def _send(self, node: WorkerController) -> bool:
        """Give a worker what is next for it, if there is anything."""
        block = None if node.shutting_down else self._next(self._pending[node])
        if block is not None:
            self._pending[node].given(block)
            node.send_runtest_some(block)
        return block is not None

    def _next(self, work: _Work) -> list[int] | None:
        assert self.collection is not None
        for block in self._suspects:
            if self.collection[block[0]] in work.alone:
                self._suspects.remove(block)
                return block
        return self._queue.popleft() if self._queue else None

    def _same_collections(self) -> bool:
        (first, collection), *others = self._collections.items()
        for node, other in others:
            message = report_collection_diff(collection, other, first.gateway.id, node.gateway.id)
            if message:
                self.log(message)
                return False
        return True
