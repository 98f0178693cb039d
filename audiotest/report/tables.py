"""Tables of one or several runs, as data, which formats (``report/formats``) write as LaTeX, Markdown, CSV, JSON, text.

A table has a group of rows for each suite (:func:`overview`) or each value of a tag (:func:`by_tag`), in it a row a
run, and a column a condition; with ``columns="suites"`` a row a run and a column a suite.

The best figure of a column is marked only where it is better than that of every other run by more than chance: p < 0.05
in :func:`audiotest.analyse.compare.compare` (paired, by clip), corrected by Holm's method over the other runs. Without
sound nothing is marked: more right answers are no gain there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from audiotest.analyse.summary import ORIGINAL, ConditionSummary, SuiteSummary
from audiotest.registry import METRICS, UnknownName, unknown
from audiotest.report.significance import Comparisons
from audiotest.runs import Run, RunError
from audiotest.types import Estimate

GAP = "listening_gap"
Columns = Literal["conditions", "suites"]
_MOST_NOTES = 5


class Cell(Struct, frozen=True):
    """One figure: of which run, suite, condition and value of a tag ("" for none), by which metric. ``best``: better
    than every other run's by more than chance."""

    run: str
    suite: str
    condition: str
    tag: str
    value: str
    metric: str
    estimate: Estimate
    best: bool = False


class Row(Struct, frozen=True):
    """The texts at the head of a row, and a cell for each column; None where nothing was measured."""

    heads: tuple[str, ...]
    cells: tuple[Cell | None, ...]


class Table(Struct, frozen=True):
    """A table. ``name`` is a word for labels, ``heads`` stand above the rows' heads and ``columns`` above their cells;
    rows of one group are of the same questions. ``notes`` are sentences for below."""

    name: str
    caption: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    groups: tuple[tuple[Row, ...], ...]
    notes: tuple[str, ...] = ()


class _Address(Struct, frozen=True):
    """What a cell is about, in every run."""

    suite: str
    condition: str
    metric: str
    tag: str = ""
    value: str = ""


def run_names(runs: Sequence[Run]) -> list[str]:
    """The models' names, numbered where two runs are of the same model."""
    models = [run.summary.model or "run" for run in runs]
    seen = dict.fromkeys(models, 0)
    own = []
    for name in models:
        seen[name] += 1
        own.append(f"{name} ({seen[name]})" if models.count(name) > 1 else name)
    return own


def overview(
    runs: Sequence[Run], *, metric: str = "accuracy", columns: Columns = "conditions", condition: str = ORIGINAL
) -> Table:
    """The figures of whole suites. With ``columns="suites"``, those under ``condition`` alone.

    Raises :class:`~audiotest.runs.RunError` where no suite has the metric, and
    :class:`~audiotest.registry.UnknownName` for a metric that there is not.
    """
    _known(metric)
    suites = list(dict.fromkeys(name for run in runs for name in run.summary.suites))
    there = [name for name in suites if any(_measured(run, name, metric) for run in runs)]
    if not there:
        raise RunError(f"no suite of the run has the metric {metric}")
    notes = [f"{name} has no {metric} and is left out" for name in suites if name not in there]
    if columns == "suites":
        addresses = [_Address(name, condition, metric) for name in there]
        table = _Maker(runs, metric).one_group(addresses, condition)
    else:
        groups = [(name, [_Address(name, c, m) for c, m in _columns(runs, there, metric)]) for name in there]
        table = _Maker(runs, metric).table("overview", "suite", groups)
    return replace(table, notes=(*table.notes, *notes))


def by_tag(runs: Sequence[Run], tag: str, *, metric: str = "accuracy") -> list[Table]:
    """A table for each suite that has the tag, with a group of rows for each of its values.

    Raises :class:`~audiotest.runs.RunError` where no suite has it, :class:`~audiotest.registry.UnknownName` for a
    metric that there is not.
    """
    _known(metric)
    tables, maker = [], _Maker(runs, metric)
    for name in dict.fromkeys(name for run in runs for name in run.summary.suites):
        rows = [row for run in runs for _, row in _conditions(run, name)]
        values = sorted({v for row in rows for v, own in row.tags.get(tag, {}).items() if metric in own.metrics})
        if values:
            conditions = dict.fromkeys(c for run in runs for c, row in _conditions(run, name) if tag in row.tags)
            groups = [(v, [_Address(name, c, metric, tag, v) for c in conditions]) for v in values]
            table = maker.table(f"{name}-{tag}", tag, groups)
            tables.append(replace(table, caption=f"{name} by {tag}. {table.caption}"))
    if not tables:
        known = ", ".join(tags_of(runs)) or "none"
        raise RunError(f"no suite of the run has {metric} by the tag {tag!r}; tags are {known}")
    return tables


