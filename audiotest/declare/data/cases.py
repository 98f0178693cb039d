"""From the rows of a table to the cases of a suite, with all that is wrong.

A row that cannot be used costs itself; what is wrong with ``data`` as a whole (a column that there is not, a ``where``
that keeps nothing) is a fault of the suite. Rows are read in order, once to draw a sample where one is asked for, and
once to build the cases.
"""

from __future__ import annotations

import hashlib
import heapq
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from audiotest.declare import building
from audiotest.declare.data.fields import UNFIT, Compiler, Fields, RowFault, columns_in, condition, no_column
from audiotest.declare.data.options import form_of, named_in
from audiotest.declare.data.sources import Sources, find, may_fetch
from audiotest.declare.data.tables import NotHere, Row, Table, TableError
from audiotest.declare.problems import Invalid, Problem
from audiotest.declare.problems import Path as KeyPath
from audiotest.declare.sampling import quotas
from audiotest.types import Case

_LOOKED_AT = 2000
"""Rows by which the form of answers is decided."""
_MOST_FAULTS = 1000
"""Rows of a table that are listed as faulty one by one."""


class Loaded(Struct):
    """The cases of a table. ``faults`` and ``doubts`` are about ``data`` as a whole, by their key in the suite's file;
    ``kept`` counts the rows that ``where`` keeps; ``files`` are the places of its tables from the suite's folder, by
    the names that cases have them under."""

    cases: list[Case] = field(default_factory=list)
    invalid: list[Invalid] = field(default_factory=list)
    faults: list[tuple[KeyPath, str]] = field(default_factory=list)
    doubts: list[tuple[KeyPath, str]] = field(default_factory=list)
    stamp: str = ""
    revision: str = ""
    kept: int = 0
    files: dict[str, str] = field(default_factory=dict)


def load(
    data: Mapping[str, Any],
    folder: Path,
    audio_root: str = "",
    faults: Callable[[Case], Iterable[tuple[KeyPath, str]]] = lambda case: (),
    taken: Mapping[str, str] | None = None,
    import_command: str = "",
) -> Loaded:
    """The cases of ``data``, of a suite in ``folder``. ``faults`` says what is wrong with a case, ``taken`` which ids
    others have, and where. Where ``import_command`` brings the table and it is not here yet, there are no cases, and
    nothing is wrong."""
    loaded = Loaded()
    try:
        sources = find(data, folder, fetch=may_fetch(import_command))
        loaded.stamp, loaded.revision = sources.stamp(), sources.revision
        loaded.files = {table.shown: os.path.relpath(table.path, folder) for table in sources.tables}
        if sources.tables:
            _Loading(data, sources, folder / audio_root, bool(audio_root), faults, dict(taken or {}), loaded).run()
    except TableError as error:
        if not (import_command and isinstance(error, NotHere)):
            loaded.faults.append((("data", "source"), str(error)))
    else:
        if not sources.pinned and not import_command:
            pinned = f"@{sources.revision}" if sources.revision else "@COMMIT"
            message = f"the data set may change at any time; pin what was read now: `{pinned}` after its name"
            loaded.doubts.append((("data", "source"), message))
    return loaded


