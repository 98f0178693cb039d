"""``--engine ray``: models in Ray actors, one a GPU, on this machine or on a cluster.

Trials are sent as names (a few hundred bytes), a block at a time, and come back as replies one by one, in the order in
which they are there: a slow block holds nobody up. An actor that dies is started again by Ray; what it had not
answered is asked once more, a trial at a time, so that only the trial that kills it a second time is lost, and is
reported so. The machines of a cluster have to see the suites and their audio under the same paths.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from audiotest.declare.audio_roots import allow, allowed_roots, noted_links
from audiotest.models.loading import open_model
from audiotest.models.protocol import Adapter, Unavailable
from audiotest.predict.blocks import Block
from audiotest.predict.engine import Answer, EngineError, Place, RemoteError, opened, packed, place, trial_at
from audiotest.predict.exchange import Answered
from audiotest.predict.predictor import Predictor
from audiotest.predict.requests import Pending

WAITING = 2
"""Blocks an actor has, so that it never idles: the sounds of the second are made while it answers the first."""
_STARTS, _START_WAIT = 300, 1.0
"""How often, and after how many seconds, an actor that died is asked whether it is up again."""

_ANSWER, _PLACES = msgspec.json.Decoder(Answer), msgspec.json.Decoder(list[Place])
"""Made here, since a type that two threads are the first to decode crashes the interpreter (msgspec 0.22)."""


class _Sent(Struct, eq=False):
    """A block on its way: what has not come back of it, by number, and the actor that has it."""

    items: dict[int, Pending]
    actor: int
    replies: Any


class RayEngine:
    """A pool of actors, each with a model of its own. ``actors`` None: as many as there are GPUs, or cores.

    Raises :class:`~audiotest.predict.engine.EngineError` without Ray or a cluster.
    """

    def __init__(
        self,
        spec: str,
        options: Mapping[str, str],
        *,
        seed: int = 0,
        batch_size: int | None = None,
        address: str | None = None,
        actors: int | None = None,
    ) -> None:
        try:
            import ray
        except ImportError:
            raise EngineError("--engine ray needs Ray: pip install 'audiotest[ray]'") from None
        self._ray = ray
        self._own = not ray.is_initialized()
        if self._own:
            try:
                ray.init(address=address, include_dashboard=False, log_to_driver=False)
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise EngineError(f"no Ray cluster at {address}: {error}") from None
        resources = ray.cluster_resources()
        gpus = int(resources.get("GPU", 0))
        self.workers = actors or gpus or max(1, int(resources.get("CPU", 1)))
        share = min(1.0, gpus / self.workers) if gpus else 0
        remote = ray.remote(num_cpus=1, num_gpus=share, max_restarts=-1, max_task_retries=0, max_concurrency=WAITING)(
            _Actor
        )
        roots = [*map(str, allowed_roots()), *noted_links().values()]
        self._actors = [remote.remote(spec, dict(options), seed, batch_size, roots) for _ in range(self.workers)]
        self._load = [0] * self.workers

    def load(self) -> None:
        """Wait until a model is loaded. Raises :class:`~audiotest.models.protocol.Unavailable` where none can be."""
        try:
            self._ray.get(self._actors[0].ready.remote())
        except self._ray.exceptions.RayTaskError as error:
            raise Unavailable(str(error.cause)) from None
        except self._ray.exceptions.RayActorError as error:
            raise Unavailable(_cause(error)) from None

    def send(self, items: Iterator[Pending]) -> Iterator[list[Answered[Pending]]]:
        """Send blocks to whoever has the fewest unanswered, and give out replies as they come."""
        blocks = (list(group) for _, group in groupby(items, key=lambda item: item.block))
        under_way: dict[Any, _Sent] = {}
        exhausted = False
        while True:
            while not exhausted and min(self._load) < WAITING:
                block = next(blocks, None)
                exhausted = block is None
                if block:
                    self._ask(block, under_way)
            if not under_way:
                return
            [ready], _ = self._ray.wait(list(under_way), num_returns=1)
            yield from self._take(under_way.pop(ready), under_way)

    def close(self) -> None:
        """Stop the actors, and Ray if it was started here."""
        for actor in self._actors:
            self._ray.kill(actor)
        if self._own:
            self._ray.shutdown()

    def _ask(self, block: Sequence[Pending], under_way: dict[Any, _Sent], actor: int | None = None) -> None:
        if actor is None:
            actor = self._load.index(min(self._load))
        self._load[actor] += 1
        places = msgspec.json.encode([place(item.trial) for item in block])
        replies = self._actors[actor].answer.options(num_returns="streaming").remote(places)
        under_way[replies] = _Sent(dict(enumerate(block)), actor, replies)

    def _take(self, sent: _Sent, under_way: dict[Any, _Sent]) -> Iterator[list[Answered[Pending]]]:
        """The next reply of a block, or what is left of a block whose actor died, asked one by one."""
        try:
            answer = _ANSWER.decode(self._ray.get(next(sent.replies)))
        except StopIteration:
            self._load[sent.actor] -= 1
            yield [
                (item, RemoteError("the model's process gave no answer to this trial")) for item in sent.items.values()
            ]
        except self._ray.exceptions.RayTaskError as error:
            self._load[sent.actor] -= 1
            yield [(item, RemoteError(str(error.cause))) for item in sent.items.values()]
        except self._ray.exceptions.RayActorError:
            self._load[sent.actor] -= 1
            for item in sent.items.values():
                yield [(item, self._alone(item))]
        else:
            yield [(sent.items.pop(answer.number), opened(answer))]
            under_way[sent.replies] = sent

    def _alone(self, item: Pending) -> Any:
        actor = self._restarted()
        try:
            replies = (
                self._actors[actor]
                .answer.options(num_returns="streaming")
                .remote(msgspec.json.encode([place(item.trial)]))
            )
            return opened(_ANSWER.decode(self._ray.get(next(replies))))
        except self._ray.exceptions.RayTaskError as error:
            return RemoteError(str(error.cause))
        except self._ray.exceptions.RayActorError:
            trial = item.trial
            return RemoteError(f"{trial.case.id} under {trial.condition.name} took down the model's process twice")

    def _restarted(self) -> int:
        """An actor that is up and has the least to do: if it dies now, it is most likely by what it is asked next."""
        actor = self._load.index(min(self._load))
        for _ in range(_STARTS):
            try:
                self._ray.get(self._actors[actor].ready.remote())
                return actor
            except self._ray.exceptions.RayActorError:
                time.sleep(_START_WAIT)
        raise EngineError("a Ray actor that died does not come back; see Ray's logs")


def _cause(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


class Answerer:
    """What runs where the model is: a loaded model, and trials answered through it without a store.

    It may be asked in several threads: one block is answered at a time, and those that wait are known to come next.
    """

    def __init__(self, model: Adapter, *, seed: int, batch_size: int | None) -> None:
        model.load()
        self._predictor = Predictor(model, seed=seed, batch_size=batch_size)
        self._numbers = itertools.count()
        self._turn = threading.Lock()

    def answer(self, block: bytes) -> Iterator[bytes]:
        """The answers to a block of places, each as soon as it is there, all as JSON."""
        trials = [trial_at(where) for where in _PLACES.decode(block)]
        self._predictor.plan([Block(next(self._numbers), tuple(trials))])
        with self._turn:
            for number, trial in enumerate(trials):
                answer = self._predictor.answer(trial)
                yield msgspec.json.encode(packed(number, answer.reply, answer.error))
                self._predictor.done(trial)


class _Actor:
    """What Ray runs: opens and loads the model, then answers blocks. ``roots``: the folders that suites may read where
    the run was started, which on another machine nobody has allowed."""

    def __init__(
        self, spec: str, options: dict[str, str], seed: int, batch_size: int | None, roots: Sequence[str]
    ) -> None:
        allow(map(Path, roots))
        self._answerer = Answerer(open_model(spec, options), seed=seed, batch_size=batch_size)

    def ready(self) -> bool:
        return True

    def answer(self, block: bytes) -> Any:
        yield from self._answerer.answer(block)