def tags_of(runs: Sequence[Run]) -> list[str]:
    """The tags that the runs have figures by."""
    rows = (row for run in runs for name in run.summary.suites for _, row in _conditions(run, name))
    return sorted({tag for row in rows for tag in row.tags})


def written(cell: Cell) -> tuple[str, str]:
    """The figure and its interval ("" for none) as text: shares in per cent, a metric without bounds as it is. An end
    that cannot be given, such as that of a threshold beyond the sweep, is ``?``."""
    estimate = cell.estimate
    scale = 100.0 if _is_share(cell.metric) else 1.0
    signed = "+" if cell.metric == GAP else ""

    def text(figure: float) -> str:
        return f"{scale * figure:{signed}.1f}"

    if estimate.value is None:
        return "-", ""
    if estimate.low is None and estimate.high is None:
        return text(estimate.value), ""
    ends = ("?" if end is None else text(end) for end in (estimate.low, estimate.high))
    return text(estimate.value), " to ".join(ends)


class _Maker:
    """Makes tables of the same runs."""

    def __init__(self, runs: Sequence[Run], metric: str) -> None:
        self.runs, self.metric, self.names = runs, metric, run_names(runs)
        self.comparisons = Comparisons(runs, self.names)

    def table(self, name: str, head: str, groups: Sequence[tuple[str, list[_Address]]]) -> Table:
        """A group of rows for each of ``groups``, a row a run."""
        several = len(self.runs) > 1
        own, counts, notes = [], [], []
        for label, addresses in groups:
            cells = self._cells(addresses)
            rows = [(run, line) for run, line in zip(self.names, cells, strict=True) if any(line)]
            n = max((cell.estimate.n for _, line in rows for cell in line if cell is not None), default=0)
            counts.append(n)
            notes += [note for _, line in rows for cell in line if (note := _fewer(cell, n))]
            shown = f"{label} (n = {n})"
            own.append(tuple(Row((shown, run) if several else (shown,), tuple(line)) for run, line in rows))
        columns = tuple(_column(address, self.metric) for address in groups[0][1])
        heads = (head, "model") if several else (head,)
        suites = [address.suite for _, addresses in groups for address in addresses]
        return Table(name, self._caption(counts), heads, columns, tuple(own), self._notes(notes, suites))

    def one_group(self, addresses: Sequence[_Address], condition: str) -> Table:
        """A row a run, a column a suite."""
        cells = self._cells(addresses)
        rows = tuple(Row((run,), tuple(line)) for run, line in zip(self.names, cells, strict=True) if any(line))
        counts = [
            max((c.estimate.n for c in column if c is not None), default=0) for column in zip(*cells, strict=True)
        ]
        columns = tuple(f"{address.suite} (n = {n})" for address, n in zip(addresses, counts, strict=True))
        notes = [note for row in rows for cell, n in zip(row.cells, counts, strict=True) if (note := _fewer(cell, n))]
        caption = self._caption(counts) + ("" if condition == ORIGINAL else f" Condition: {condition}.")
        suites = [address.suite for address in addresses]
        return Table("suites", caption, ("model",), columns, (rows,), self._notes(notes, suites))

    def _cells(self, addresses: Sequence[_Address]) -> list[list[Cell | None]]:
        """A line for each run."""
        lines: list[list[Cell | None]] = [[] for _ in self.runs]
        for address in addresses:
            column = [_cell(run, name, address) for run, name in zip(self.runs, self.names, strict=True)]
            best = self._best(address, column)
            for i, (line, cell) in enumerate(zip(lines, column, strict=True)):
                line.append(replace(cell, best=True) if cell is not None and i == best else cell)
        return lines

    def _best(self, address: _Address, column: Sequence[Cell | None]) -> int | None:
        values = {i: c.estimate.value for i, c in enumerate(column) if c is not None and c.estimate.value is not None}
        best = max(values, key=values.__getitem__, default=None)
        if best is None or len(values) < 2 or address.metric not in ("accuracy", GAP):
            return None
        others = [i for i in values if i != best]
        tag = f"{address.tag}: {address.value}" if address.tag else ""
        if address.metric == GAP:
            return best if self.comparisons.wider_gap(best, others, address.suite) else None
        return best if self.comparisons.better(best, others, address.suite, address.condition, tag) else None

    def _caption(self, counts: Sequence[int]) -> str:
        low, high = min(counts), max(counts)
        n = f"n = {low}" if low == high else f"n = {low} to {high}"
        of = "" if len(self.runs) > 1 else f" of {self.names[0]}"
        bold = (
            " Bold: better than every other model (p < 0.05, paired, Holm's correction)." if len(self.runs) > 1 else ""
        )
        unit = " in per cent" if _is_share(self.metric) else ""
        return f"{self.metric.replace('_', ' ').capitalize()}{of}{unit} with 95% CI; {n} questions.{bold}"

    def _notes(self, fewer: list[str], suites: Iterable[str]) -> tuple[str, ...]:
        reasons = self.comparisons.reasons(suites)
        return (*_some(fewer, "cells with a smaller n"), *_some(reasons, "pairs of runs that are not compared"))


