"""The scheduler of xdist's protocol over :class:`audiotest.predict.handout.Handout`.

xdist's own group scheduling scans the whole collection for every test that finishes; here a node id is looked up once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from xdist.dsession import get_default_max_worker_restart
from xdist.remote import Producer
from xdist.report import report_collection_diff
from xdist.workermanage import WorkerController, parse_tx_spec_config

from audiotest.predict.handout import ENOUGH, Handout


class BlockScheduling:
    """Hands out blocks of indices into the collection. ``plan`` makes the blocks: lists of node ids, given all of them.
    ``together`` says whether a node id may be of a trial. ``crashed`` is how many workers did, counted by whoever is
    told of it before the scheduler: to that, one that has ended in peace is gone in the same way."""

    def __init__(
        self,
        config: Any,
        log: Producer,
        plan: Callable[[Sequence[str]], list[list[str]]],
        together: Callable[[str], bool] = lambda nodeid: True,
    ) -> None:
        self.numnodes = len(parse_tx_spec_config(config))
        self.log = log.blocksched
        self.config, self.plan = config, plan
        self.crashed, self._restarts = 0, get_default_max_worker_restart(config)
        self.handout: Handout[WorkerController] = Handout(together)
        self._collections: dict[WorkerController, list[str]] = {}

    # -- what xdist asks ------------------------------------------------------------------------------

    @property
    def alone(self) -> set[str]:
        """Node ids that have to be asked one by one."""
        return self.handout.alone

    @property
    def collection(self) -> list[str] | None:
        """What all workers have collected."""
        return self.handout.tests

    @property
    def nodes(self) -> list[WorkerController]:
        """The active workers."""
        return list(self.handout.workers)

    @property
    def collection_is_completed(self) -> bool:
        """Whether every worker has said what it collected."""
        return len(self._collections) >= self.numnodes

    @property
    def tests_finished(self) -> bool:
        """Whether all that is left is at most one test a worker."""
        at_hand = (len(work.tests) for work in self.handout.workers.values())
        return self.collection_is_completed and self.handout.all_out and all(count < ENOUGH for count in at_hand)

    @property
    def has_pending(self) -> bool:
        """Whether anything is left to do."""
        return not self.handout.all_out or any(work.tests for work in self.handout.workers.values())

    # -- what xdist reports -----------------------------------------------------------------------------

    def add_node(self, node: WorkerController) -> None:
        """A worker is there."""
        self.handout.add(node, node.workerinput.get("audiotest_alone", ()))

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """A worker says what it collected; one that replaces another has to have collected the same."""
        if self.collection_is_completed and self.collection is not None and list(collection) != self.collection:
            other = next(iter(self._collections))
            self.log(report_collection_diff(self.collection, collection, other.gateway.id, node.gateway.id))
            return
        self._collections[node] = list(collection)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """A worker finished a test."""
        self.handout.workers[node].finished(item_index)
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
        last = self._restarts is not None and self.crashed > self._restarts
        culprit = self.handout.lost(node, last)
        for other in self.nodes:
            self._feed(other)
        return culprit

    def schedule(self) -> None:
        """Hand out the first blocks, or more of them once workers have come and gone."""
        if self.collection is None:
            if not self._same_collections():
                self.log("**Different tests collected, aborting run**")
                return
            collection = next(iter(self._collections.values()))
            self.handout.fill(collection, self.plan(collection))
            for node in self.nodes:  # one block each first, so that no worker starts with two of few
                self._send(node)
        for node in self.nodes:
            self._feed(node)

    # -- how it is done -------------------------------------------------------------------------------

    def _feed(self, node: WorkerController) -> None:
        if node not in self._collections:
            return  # one that replaces another is fed once it has collected
        while not node.shutting_down and self.handout.wants(node):
            if not self._send(node):
                node.shutdown()  # it finishes what it has
                return

    def _send(self, node: WorkerController) -> bool:
        """Give a worker what is next for it, if there is anything."""
        block = None if node.shutting_down else self.handout.give(node)
        if block is not None:
            node.send_runtest_some(block)
        return block is not None

    def _same_collections(self) -> bool:
        (first, collection), *others = self._collections.items()
        for node, other in others:
            message = report_collection_diff(collection, other, first.gateway.id, node.gateway.id)
            if message:
                self.log(message)
                return False
        return True
