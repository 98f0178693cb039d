"""Where trials are answered: in this process, or by models elsewhere that are sent trials and give back replies.

An engine is given *trials*, by the names of suite, case and condition, and never sound: paths are small, and whoever
answers decodes for itself. It works ahead: several blocks are on their way while one is being waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from msgspec import Struct

from audiotest.declare.condition import ORIGINAL, Condition
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import Trial
from audiotest.errors import AudiotestError
from audiotest.models.protocol import Unsupported
from audiotest.types import Case, Reply


class RemoteError(AudiotestError):
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
    """Answers trials somewhere. ``ahead`` is how many blocks are worth sending before one is waited for, ``workers``
    how many are answered at once."""

    ahead: int
    workers: int

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


def opened(outcome: Outcome) -> Reply | Exception:
    """The reply, or the exception that stands for what went wrong there."""
    if outcome.reply is not None:
        return outcome.reply
    return Unsupported(outcome.error) if outcome.unsupported else RemoteError(outcome.error)
