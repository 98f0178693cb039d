"""xdist's workers: who gets which tests and which GPU, and what waits in each.

Also of runs that have no suite, so nothing of the engine is loaded before a YAML file stands among the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from audiotest.devices import Slots, gpus

if TYPE_CHECKING:
    from audiotest.declare.trial import Trial
    from audiotest.types import TrialKey

_SCHEDULER = pytest.StashKey[Any]()
_SLOTS = pytest.StashKey[Slots]()


def scheduler(config: pytest.Config, log: Any) -> Any:
    """The block scheduler, unless every worker is to run everything."""
    if config.getvalue("dist") == "each":
        return None
    from audiotest.runner.scheduler import BlockScheduling

    blocks = config.stash[_SCHEDULER] = BlockScheduling(config, log, lambda ids: _blocks(config, ids), in_yaml)
    return blocks


def _blocks(config: pytest.Config, nodeids: Sequence[str]) -> list[list[str]]:
    """The plan that the workers make as well, from node ids: the controller collects nothing itself."""
    from audiotest.predict.grouping import groups

    files = dict.fromkeys(nodeid.partition("::")[0] for nodeid in nodeids if in_yaml(nodeid))
    known: dict[str, Trial] = {}
    blocks: list[list[str]] = []
    if files:
        from audiotest.runner.hooks import state_of

        state = state_of(config)
        for path in files:
            known |= state.session.suites.trials_of(path)
        blocks = state.session.blocks((nodeid, known[nodeid]) for nodeid in nodeids if nodeid in known)
        state.session.planned = sum(map(len, blocks))
    return blocks + groups([nodeid for nodeid in nodeids if nodeid not in known], config.getvalue("dist"))


def in_yaml(nodeid: str) -> bool:
    """Whether a test stands in a YAML file."""
    return nodeid.partition("::")[0].endswith((".yaml", ".yml"))


def prepare_worker(node: Any) -> None:
    """A worker that replaces a dead one asks the trials of that one's block singly."""
    blocks = node.config.stash.get(_SCHEDULER, None)
    node.workerinput["audiotest_alone"] = sorted(blocks.alone) if blocks is not None else []
    node.workerinput["audiotest_gpu"] = _slots(node.config).take(node.gateway.id)


def _slots(config: pytest.Config) -> Slots:
    return config.stash.setdefault(_SLOTS, Slots(gpus()))


def worker_gone(node: Any, error: Any) -> None:
    """Its GPU is free for the worker that replaces it."""
    blocks = node.config.stash.get(_SCHEDULER, None)
    if blocks is not None and error:
        blocks.crashed += 1
    _slots(node.config).free(node.gateway.id)


def queued(session: pytest.Session) -> Iterator[TrialKey]:
    """The keys of the trials that wait in this worker, in order, for they are what its model is asked
    next; none where xdist keeps them in another way."""
    from audiotest.runner.items import TrialItem

    for plugin in session.config.pluginmanager.get_plugins():
        if type(plugin).__name__ == "WorkerInteractor":
            for index in _waiting(plugin):
                item = session.items[index]
                if isinstance(item, TrialItem):
                    yield item.trial.key


def _waiting(interactor: Any) -> list[int]:
    # The next test is out of the queue already, for the present one has to know it.
    try:
        with interactor.torun.lock() as items:
            waiting = [interactor.nextitem_index, *items]
    except AttributeError:
        return []
    return [index for index in waiting if isinstance(index, int)]
