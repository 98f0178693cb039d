"""``--engine ray``: models in Ray actors, one a GPU, on this machine or on a cluster.

Blocks are sent as names (a few hundred bytes) and come back as replies. An actor that dies is started again by Ray;
the block it had is asked once more, a trial at a time, so that only the trial that kills it a second time is lost,
and is told so. The machines of a cluster have to see the suites and their audio under the same paths.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from audiotest.declare.trial import Trial
from audiotest.errors import AudiotestError
from audiotest.models.loading import open_model
from audiotest.models.protocol import Adapter, Unsupported
from audiotest.predict.engine import Outcome, Place, RemoteError, opened, place, trial_at
from audiotest.predict.predictor import Predictor
from audiotest.types import Reply

WAITING = 2
"""Blocks an actor has, so that it never idles: the sounds of the second are made while it answers the first."""


_STARTS, _START_WAIT = 300, 1.0
"""How often, and after how many seconds, an actor that died is asked whether it is up again."""


class EngineError(AudiotestError):
    """An engine that cannot be started; says why and what to do."""


class _Sent(Struct):
    trials: Sequence[Trial]
    future: Any


class RayEngine:
    """A pool of actors, each with a model of its own. ``actors`` None: as many as there are GPUs, or cores."""

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
        count = actors or gpus or max(1, int(resources.get("CPU", 1)))
        share = min(1.0, gpus / count) if gpus else 0
        remote = ray.remote(num_cpus=1, num_gpus=share, max_restarts=-1, max_task_retries=0, max_concurrency=WAITING)(
            _Actor
        )
        self._actors = [remote.remote(spec, dict(options), seed, batch_size) for _ in range(count)]
        self._turns: deque[int] = deque(range(count))
        self._waiting: list[list[Any]] = [[] for _ in range(count)]
        self.ahead, self.workers = WAITING * count, count

    def send(self, trials: Sequence[Trial]) -> _Sent:
        """Send a block to the actor with the fewest that are unanswered."""
        return _Sent(trials, self._ask(trials))

    def receive(self, handle: _Sent) -> list[Reply | Exception]:
        """Wait for a block; if its actor died, ask its trials one by one."""
        try:
            return self._outcomes(handle.future)
        except self._ray.exceptions.RayActorError:
            return [self._alone(trial) for trial in handle.trials]

    def close(self) -> None:
        """Stop the actors, and Ray if it was started here."""
        for actor in self._actors:
            self._ray.kill(actor)
        if self._own:
            self._ray.shutdown()

    def _ask(self, trials: Sequence[Trial], turn: int | None = None) -> Any:
        if turn is None:
            self._forget_answered()
            self._turns.rotate(-1)  # of several, the one that has waited longest
            turn = min(self._turns, key=lambda i: len(self._waiting[i]))
        future = self._actors[turn].answer.remote(msgspec.json.encode([place(trial) for trial in trials]))
        self._waiting[turn].append(future)
        return future

    def _outcomes(self, future: Any) -> list[Reply | Exception]:
        try:
            said = self._ray.get(future)
        except self._ray.exceptions.RayTaskError as error:
            raise RemoteError(str(error.cause)) from None
        return [opened(outcome) for outcome in msgspec.json.decode(said, type=list[Outcome])]

    def _alone(self, trial: Trial) -> Reply | Exception:
        try:
            return self._outcomes(self._ask([trial], self._idle()))[0]
        except self._ray.exceptions.RayActorError:
            return RemoteError(f"{trial.case.id} under {trial.condition.name} took down the model's process twice")

    def _forget_answered(self) -> None:
        for futures in self._waiting:
            if futures:
                futures[:] = self._ray.wait(futures, num_returns=len(futures), timeout=0)[1]

    def _idle(self) -> int:
        """An actor that is up and has nothing else to do: if it dies now, it is certain by what."""
        self._forget_answered()
        turn = min(range(len(self._actors)), key=lambda i: len(self._waiting[i]))
        if self._waiting[turn]:
            self._ray.wait(self._waiting[turn], num_returns=len(self._waiting[turn]))
            self._waiting[turn].clear()
        for _ in range(_STARTS):
            try:
                self._ray.get(self._actors[turn].ready.remote())
                return turn
            except self._ray.exceptions.RayActorError:
                time.sleep(_START_WAIT)
        raise EngineError("a Ray actor that died does not come back; see Ray's logs")


class Answerer:
    """What runs where the model is: a loaded model, and trials answered through it without a store.

    It may be asked in several threads: one block is answered at a time, and those that wait are known to come next.
    """

    def __init__(self, model: Adapter, *, seed: int, batch_size: int | None) -> None:
        model.load()
        self._predictor = Predictor(model, seed=seed, batch_size=batch_size)
        self._turn = threading.Lock()

    def answer(self, block: bytes) -> bytes:
        """The outcomes of a block of places, both as JSON."""
        places = msgspec.json.decode(block, type=list[Place])
        trials = [trial_at(where) for where in places]
        self._predictor.plan([trials])
        with self._turn:
            answers = self._predictor.predict(trials)
        return msgspec.json.encode([_outcome(answer.reply, answer.error) for answer in answers])


def _outcome(reply: Reply | None, error: Exception | None) -> Outcome:
    if error is None:
        return Outcome(reply)
    return Outcome(None, str(error) or type(error).__name__, isinstance(error, Unsupported))


class _Actor:
    """What Ray runs: opens and loads the model, then answers blocks."""

    def __init__(self, spec: str, options: dict[str, str], seed: int, batch_size: int | None) -> None:
        self._answerer = Answerer(open_model(spec, options), seed=seed, batch_size=batch_size)

    def ready(self) -> bool:
        return True

    def answer(self, block: bytes) -> bytes:
        return self._answerer.answer(block)
