"""``audiotest validate``: every problem of a suite, without running it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from audiotest.commands._saying import say
from audiotest.counting import counted

_SUITES = "**/*.y*ml"


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Print problems and warnings only.")
@click.option("--strict", is_flag=True, help="Warnings count as problems.")
@click.option("--fix", is_flag=True, help="Fix in place what can be fixed by rule, and print the changes as a diff: "
              "tabs, missing quotes, missing ids, a misspelt name or key that is near to exactly one.")  # fmt: skip
@click.option("--audio-root", "roots", multiple=True, type=click.Path(path_type=Path),
              help="A folder outside a suite's own that it may take sounds from; may be repeated.")  # fmt: skip
@click.option("--allow-code", is_flag=True, help="Programs that suites name may run: a metric of `evaluate` from "
              "the hub is then loaded. Without it all else is checked.")  # fmt: skip
def command(
    paths: tuple[Path, ...], quiet: bool, strict: bool, fix: bool, roots: tuple[Path, ...], allow_code: bool
) -> None:
    """Check suites without running them: every problem, with its file, line and column.

    PATHS are suite files or folders of them. Exits with 1 if anything is wrong. Warnings are about what a person may
    have meant, such as a gate that cannot fail.
    """
    from audiotest.declare.audio_roots import allowing
    from audiotest.declare.problems import SuiteError
    from audiotest.declare.programs import unallowed
    from audiotest.declare.suite import load
    from audiotest.foreign_code import allowing as allowing_code

    counts = {"problem": 0, "warning": 0}
    for path in _suite_files(paths):
        if fix:
            _fix(path)
        try:
            with allowing(roots), allowing_code(allow_code):
                suite = load(path)
                problems, warnings = list(suite.problems()), (*suite.warnings, *unallowed(suite))
        except SuiteError as error:
            suite, problems, warnings = None, list(error.problems), ()
        for problem in problems:
            say(str(problem))
        for warning in warnings:
            say(f"{warning} (warning)")
        counts["problem"] += len(problems)
        counts["warning"] += len(warnings)
        if not quiet and suite is not None and not problems:
            conditions = ", ".join(c.name for c, _ in suite.conditions)
            say(f"{path}: {suite.name}: {counted(len(suite.cases), 'case')} under {conditions}")
    if any(counts.values()):
        parts = [counted(count, word) for word, count in counts.items() if count]
        say(", ".join(parts), err=True)
    if counts["problem"] or (strict and counts["warning"]):
        sys.exit(1)


def _fix(suite: Path) -> None:
    """Fix the suite and its files of cases in place; each change is shown."""
    from audiotest.declare.fixing import FixError, fix_file
    from audiotest.declare.suite import case_files

    for path in (suite, *case_files(suite)):
        try:
            diff = fix_file(path, "suite" if path == suite else "cases")
        except (FixError, OSError) as error:
            raise click.ClickException(f"{path} is left as it was: {error}") from None
        if diff:
            say(diff, nl=False)


def _suite_files(paths: Iterable[Path]) -> list[Path]:
    from audiotest.declare.finding import may_be_suite

    files: list[Path] = []
    for path in paths:
        if path.is_file():
            files.append(path)
            continue
        files += filter(may_be_suite, sorted(path.glob(_SUITES)))
    if not files:
        raise click.ClickException(f"no YAML files in {', '.join(map(str, paths))}")
    return files