class _Loading:
    """One reading of a suite's tables."""

    def __init__(
        self,
        data: Mapping[str, Any],
        sources: Sources,
        root: Path,
        rooted: bool,
        faults_of: Callable[[Case], Iterable[tuple[KeyPath, str]]],
        taken: dict[str, str],
        loaded: Loaded,
    ) -> None:
        self.data, self.tables, self.root, self.rooted = data, sources.tables, root, rooted
        self.faults_of, self.seen, self.loaded = faults_of, taken, loaded
        self.columns = list(dict.fromkeys(column for table in self.tables for column in table.columns()))
        self.each: list[dict[str, Any]] = [{}]
        for name, values in (data.get("each") or {}).items():
            self.each = [{**one, name: value} for one in self.each for value in values if value is not None]
        taken_names = sorted(set(self.columns) & set(data.get("each") or {}))
        self.columns += [name for name in data.get("each") or {} if name not in self.columns]
        shuffle = data.get("shuffle_choices")
        seed = (shuffle.get("seed", 0) if isinstance(shuffle, dict) else 0) if shuffle else None
        compiler = Compiler(self.columns)
        self.fields: Fields = compiler.fields(data.get("fields") or {}, seed)
        faults = compiler.faults if data.get("fields") else []  # without any, that is what is wrong
        self.faults = [(("data", "fields", *path), message) for path, message in faults]
        self.faults += [(("data", "each", name), f"the table has a column `{name}` already") for name in taken_names]
        self.where = str(data.get("where") or "")
        self.keeps, fault = condition(self.where or "true", self.columns)
        if fault:
            self.faults.append((("data", "where"), fault))
        self.names: Counter[str] = Counter()

    def run(self) -> None:
        if not self.faults:
            self._decide_form()
        if not self.faults:
            chosen = self._sample() if self.data.get("sample") else None
            if not self.faults:
                self._build(chosen)
        self.loaded.faults += self.faults

    def _rows(self, wanted: set[str] | None = None) -> Iterator[tuple[int, Row]]:
        """(place of the table, row) of every row that ``where`` keeps, and of those that it cannot be asked of; with
        the columns ``wanted``."""
        for number, table in enumerate(self.tables):
            for read in table.rows(wanted):
                for one in self.each if not read.fault else ({},):
                    row = Row(read.number, {**read.values, **one}, read.fault) if one else read
                    if self.where and not row.fault:
                        try:
                            if not self.keeps(row):
                                continue
                        except RowFault as error:
                            row.fault = f"{error.field}: {error}"
                    yield number, row

    def _decide_form(self) -> None:
        fields = self.fields
        if not (fields.choices or fields.choice_sounds) or fields.answer is None or fields.form is not None:
            return
        looked_at = []
        for _, row in islice(self._rows(), _LOOKED_AT):
            try:
                options, value = ([], None) if row.fault else (fields.options(row), fields.answer(row))
            except RowFault:
                continue
            if options and value is not None:
                looked_at += [(one, options) for one in named_in(value, options, fields.answer_split)]
        fields.form, why = form_of(looked_at)
        if why:
            self.faults.append((("data", "fields", "answer"), why))

    def _sample(self) -> set[tuple[int, int]] | None:
        """The (table, row number) of a seeded sample that keeps the shares of a column's values; None for all."""
        wanted, by = self.data["sample"], str(self.data["sample"].get("by", ""))
        if by and by not in self.columns:
            self.faults.append((("data", "sample", "by"), no_column(by, self.columns)))
            return None
        used = columns_in(self.where) if self.where else set()
        columns = None if used is None else used | {by or self.columns[0]}
        groups: dict[str, list[int]] = {}  # a row as one number: its lot, then its table, then its own number
        last = None
        for number, row in self._rows(columns):
            if (number, row.number) == last:
                continue  # another case of the same row
            last = (number, row.number)
            lot = hashlib.sha256(f"{wanted.get('seed', 0)}\0{number}\0{row.number}".encode()).digest()[:8]
            place = int.from_bytes(lot) << 64 | number << 48 | row.number
            groups.setdefault(str(row.values.get(by, "")) if by else "", []).append(place)
        total, n = sum(map(len, groups.values())), int(wanted["n"])
        if n >= total:
            if total:
                message = f"a sample of {n:,} of {total:,} rows is all of them"
                self.loaded.doubts.append((("data", "sample", "n"), message))
            return None
        counts = quotas({value: len(places) for value, places in groups.items()}, n)
        drawn = (place for value, places in groups.items() for place in heapq.nsmallest(counts[value], places))
        return {(place >> 48 & 0xFFFF, place & 0xFFFF_FFFF_FFFF) for place in drawn}

    def _build(self, chosen: set[tuple[int, int]] | None) -> None:
        loaded = self.loaded
        several = len(self.tables) > 1
        for number, row in self._rows():
            loaded.kept += 1
            if chosen is not None and (number, row.number) not in chosen:
                continue
            table = self.tables[number]
            prefix = f"{_stem(table)}-" if several else ""
            try:
                loaded.cases.append(self._case(table, row, prefix))
            except RowFault as error:
                self._refuse(table, row, prefix, [(error.field, str(error))])
            except _Faulty as error:
                self._refuse(table, row, prefix, error.faults)
        if not loaded.kept and self.where:
            count = sum(1 for table in self.tables for _ in table.rows(set()))
            self.faults.append((("data", "where"), f"no row is left: it holds for none of {count:,}"))
        elif not loaded.kept:
            self.faults.append((("data", "source"), "the table has no rows"))
        if len(self.names) * 20 < sum(self.names.values()):
            # Names that hardly differ (`audio.wav` in every row) do not say which sounds are the same.
            loaded.cases = [_nameless(case) for case in loaded.cases]

    def _case(self, table: Table, row: Row, prefix: str) -> Case:
        written = self.fields.case(row, prefix)
        offered = [choice["audio"] for choice in written.get("choices", ()) if isinstance(choice, dict)]
        for clip in (*written.get("audio", ()), *offered):
            if "file" in clip:
                clip["file"] = self._path(table, clip["file"])
            else:
                self.names[clip["embedded"].name] += 1
        case = building.case(written, table.shown, row.number)
        faults = [(_name(path), message) for path, message in self.faults_of(case)]
        if case.id in self.seen:
            faults.append(("id", f"the id {case.id!r} is duplicated: the row at {self.seen[case.id]} has it"))
        if faults:
            raise _Faulty(faults)
        self.seen[case.id] = f"{table.shown}:{row.number}"
        return case

    def _path(self, table: Table, written: str) -> str:
        """The path of a sound from where the suite's sounds are: paths in a table start from its own folder, unless the
        suite has an ``audio_root``."""
        if os.path.isabs(written):
            inner = os.path.relpath(written, self.root)
            return written if inner.startswith("..") else inner
        if self.rooted:
            return os.path.normpath(written)
        if table.shown.startswith("hf://"):
            message = f"{written!r} is a file of the data set's repository, and only sounds within tables are fetched"
            raise RowFault("audio", message + ": download the repository, and name its folder as the source")
        home = table.path if table.format == "folder" else table.path.parent
        return os.path.normpath(os.path.join(os.path.relpath(home, self.root), written))

    def _refuse(self, table: Table, row: Row, prefix: str, faults: list[tuple[str, str]]) -> None:
        problems = tuple(
            Problem(table.shown, row.number, 1, (name,) if name else (), message) for name, message in faults
        )
        if len(self.loaded.invalid) < _MOST_FAULTS:
            one_of = "".join(f"-{row.values.get(name)}" for name in self.data.get("each") or {})
            name = UNFIT.sub("-", f"{prefix}row-{row.number:06d}{one_of}")
            self.loaded.invalid.append(Invalid(name, row.number, problems))
        elif len(self.loaded.invalid) == _MOST_FAULTS:
            message = (
                f"from here on rows that cannot be used are not listed; there are {_MOST_FAULTS:,} before this one"
            )
            last = Problem(table.shown, row.number, 1, (), message)
            self.loaded.invalid.append(Invalid(f"{prefix}more-rows", row.number, (last,)))


class _Faulty(Exception):
    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = faults


def _name(path: KeyPath) -> str:
    return str(path[0]) if path else ""


def _stem(table: Table) -> str:
    return "".join(c if c.isalnum() or c in "_.-" else "-" for c in table.path.name.partition(".")[0]) or "table"


def _nameless(case: Case) -> Case:
    own, offered = (
        tuple(replace(c, embedded=replace(c.embedded, name="")) if c.embedded else c for c in clips)
        for clips in (case.audio, case.choice_sounds)
    )
    return replace(case, audio=own, choice_sounds=offered)
