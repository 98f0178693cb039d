"""Text: tables in columns, for a terminal. An asterisk: better than all others by more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from audiotest.counting import counted
from audiotest.report.markdown import lines
from audiotest.report.tables import Cell, Table, overview, written
from audiotest.runs import Run

endings = (".txt",)


def write(run: Run, target: Path) -> str:
    """Write the overview of ``run`` to ``target``. Returns a line that says what was written; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(tabulates([overview([run])]), encoding="utf-8")
    return f"{target}: {counted(len(run.summary.suites), 'suite')}"


def summarises(run: Run) -> Iterator[str]:
    """The lines of the whole run, which are Markdown that reads as text."""
    return lines(run)


def tabulates(tables: Sequence[Table]) -> str:
    """The tables, each under its caption."""
    return "\n".join(line for table in tables for line in _lines(table))


def _lines(table: Table) -> Iterator[str]:
    rows = [[*row.heads, *map(_cell, row.cells)] for group in table.groups for row in group]
    grid = [[_inert(cell) for cell in row] for row in [[*table.heads, *table.columns], *rows]]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    yield f"{_inert(table.caption).replace('Bold:', '*:')}\n"
    yield from ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in grid)
    yield ""
    yield from (f"{_inert(note)}\n" for note in table.notes)


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    figure, interval = written(cell)
    figure = f"{figure}*" if cell.best else figure
    return f"{figure} ({interval})" if interval else figure


def _inert(text: str) -> str:
    """Text of a user in one line, without what a terminal would act on."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
