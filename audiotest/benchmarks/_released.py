"""Releases that are one table: from its file to a suite, and rows whose columns are a case's fields as they stand.

A benchmark whose rows need nothing but names is a :class:`Release` and the names of its columns (``mmar``, ``mmau``);
one that has to look at a row gives a function in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from audiotest.benchmarks.importing import audio_folder, grouped, need, read_rows, release_of, released_file, rest
from audiotest.benchmarks.writing import write_suite
from audiotest.counting import counted
from audiotest.declare.suite import Suite

Row = dict[str, Any]
_FIELDS = ("id", "question", "choices", "answer")


class Release(Struct, frozen=True, kw_only=True):
    """A benchmark's table: the names that its file has in a folder, the columns that every row must have, those whose
    values name the file of cases that a row goes to, and the folder of its sounds, in the release and in the suite."""

    benchmark: str
    files: tuple[str, ...]
    needed: tuple[str, ...]
    group: tuple[str, ...]
    sounds: str = "audio"

    def write(
        self,
        make: Callable[[Row], Row],
        source: Path,
        target: Path,
        audio: Path | None,
        read: Callable[[Path], list[tuple[str, Row]]] = read_rows,
    ) -> tuple[Suite, list[Row], list[str]]:
        """Write the suite, with ``make`` of each row as its cases: the suite, the rows, and lines for people.

        Raises :class:`ImportFailed` naming the row at fault.
        """
        source = released_file(source, *self.files)
        rows = read(source)
        for place, row in rows:
            need(row, self.needed, place)
        groups = grouped(rows, lambda row: "_".join(str(row[column]) for column in self.group), make)
        folder = audio_folder(audio, self.sounds)
        suite = write_suite(self.benchmark, target, groups, folder, link=self.sounds, release=release_of(source))
        cases, parts = counted(len(suite.cases), "case"), counted(len(groups), "file")
        count = f"{suite.name}: {cases} in {parts} under {target / 'cases'}"
        return suite, [row for _, row in rows], [count]


def as_it_stands(row: Row, audio: str, tags: tuple[str, ...]) -> Row:
    """The row as a case: ``id``, ``question``, ``choices`` and ``answer`` by these names, the column ``audio`` (a path
    from the release's folder), the columns ``tags``, and all others that have a value as facts."""
    case: Row = {
        "id": row["id"],
        "audio": str(row[audio]).removeprefix("./"),
        "question": row["question"],
        "choices": row["choices"],
        "answer": row.get("answer"),
        "tags": {key: row[key] for key in tags if row.get(key) is not None},
    }
    facts = rest(row, {*_FIELDS, audio, *tags})
    return {**case, "facts": facts} if facts else case


def known_faults(counts: dict[str, int]) -> list[str]:
    """A line for each fault that some rows have: how many, and the fault in words."""
    return [f"known fault: {count} {words}" for words, count in counts.items() if count]
