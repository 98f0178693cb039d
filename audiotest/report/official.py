"""A run in a benchmark's own table, beside the published rows; and where its script and the parser `choice` differ."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from audiotest import inert
from audiotest.benchmarks.tables import Row, Table, by_condition, judged_by, published
from audiotest.registry import BENCHMARKS, UnknownName, unknown
from audiotest.runs import Run
from audiotest.types import Record, Verdict

CAREFUL = "choice"
_NOT_BENCHMARKS = ("choice", "expect")
_PART = "A row of a part of the benchmark is no rank among the published ones."


class Differing(Struct, frozen=True):
    """A reply that the official scorer and the parser `choice` judge differently."""

    record: Record
    scorer: str
    official: Verdict
    careful: Verdict


def official_tables(
    suite: str, records: Sequence[Record], model: str, condition: str = "original", cases: int = 0
) -> list[Table]:
    """The published tables of ``suite``'s benchmark with this run's rows on top: a row by each of its scorers.

    ``cases`` is how many the whole suite has; 0 where that is not known: then as many as the run asked.

    Raises :class:`~audiotest.registry.UnknownName` for a suite that is no benchmark with a table.
    """
    row_of = BENCHMARKS.get(suite).official_row if suite in BENCHMARKS else None
    if row_of is None:
        raise UnknownName(unknown("benchmark with a table:", suite, [n for n in BENCHMARKS.names() if _has_table(n)]))
    own = [r for r in records if r.suite == suite]
    asked = sum(record.condition == condition for record in own)
    scored: list[tuple[str, Row]] = []
    for scorer in dict.fromkeys(name for r in own for name in r.verdicts):
        pairs = judged_by(own, scorer, condition)
        figures = row_of(pairs)
        values = {column: value for column, value in figures.items() if not isinstance(value, str)}
        missing = {column: value for column, value in figures.items() if isinstance(value, str)}
        if figures:
            row = Row(f"{model} ({scorer})", values, ours=True, missing=missing, n=len(pairs), of=max(cases, asked))
            scored.append((scorer, row))
    rows = [row for _, row in scored]
    merged = []
    for table in published(suite):
        here = rows if not table.conditions else [_under_conditions(row, own, scorer, table) for scorer, row in scored]
        ours = [_of_table(row, table) for row in here if {*row.values, *row.missing} & set(table.columns)]
        merged.append(replace(table, rows=(*ours, *table.rows)))
    return merged


def _under_conditions(row: Row, records: Sequence[Record], scorer: str, table: Table) -> Row:
    """``row`` with the accuracy under each condition of a table that is of several."""
    return replace(row, values=by_condition(records, scorer, table.conditions), missing={})


def _of_table(row: Row, table: Table) -> Row:
    """``row`` with what is missing in this table alone."""
    return replace(row, missing={column: text for column, text in row.missing.items() if column in table.columns})


def cases_of(run: Run, suite: str) -> int:
    """How many cases the whole suite has, as the run noted it; 0 where it did not."""
    files = run.summary.suite_files or {}
    return files[suite].cases if suite in files else 0


def suites_with_tables(records: Iterable[Record]) -> list[str]:
    """The suites of a run that have a table of their own."""
    return [suite for suite in dict.fromkeys(r.suite for r in records) if _has_table(suite)]


def _has_table(suite: str) -> bool:
    return suite in BENCHMARKS and BENCHMARKS.get(suite).official_row is not None


def official_and_careful(record: Record) -> tuple[str, Verdict, Verdict] | None:
    """The deciding scorer, if it is a benchmark's, with its verdict and that of ``choice``; None without both."""
    careful = record.verdicts.get(CAREFUL)
    name, official = next(iter(record.verdicts.items()), ("choice", careful))
    if careful is None or official is None or name in _NOT_BENCHMARKS:
        return None
    return name, official, careful


def differing(records: Iterable[Record], condition: str = "original") -> Iterator[Differing]:
    """Every reply of which the deciding scorer, if it is a benchmark's, and ``choice`` disagree."""
    for record in records:
        judgement = official_and_careful(record) if record.condition == condition else None
        if judgement is not None and judgement[1].correct is not None and judgement[1].correct != judgement[2].correct:
            yield Differing(record, *judgement)


def as_text(table: Table) -> str:
    """The table for a terminal: this run's rows first, marked with an arrow where they are of the whole benchmark."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Shown

    shown = Shown(box=box.ASCII2, pad_edge=False, show_edge=False)
    shown.add_column("model", no_wrap=True)
    shown.add_column("n", justify="right", no_wrap=True)
    for column in table.columns:
        shown.add_column(column, justify="right")
    for row in table.rows:
        cells = [_cell(row, column, table.unit) for column in table.columns]
        shown.add_row(("> " if row.ours and row.whole else "  ") + row.model, row.count, *cells)
    out = io.StringIO()
    # Wide enough for any name of a model: a table cut to some width would lose figures.
    Console(file=out, width=10_000, color_system=None).print(shown)
    note = "".join(
        f"\n{text}" for text in (table.note, _PART if any(not row.whole for row in table.rows) else "") if text
    )
    return f"{table.title}, in {table.unit}\n\n{out.getvalue().rstrip()}\n\nPublished: {table.source}.{note}"


def as_markdown(table: Table) -> str:
    """The same as a Markdown table; this run's rows are bold where they are of the whole benchmark."""
    lines = [f"**{table.title}** ({table.unit})", "", f"| model | n | {' | '.join(table.columns)} |",
             f"| --- | ---: |{' ---: |' * len(table.columns)}"]  # fmt: skip
    for row in table.rows:
        cells = [row.count, *(_cell(row, column, table.unit) for column in table.columns)]
        name = inert.markdown_name(row.model)
        lines.append(f"| {f'**{name}**' if row.ours and row.whole else name} | {' | '.join(cells)} |")
    note = f"{table.note} {_PART if any(not row.whole for row in table.rows) else ''}".strip()
    return "\n".join([*lines, "", f"Published: {table.source}. {note}".rstrip()])


def _cell(row: Row, column: str, unit: str) -> str:
    """The figure, or a dash with what there is in its place."""
    return f"- ({row.missing[column]})" if column in row.missing else _number(row.values.get(column), unit)


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if unit == "fraction" else f"{value:.2f}" if unit == "points" else f"{value:.1f}"
