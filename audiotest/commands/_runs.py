"""The runs that a command line names: folders, folders in a commit (``git:REF:PATH``), and zips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.runs import Run


def open_run(given: str, *, prompts: bool = True) -> Run:
    """The run that ``given`` names; without ``prompts`` as :meth:`~audiotest.runs.Run.load` says. Raises
    :class:`~audiotest.runs.RunError` with a sentence for what is not there, or no run."""
    from audiotest.baseline_sources import baseline_folder
    from audiotest.runs import Run

    with baseline_folder(given) as folder:
        return Run.load(folder, prompts=prompts)


def open_part(given: str) -> Run:
    """As :func:`open_run`; of a run that goes on, or that was stopped before it could write its summary, the trials so
    far."""
    from audiotest.run_folder import TRIALS, progress
    from audiotest.runs import part_of

    folder = Path(given)
    going = progress(folder) if (folder / TRIALS).is_file() else None
    if going is None:
        return open_run(given)
    state = "the run is still going on" if going.writing else "the process of the run ended before it did"
    if going.plan is None:
        return part_of(folder, state)
    return part_of(
        folder, f"{state}: {counted(going.plan.trials, 'trial was', 'trials were')} planned", model=going.plan.model
    )