def _some(notes: Sequence[str], word: str) -> list[str]:
    """As many notes as can be read below a table, and how many more there are."""
    more = [f"and {len(notes) - _MOST_NOTES} more {word}"] if len(notes) > _MOST_NOTES else []
    return [*notes[:_MOST_NOTES], *more]


def _known(metric: str) -> None:
    if metric.partition(":")[0] not in METRICS:
        raise UnknownName(unknown("metric", metric, METRICS.names()))


def _is_share(metric: str) -> bool:
    """Whether a metric is a share or a difference of shares, and not, say, a ratio in dB."""
    return METRICS.get(metric.partition(":")[0]).is_share


def _conditions(run: Run, suite: str) -> Iterator[tuple[str, ConditionSummary]]:
    summary: SuiteSummary | None = run.summary.suites.get(suite)
    yield from () if summary is None else summary.conditions.items()


def _measured(run: Run, suite: str, metric: str) -> bool:
    return any(metric in row.metrics for _, row in _conditions(run, suite))


def _columns(runs: Sequence[Run], suites: Sequence[str], metric: str) -> list[tuple[str, str]]:
    """(condition, metric) of each column: the conditions with the metric, and the listening gap beside accuracy."""
    rows = [pair for run in runs for name in suites for pair in _conditions(run, name)]
    columns = [(c, metric) for c in dict.fromkeys(c for c, row in rows if metric in row.metrics)]
    gap = metric == "accuracy" and any(GAP in row.metrics for _, row in rows)
    return [*columns, (ORIGINAL, GAP)] if gap else columns


def _column(address: _Address, metric: str) -> str:
    return address.condition if address.metric == metric else address.metric.replace("_", " ")


def _cell(run: Run, name: str, address: _Address) -> Cell | None:
    row = dict(_conditions(run, address.suite)).get(address.condition)
    if row is None:
        return None
    figures = row.metrics
    if address.tag:
        own = row.tags.get(address.tag, {}).get(address.value)
        figures = {} if own is None else own.metrics
    estimate = figures.get(address.metric)
    if estimate is None or estimate.value is None:
        return None
    return Cell(name, address.suite, address.condition, address.tag, address.value, address.metric, estimate)


def _fewer(cell: Cell | None, n: int) -> str:
    """A note on a cell that rests on fewer questions than its row says."""
    if cell is None or cell.estimate.n == n:
        return ""
    of = f"{cell.suite}, {cell.tag} {cell.value}" if cell.tag else cell.suite
    return f"{cell.run}, {of}, {cell.metric} under {cell.condition}: n = {cell.estimate.n}"
