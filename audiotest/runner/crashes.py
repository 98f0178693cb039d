"""The trial that killed its worker: nothing came back from it, so the controller writes its record."""

from __future__ import annotations

from audiotest.errors import AudiotestError
from audiotest.session import Session


class WorkerCrashed(AudiotestError):
    """A worker of xdist that died while it ran a trial; says which."""


def note_crash(session: Session, nodeid: str, message: str) -> None:
    """Take in a record with the outcome ``error`` for the trial with this node id; other tests have none."""
    trial = session.trials_of(nodeid.partition("::")[0]).get(nodeid)
    if trial is not None:
        error = WorkerCrashed(f"{message}: the process that ran the model ended while this trial was asked")
        session.add(session.grader.broken(trial, error, nodeid))
