"""JSON: the summary, as ``summary.json`` of a results folder has it."""

from __future__ import annotations

from pathlib import Path

from audiotest.analyse.summary import to_json
from audiotest.runs import Run

endings = (".json",)


def write(run: Run, target: Path) -> str:
    """Write the summary of ``run`` to ``target``. Returns a line that says what was written; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(to_json(run.summary))
    return f"{target}: {len(run.summary.suites)} suites"
