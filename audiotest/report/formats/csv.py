"""CSV: a row for every figure of a run: suite, condition, tag, metric, value, the ends of its 95% interval, n."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from audiotest import inert
from audiotest.counting import counted
from audiotest.report.tables import Table
from audiotest.runs import Run
from audiotest.types import Estimate

endings = (".csv",)
HEADS = ("suite", "condition", "tag", "value of the tag", "metric", "value", "low", "high", "n")


def write(run: Run, target: Path) -> str:
    """Write the figures of ``run`` to ``target``. Returns a line that says what was written; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = list(_rows(run))
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADS, *([inert.csv_cell(cell) for cell in row] for row in rows)])
    return f"{target}: {counted(len(rows), 'figure')}"


def tabulates(tables: Sequence[Table]) -> str:
    """The cells of ``tables``, a row each: the run, its address, value, the ends of its 95% interval, n, and whether it
    is better than that of every other run by more than chance (1 or 0)."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("run", *HEADS, "best"))
    for cell in (cell for table in tables for group in table.groups for row in group for cell in row.cells if cell):
        address = (cell.run, cell.suite, cell.condition, cell.tag, cell.value, cell.metric)
        rows.writerow((*address, *_cells(cell.estimate), int(cell.best)))
    return out.getvalue()


def _rows(run: Run) -> Iterator[tuple[object, ...]]:
    for name, suite in run.summary.suites.items():
        for condition, row in suite.conditions.items():
            for metric, estimate in row.metrics.items():
                yield (name, condition, "", "", metric, *_cells(estimate))
            for tag, values in row.tags.items():
                for value, figures in values.items():
                    for metric, estimate in figures.metrics.items():
                        yield (name, condition, tag, value, metric, *_cells(estimate))


def _cells(estimate: Estimate) -> tuple[object, ...]:
    return estimate.value, estimate.low, estimate.high, estimate.n
