"""Where trials are answered: in this process, or by models elsewhere that are sent trials and give back replies.

An engine is given *trials*, by the names of suite, case and condition, and never sound: paths are small, and whoever
answers decodes for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

from msgspec import Struct

from audiotest.declare.condition import ORIGINAL, Condition
from audiotest.declare.repeating import find
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import Trial
from audiotest.errors import AudiotestError
from audiotest.models.protocol import Unavailable, Unsupported
from audiotest.predict.exchange import Answered
from audiotest.predict.requests import Pending
from audiotest.types import Case, Reply


class EngineError(AudiotestError):
    """An engine that cannot be started; says why and what to do."""


class RemoteError(AudiotestError):
    """What a model elsewhere raised, in its words."""


class Place(Struct, frozen=True):
    """A trial by its names, as it travels."""

    path: str
    case: str
    condition: str


class Answer(Struct, frozen=True):
    """A reply, or the error in its place, as it travels; ``number`` is its place among those that were sent."""

    number: int
    reply: Reply | None = None
    error: str = ""
    kind: str = ""


class Engine(Protocol):
    """Answers trials somewhere; ``workers`` is how many are answered at once."""

    workers: int

    def send(self, items: Iterator[Pending]) -> Iterator[list[Answered[Pending]]]:
        """Send trials, and give each back with its outcome as soon as that is there."""

    def load(self) -> None:
        """Wait until there is a model that can answer. Raises what loading it raised."""

    def close(self) -> None:
        """Let go of the models."""


def place(trial: Trial) -> Place:
    """The trial's names."""
    return Place(trial.suite.path, trial.case.id, trial.condition.name)


def trial_at(where: Place) -> Trial:
    """The trial of these names; its suite is loaded once a process. Raises KeyError for one that is not there."""
    suite, cases, conditions = _suite(where.path)
    return Trial(suite, find(cases, where.case), conditions[where.condition], "recorded")


@lru_cache(maxsize=64)
def _suite(path: str) -> tuple[Suite, dict[str, Case], dict[str, Condition]]:
    suite = load(path)
    conditions = {ORIGINAL: Condition(ORIGINAL), **{c.name: c for c, _ in suite.conditions}}
    return suite, {case.id: case for case in suite.cases}, conditions


_KINDS: dict[str, type[AudiotestError]] = {"unsupported": Unsupported, "unavailable": Unavailable}


def packed(number: int, reply: Reply | None, error: Exception | None) -> Answer:
    """What became of a trial, ready to travel."""
    if error is None:
        return Answer(number, reply)
    kind = next((name for name, of in _KINDS.items() if isinstance(error, of)), "")
    return Answer(number, None, str(error) or type(error).__name__, kind)


def opened(answer: Answer) -> Reply | Exception:
    """The reply, or the exception that stands for what went wrong there."""
    if answer.reply is not None:
        return answer.reply
    return _KINDS.get(answer.kind, RemoteError)(answer.error)
