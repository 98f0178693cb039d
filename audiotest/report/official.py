"""A run in a benchmark's own table, beside the published rows; and where official and careful reading differ."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from audiotest import inert
from audiotest.benchmarks.tables import Row, Table, judged_by, published
from audiotest.registry import BENCHMARKS, UnknownName, unknown
from audiotest.types import Record, Verdict

CAREFUL = "choice"
_NOT_BENCHMARKS = ("choice", "expect")


class Differing(Struct, frozen=True):
    """A reply that the official scorer and the careful one judge differently."""

    record: Record
    scorer: str
    official: Verdict
    careful: Verdict


def official_tables(suite: str, records: Sequence[Record], model: str, condition: str = "original") -> list[Table]:
    """The published tables of ``suite``'s benchmark with this run's rows on top: a row by each of its scorers.

    Raises :class:`~audiotest.registry.UnknownName` for a suite that is no benchmark with a table.
    """
    row_of = BENCHMARKS.get(suite).official_row if suite in BENCHMARKS else None
    if row_of is None:
        raise UnknownName(unknown("benchmark with a table:", suite, [n for n in BENCHMARKS.names() if _has_table(n)]))
    own = [r for r in records if r.suite == suite]
    rows = []
    for scorer in dict.fromkeys(name for r in own for name in r.verdicts):
        values = row_of(judged_by(own, scorer, condition))
        if values:
            rows.append(Row(f"{model} ({scorer})", values, ours=True))
    found = []
    for table in published(suite):
        ours = [row for row in rows if set(row.values) & set(table.columns)]
        found.append(replace(table, rows=(*ours, *table.rows)))
    return found


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
        found = official_and_careful(record) if record.condition == condition else None
        if found is not None and found[1].correct is not None and found[1].correct != found[2].correct:
            yield Differing(record, *found)


def as_text(table: Table) -> str:
    """The table for a terminal: this run's rows first, marked with an arrow."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Shown

    shown = Shown(box=box.ASCII2, pad_edge=False, show_edge=False)
    shown.add_column("model", no_wrap=True)
    for column in table.columns:
        shown.add_column(column, justify="right")
    for row in table.rows:
        cells = [_number(row.values.get(column), table.unit) for column in table.columns]
        shown.add_row(("> " if row.ours else "  ") + row.model, *cells)
    out = io.StringIO()
    # Wide enough for any name of a model: a table cut to some width would lose figures.
    Console(file=out, width=10_000, color_system=None).print(shown)
    note = f"\n{table.note}" if table.note else ""
    return f"{table.title}, in {table.unit}\n\n{out.getvalue().rstrip()}\n\nPublished: {table.source}.{note}"


def as_markdown(table: Table) -> str:
    """The same as a Markdown table; this run's rows are bold."""
    lines = [f"**{table.title}** ({table.unit})", "", f"| model | {' | '.join(table.columns)} |",
             f"| --- |{' ---: |' * len(table.columns)}"]  # fmt: skip
    for row in table.rows:
        cells = [_number(row.values.get(column), table.unit) for column in table.columns]
        name = inert.markdown_name(row.model)
        lines.append(f"| {f'**{name}**' if row.ours else name} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"Published: {table.source}. {table.note}".rstrip()])


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if unit == "fraction" else f"{value:.2f}" if unit == "points" else f"{value:.1f}"
