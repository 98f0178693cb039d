"""``audiotest items``: what runs say of the items rather than of the models."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiotest import inert
from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.analyse.items import Item

_COLUMNS = ("suite", "case", "right", "runs", "right without sound", "asked without sound", "flags", "question")


@click.command("items")
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--only", multiple=True, metavar="FLAG",
              help="Only items with this flag, one of those below. May be repeated.")  # fmt: skip
@click.option("--csv", "target", type=click.Path(path_type=Path), help="Write all of them to this file as well.")
def command(runs: tuple[str, ...], only: tuple[str, ...], target: Path | None) -> None:
    """Which items can be guessed, which no model answers correctly, on which scorers differ. RUNS are results folders.

    \b
    guessable    every run that was asked without the sound got it right
    unsolved     no run got it right
    solved       every run got it right
    disputed     the suite's scorers judge a reply to it differently
    by_position  the chosen place stayed the same under another order, the option did not

    A summary comes first, then a line for each item with a flag.

    More runs make this firmer: with one, a lucky guess looks like an item answerable without audio.
    """
    from audiotest.analyse.items import FLAGS, items
    from audiotest.registry import unknown
    from audiotest.runs import RunError, read_records

    for flag in only:
        if flag not in FLAGS:
            raise click.UsageError(unknown("flag", flag, list(FLAGS)))
    try:
        listed = items(read_records(run, prompts=False) for run in runs)
    except RunError as error:
        raise click.ClickException(str(error)) from None
    rows = [
        (i.suite, i.case, i.right, i.runs, i.soundless_right, i.soundless_asked, " ".join(i.flags), i.question)
        for i in listed
        if not only or set(only) & set(i.flags)
    ]
    if target is not None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([_COLUMNS, *(map(inert.csv_cell, row) for row in rows)])
        except OSError as error:
            raise click.ClickException(str(error)) from None
    say(f"{counted(len(listed), 'item')} in {counted(len(runs), 'run')}: {_counts(listed)}")
    suites = dict.fromkeys(item.suite for item in listed)
    for name in suites if len(suites) > 1 else ():
        of_suite = [item for item in listed if item.suite == name]
        say(f"  {inert.line(name)}: {counted(len(of_suite), 'item')}: {_counts(of_suite)}")
    for suite, case, right, of, soundless, asked, flags, question in rows:
        if flags:
            name, asks = f"{inert.line(suite)}  {inert.line(case)}", inert.line(question)[:80]
            say(f"{name}  {right}/{of} right, {soundless}/{asked} without sound  [{flags}]  {asks}")


def _counts(listed: Sequence[Item]) -> str:
    """How many items have each flag, and how many answers were right."""
    from audiotest.analyse.items import FLAGS

    flags = ", ".join(f"{sum(flag in item.flags for item in listed)} {flag}" for flag in FLAGS)
    right, of = sum(item.right for item in listed), sum(item.runs for item in listed)
    soundless, asked = sum(item.soundless_right for item in listed), sum(item.soundless_asked for item in listed)
    return f"{flags}; {right} of {of} right" + (f", {soundless} of {asked} without sound" if asked else "")
