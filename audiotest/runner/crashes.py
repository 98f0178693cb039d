"""The trial that killed its worker: nothing came back from it, so the controller writes its record."""

from __future__ import annotations

from audiotest.declare.problems import SuiteError
from audiotest.declare.trial import Trial, trials
from audiotest.errors import AudiotestError
from audiotest.runner.state import State


class WorkerCrashed(AudiotestError):
    """A worker of xdist that died while it ran a trial; says which."""


def note_crash(state: State, nodeid: str, message: str) -> None:
    """Take in a record with the outcome ``error`` for the trial with this node id; other tests have none."""
    trial = _trial(state, nodeid)
    if trial is not None:
        error = WorkerCrashed(f"{message}: the process that ran the model ended while this trial was asked")
        state.session.add(state.session.grader.broken(trial, error, nodeid))


def _trial(state: State, nodeid: str) -> Trial | None:
    path = nodeid.partition("::")[0]
    try:
        suite = state.session.suite(state.config.rootpath / path, path)
    except (SuiteError, OSError):  # a test of another kind, in a file of its own
        return None
    return next((t for t in trials(suite) if f"{path}::{t.condition.name}::{t.case.id}" == nodeid), None)
