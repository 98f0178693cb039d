"""Markdown: a table over suites and conditions, the gates that did not pass, the trials that failed."""

from __future__ import annotations

from pathlib import Path

from audiotest.report.markdown import lines
from audiotest.runs import Run

endings = (".md", ".markdown")


def write(run: Run, target: Path) -> str:
    """Write the figures of ``run`` to ``target``. Returns a line that says what was written; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines(run)) + "\n", encoding="utf-8")
    return f"{target}: {len(run.summary.suites)} suites"
