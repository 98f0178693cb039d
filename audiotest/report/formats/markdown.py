"""Markdown: a table over suites and conditions, the gates that did not pass, the trials that failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from audiotest.counting import counted
from audiotest.report.markdown import lines, plain
from audiotest.report.tables import Cell, Table, written
from audiotest.runs import Run

endings = (".md", ".markdown")


def write(run: Run, target: Path) -> str:
    """Write the figures of ``run`` to ``target``. Returns a line that says what was written; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines(run)) + "\n", encoding="utf-8")
    return f"{target}: {counted(len(run.summary.suites), 'suite')}"


def summarises(run: Run) -> Iterator[str]:
    """The lines of the whole run."""
    return lines(run)


def tabulates(tables: Sequence[Table]) -> str:
    """The tables, each under its caption."""
    return "\n".join(line for table in tables for line in _lines(table))


def _lines(table: Table) -> Iterator[str]:
    yield f"{plain(table.caption)}\n"
    yield _row([*table.heads, *table.columns])
    yield _row(["---"] * len(table.heads) + ["---:"] * len(table.columns))
    for group in table.groups:
        for row in group:
            yield _row([*map(plain, row.heads), *map(_cell, row.cells)], escaped=True)
    yield ""
    yield from (f"{plain(note)}\n" for note in table.notes)


def _row(cells: Sequence[str], *, escaped: bool = False) -> str:
    return f"| {' | '.join(cells if escaped else map(plain, cells))} |"


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    figure, interval = written(cell)
    figure = f"**{figure}**" if cell.best else figure
    return f"{figure} ({interval})" if interval else figure
