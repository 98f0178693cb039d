"""The runs that a command line names: folders, folders in a commit (``git:REF:PATH``), and zips."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audiotest.runs import Run


def open_run(given: str, *, prompts: bool = True) -> Run:
    """The run that ``given`` names; without ``prompts`` as :meth:`~audiotest.runs.Run.load` says. Raises
    :class:`~audiotest.runs.RunError` with a sentence for what is not there, or no run."""
    from audiotest.baseline_sources import baseline_folder
    from audiotest.runs import Run

    with baseline_folder(given) as folder:
        return Run.load(folder, prompts=prompts)
