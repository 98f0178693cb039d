"""How blocks get to xdist's workers: whole, in order, and in linear time.

xdist's own group scheduling scans the whole collection for every test that finishes. Here a node id is looked
up once, a worker's unfinished tests are a set, and finished ones are forgotten. A worker always holds
at least two tests, since it needs to know the next one before it runs the present one.

A worker that dies takes its open block with it. Which trial of a block killed it cannot be told, for they were
asked together: so nobody is blamed yet, the block's trials are handed out again *alone*, each to be asked by
itself, and only the trial that kills a worker then is reported as the one that crashed it, and not tried again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from xdist.remote import Producer
from xdist.report import report_collection_diff
from xdist.workermanage import WorkerController, parse_tx_spec_config

ENOUGH = 2
"""Unfinished tests below which a worker is given the next block."""


class BlockScheduling:
    """The scheduler of xdist's protocol that hands out blocks of indices into the collection.

    ``plan`` makes the blocks: lists of node ids, given all of them. ``alone`` collects node ids that have to be
    asked one by one, because the block they were in killed a worker.
    """

    def __init__(self, config: Any, log: Producer, plan: Callable[[Sequence[str]], list[list[str]]]) -> None:
        self.numnodes = len(parse_tx_spec_config(config))
        self.log = log.blocksched
        self.config, self.plan = config, plan
        self.alone: set[str] = set()
        self.collection: list[str] | None = None
        self._queue: deque[list[int]] = deque()
        self._collections: dict[WorkerController, list[str]] = {}
        self._pending: dict[WorkerController, dict[int, None]] = {}

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
        if not self.collection_is_completed or self._queue:
            return False
        return all(len(pending) < ENOUGH for pending in self._pending.values())

    @property
    def has_pending(self) -> bool:
        """Whether anything is left to do."""
        return bool(self._queue) or any(self._pending.values())

    # -- what xdist tells -----------------------------------------------------------------------------

    def add_node(self, node: WorkerController) -> None:
        """A worker is there."""
        self._pending[node] = {}

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """A worker says what it collected; one that replaces another has to have collected the same."""
        if self.collection_is_completed and self.collection is not None and list(collection) != self.collection:
            other = next(iter(self._collections))
            self.log(report_collection_diff(self.collection, collection, other.gateway.id, node.gateway.id))
            return
        self._collections[node] = list(collection)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """A worker finished a test."""
        self._pending[node].pop(item_index, None)
        self._feed(node)

    def mark_test_pending(self, item: str) -> NoReturn:
        """Never called for this scheduler."""
        raise NotImplementedError("blocks are not rescheduled by hand")

    def remove_pending_tests_from_node(self, node: WorkerController, indices: Sequence[int]) -> NoReturn:
        """Never called for this scheduler: nothing is stolen."""
        raise NotImplementedError("blocks are not stolen")

    def remove_node(self, node: WorkerController) -> str | None:
        """A worker is gone; returns the node id of the test that took it down, if that is certain."""
        pending = list(self._pending.pop(node))
        if not pending:
            return None
        assert self.collection is not None
        first = self.collection[pending[0]]
        culprit = first if first in self.alone or len(pending) == 1 else None
        rest = pending[1:] if culprit is not None else pending
        self.alone.update(self.collection[i] for i in rest)
        if rest:
            self._queue.appendleft(rest)
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
        while len(self._pending[node]) < ENOUGH and self._queue and not node.shutting_down:
            self._send(node)
        if not self._queue and not node.shutting_down:
            node.shutdown()  # it finishes what it has

    def _send(self, node: WorkerController) -> None:
        if self._queue and not node.shutting_down:
            block = self._queue.popleft()
            self._pending[node].update(dict.fromkeys(block))
            node.send_runtest_some(block)

    def _same_collections(self) -> bool:
        (first, collection), *others = self._collections.items()
        for node, other in others:
            message = report_collection_diff(collection, other, first.gateway.id, node.gateway.id)
            if message:
                self.log(message)
                return False
        return True
