"""The command line of the benches that simulate: some of their tables, at so many runs a row, in so many processes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor

Table = Callable[[int, ProcessPoolExecutor], Iterator[str]]


def print_tables(name: str, about: str | None, tables: Mapping[str, Table], counted: str, *, runs: int) -> None:
    """Print those of ``tables`` that ``python -m bench.NAME`` was asked for; a row has ``runs`` of what is ``counted``
    unless the command says otherwise."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}", description=about)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"some of {', '.join(tables)}; by default all")
    parser.add_argument("--runs", type=int, default=runs, help=f"{counted} a row")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    unknown = set(options.tables) - set(tables)
    if unknown:
        parser.error(f"unknown table {', '.join(sorted(unknown))}; there are {', '.join(tables)}")
    with ProcessPoolExecutor(options.processes) as pool:
        for table in options.tables or tables:
            print(f"\n{table}: {options.runs} {counted} a row\n")
            for line in tables[table](options.runs, pool):
                print(line, flush=True)
