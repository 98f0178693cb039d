r"""LaTeX: tables with the rules of booktabs, intervals in small type, and n in the caption.

The preamble needs ``\usepackage{booktabs}``. What stands in bold is better than every other run by more than chance
(:mod:`audiotest.report.tables`). Names of models, suites and conditions are escaped, so that none of them is a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from audiotest.counting import counted
from audiotest.report.tables import Cell, Table, overview, written
from audiotest.runs import Run

endings = (".tex",)
_SPECIAL = {  # a star or a bracket at the start of a row would be taken for an argument of the line break before it
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
}


def write(run: Run, target: Path) -> str:
    """Write the overview of ``run`` to ``target``. Returns a line that says what was written; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(tabulates([overview([run])]), encoding="utf-8")
    return f"{target}: {counted(len(run.summary.suites), 'suite')}"


def tabulates(tables: Sequence[Table]) -> str:
    """The tables, each a float of its own, with a label ``tab:NAME``."""
    return "\n".join(line for table in tables for line in _lines(table)) + "\n"


def escaped(text: str) -> str:
    """Text that LaTeX prints as it stands, in one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return "".join(_SPECIAL.get(character, character) for character in line)


def _lines(table: Table) -> Iterator[str]:
    yield r"% \usepackage{booktabs}"
    yield r"\begin{table}[t]"
    yield r"\centering"
    yield rf"\caption{{{escaped(' '.join((table.caption, *(f'{note}.' for note in table.notes))))}}}"
    yield rf"\label{{tab:{_label(table.name)}}}"
    yield rf"\begin{{tabular}}{{{'l' * len(table.heads)}{'r' * len(table.columns)}}}"
    yield r"\toprule"
    yield _row(map(escaped, (*table.heads, *table.columns)))
    for group in table.groups:
        if group is table.groups[0] or len(group) > 1:
            yield r"\midrule"
        for row in group:
            # What a row shares with the one above it is not said again.
            repeated = row is not group[0] and len(row.heads) > 1
            heads = ("", *row.heads[1:]) if repeated else row.heads
            yield _row([*map(escaped, heads), *map(_cell, row.cells)])
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\end{table}"
    yield ""


def _row(cells: Sequence[str] | Iterator[str]) -> str:
    return rf"{' & '.join(cells)} \\"


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "--"
    figure, interval = written(cell)
    figure = rf"\textbf{{{_minus(figure)}}}" if cell.best else _minus(figure)
    return rf"{figure} {{\scriptsize ({_minus(interval)})}}" if interval else figure


def _minus(figure: str) -> str:
    return figure.replace("-", "$-$")


def _label(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name)
