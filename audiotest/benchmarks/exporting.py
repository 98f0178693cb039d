"""From a run back to a benchmark's own prediction file, ready for its script or its submission page.

A benchmark that has such a file has ``EXPORT``, its name (whose ending is its format: ``.json`` an array, ``.jsonl``
lines, ``.parquet`` a table), and ``exported(case, record)``, a row of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from audiotest.declare.suite import Suite
from audiotest.registry import BENCHMARKS, UnknownName, unknown
from audiotest.types import Record


class Exported(Struct, frozen=True):
    """What was written: the file, how many predictions, and the ids of cases without a reply, which are left out."""

    path: Path
    count: int
    missing: tuple[str, ...]


def export(
    benchmark: str, suite: Suite, records: Iterable[Record], path: Path, condition: str = "original"
) -> Exported:
    """Write the replies under ``condition`` to ``path``, in the order of the suite's cases.

    Raises :class:`~audiotest.registry.UnknownName` for a benchmark without a prediction file.
    """
    exported = BENCHMARKS.get(benchmark).exported
    if exported is None:
        known = [name for name in BENCHMARKS.names() if BENCHMARKS.get(name).exported is not None]
        raise UnknownName(unknown("benchmark with a prediction file:", benchmark, known))
    replies = {r.case: r for r in records if r.suite == suite.name and r.condition == condition and r.reply}
    rows = [exported(case, replies[case.id]) for case in suite.cases if case.id in replies]
    missing = tuple(case.id for case in suite.cases if case.id not in replies)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, rows)
    return Exported(path, len(rows), missing)


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    if path.suffix == ".parquet":
        import pyarrow
        from pyarrow import parquet

        names = list(dict.fromkeys(key for row in rows for key in row))
        table = pyarrow.table({name: pyarrow.array([row.get(name) for row in rows]) for name in names})
        parquet.write_table(table, path)
        return
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
