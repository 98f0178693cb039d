"""A comment on a pull request in Markdown: the verdict, a row a suite, what regressed with p, the five worst items."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from audiotest.counting import counted
from audiotest.report.pull_request import comment
from audiotest.runs import Run


def write(run: Run, target: Path) -> str:
    """Write the comment on ``run`` to ``target``. Returns a line that says what was written; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(comment(run)) + "\n", encoding="utf-8")
    return f"{target}: {counted(len(run.summary.suites), 'suite')}"


def summarises(run: Run) -> Iterable[str]:
    """The lines of the comment."""
    return comment(run)
