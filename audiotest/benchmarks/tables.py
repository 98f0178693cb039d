"""A benchmark's own table: this run's row beside the published ones.

A benchmark that has a table has ``official_row(pairs) -> dict[str, float | str]``: the figures of the paper's columns,
by name and in the paper's unit, from (record, verdict) pairs under one condition. The same function makes the row of
the official scorer and that of the careful one, so that the two differ in the reading of replies and in nothing else.

A mean over groups is only what the paper's column says where every group is there. Of a part of them no mean is given:
in its place stands how many there are, such as ``6 of 19 tasks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from audiotest.declare.condition import parse_one
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import read_document
from audiotest.resources import folder
from audiotest.types import Record, Verdict

Pairs = Sequence[tuple[Record, Verdict]]
OfficialRow = Callable[[Pairs], dict[str, float | str]]


class Row(Struct, frozen=True):
    """A model's figures by column; ``ours`` marks the rows of this run.

    ``missing`` says for a column without a figure what there is of it. ``n`` replies of ``of`` cases make the row; both
    are 0 for published rows, which do not say.
    """

    model: str
    values: dict[str, float]
    ours: bool = False
    missing: dict[str, str] = {}
    n: int = 0
    of: int = 0

    @property
    def whole(self) -> bool:
        """Whether the row may stand beside the published ones as their like: it is of the whole benchmark."""
        return self.n >= self.of and not self.missing

    @property
    def count(self) -> str:
        """``5 of 1,000``, or ``1,000`` for the whole; "" where it is not known."""
        return "" if not self.of else f"{self.n:,}" if self.n >= self.of else f"{self.n:,} of {self.of:,}"


class Table(Struct, frozen=True):
    """A published table; ``unit`` is ``percent``, ``points`` (1 to 10) or ``fraction``. ``conditions``: of columns
    that are the accuracy under several conditions, the condition of each by its name."""

    title: str
    source: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    conditions: dict[str, str] = {}


def published(benchmark: str) -> list[Table]:
    """The tables in ``suites/BENCHMARK/published.yaml``; none if there is no such file.

    Raises :class:`SuiteError` with the place of what is wrong in it.
    """
    path = folder("suites") / benchmark / "published.yaml"
    return read_published(path) if path.is_file() else []


def read_published(path: Path) -> list[Table]:
    """The tables of one file; raises :class:`SuiteError`."""
    document, problems = read_document("published", str(path), path.read_bytes())
    if problems:
        raise SuiteError(problems)
    return [
        Table(
            title=table["title"],
            source=table["source"],
            unit=table["unit"],
            columns=tuple(table["columns"]),
            rows=tuple(Row(row["model"], row["values"]) for row in table["rows"]),
            note=table.get("note", ""),
            conditions={column: parse_one(text).name for column, text in table.get("conditions", {}).items()},
        )
        for table in document.data["tables"]
    ]


def judged_by(records: Iterable[Record], scorer: str, condition: str = "original") -> Pairs:
    """(record, verdict of ``scorer``) of every reply under ``condition`` that has one."""
    return [(r, r.verdicts[scorer]) for r in records if r.condition == condition and scorer in r.verdicts]


def by_condition(records: Sequence[Record], scorer: str, conditions: Mapping[str, str]) -> dict[str, float]:
    """The accuracy in percent of each column under its condition, of those that ran."""
    values = {column: accuracy(judged_by(records, scorer, condition)) for column, condition in conditions.items()}
    return {column: value for column, value in values.items() if value is not None}


def accuracy(pairs: Iterable[tuple[Record, Verdict]]) -> float | None:
    """The share of right replies in percent, by the scorer's own denominator; None for none."""
    counted = [verdict for _, verdict in pairs if verdict.counted and verdict.correct is not None]
    return 100 * sum(bool(v.correct) for v in counted) / len(counted) if counted else None


def by_tag(pairs: Pairs, tag: str) -> dict[str, list[tuple[Record, Verdict]]]:
    """The pairs by the values of a tag; one with several values is under each."""
    groups: dict[str, list[tuple[Record, Verdict]]] = {}
    for record, verdict in pairs:
        for value in record.tags.get(tag, ()):
            groups.setdefault(value, []).append((record, verdict))
    return groups


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that there are; None for none."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None


def mean_of_all(values: Sequence[float | str | None], groups: str) -> float | str | None:
    """The mean of the values if none is missing; else how many there are, in words (``groups`` names them); None
    where there is none at all, nor a part of one."""
    figures = [value for value in values if isinstance(value, float | int)]
    if len(figures) == len(values):
        return mean(figures)
    return f"{len(figures)} of {len(values)} {groups}" if any(value is not None for value in values) else None


def there(values: Mapping[str, float | str | None]) -> dict[str, float | str]:
    """Without the columns of which there is nothing."""
    return {column: value for column, value in values.items() if value is not None}
