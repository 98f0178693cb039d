"""Where trials are answered: in this process, or by models elsewhere that are sent trials and give back replies.

An engine is given *trials*, by the names of suite, case and condition, and never sound: paths are small, and whoever
answers decodes for itself. It works ahead: several blocks are on their way while one is being waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from audiotest.declare.condition import ORIGINAL, Condition
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import Trial
from audiotest.models.protocol import Adapter, Unsupported
from audiotest.words import Case, Reply


class RemoteError(Exception):
    """What a model elsewhere raised, in its words."""


class Place(Struct, frozen=True):
    """A trial by its names, as it travels."""

    path: str
    case: str
    condition: str


class Outcome(Struct, frozen=True):
    """A reply, or the error in its place, as it travels."""

    reply: Reply | None = None
    error: str = ""
    unsupported: bool = False


class Engine(Protocol):
    """Answers trials somewhere. ``ahead`` is how many blocks are worth sending before one is waited for."""

    ahead: int

    def send(self, trials: Sequence[Trial]) -> Any:
        """Send a block; returns what :meth:`receive` takes."""

    def receive(self, handle: Any) -> list[Reply | Exception]:
        """Wait for a block: one reply, or the error in its place, for each trial sent."""

    def close(self) -> None:
        """Let go of the models."""


def place(trial: Trial) -> Place:
    """The trial's names."""
    return Place(trial.suite.path, trial.case.id, trial.condition.name)


def trial_at(where: Place) -> Trial:
    """The trial of these names; its suite is loaded once a process. Raises KeyError for one that is not there."""
    suite, cases, conditions = _suite(where.path)
    return Trial(suite, cases[where.case], conditions[where.condition], "recorded")


@lru_cache(maxsize=64)
def _suite(path: str) -> tuple[Suite, dict[str, Case], dict[str, Condition]]:
    suite = load(path)
    conditions = {ORIGINAL: Condition(ORIGINAL), **{c.name: c for c, _ in suite.conditions}}
    return suite, {case.id: case for case in suite.cases}, conditions


class Answerer:
    """What runs where the model is: a loaded model, and trials answered through it without a store."""

    def __init__(self, model: Adapter, *, seed: int, batch_size: int | None) -> None:
        from audiotest.predict.predictor import Predictor

        model.load()
        self._predictor = Predictor(model, seed=seed, batch_size=batch_size)

    def answer(self, block: bytes) -> bytes:
        """The outcomes of a block of places, both as JSON."""
        places = msgspec.json.decode(block, type=list[Place])
        answers = self._predictor.predict([trial_at(where) for where in places])
        return msgspec.json.encode([_outcome(answer.reply, answer.error) for answer in answers])


def _outcome(reply: Reply | None, error: Exception | None) -> Outcome:
    if error is None:
        return Outcome(reply)
    return Outcome(None, str(error) or type(error).__name__, isinstance(error, Unsupported))


def opened(outcome: Outcome) -> Reply | Exception:
    """The reply, or the exception that stands for what went wrong there."""
    if outcome.reply is not None:
        return outcome.reply
    return Unsupported(outcome.error) if outcome.unsupported else RemoteError(outcome.error)
