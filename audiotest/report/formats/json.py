"""JSON: the summary, as ``summary.json`` of a results folder has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from audiotest.analyse.summary import to_json
from audiotest.counting import counted
from audiotest.report.tables import Table
from audiotest.runs import Run

endings = (".json",)


def write(run: Run, target: Path) -> str:
    """Write the summary of ``run`` to ``target``. Returns a line that says what was written; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(to_json(run.summary))
    return f"{target}: {counted(len(run.summary.suites), 'suite')}"


def tabulates(tables: Sequence[Table]) -> str:
    """The tables as a list: ``caption``, ``notes``, and ``cells`` with run, suite, condition, tag, value of the tag,
    metric, estimate and whether it is better than that of every other run by more than chance."""
    every = [
        {
            "name": table.name,
            "caption": table.caption,
            "notes": table.notes,
            "cells": [cell for group in table.groups for row in group for cell in row.cells if cell is not None],
        }
        for table in tables
    ]
    return msgspec.json.format(msgspec.json.encode(every), indent=1).decode() + "\n"
