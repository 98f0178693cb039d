"""``audiotest validate``: every problem of a suite, without running it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

_SUITES = "**/*.y*ml"


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def command(paths: tuple[Path, ...], quiet: bool) -> None:
    """Check suites without running them: every problem, with its file, line and column.

    PATHS are suite files or folders of them. Exits with 1 if anything is wrong.
    """
    from audiotest.declare.problems import SuiteError
    from audiotest.declare.suite import load

    wrong = 0
    for path in _suite_files(paths):
        try:
            suite = load(path)
            problems = list(suite.problems())
        except SuiteError as error:
            suite, problems = None, list(error.problems)
        for problem in problems:
            click.echo(str(problem))
        wrong += len(problems)
        if not quiet and suite is not None and not problems:
            conditions = ", ".join(c.name for c, _ in suite.conditions)
            click.echo(f"{path}: {suite.name}: {len(suite.cases)} cases under {conditions}")
    if wrong:
        click.echo(f"{wrong} problem{'s' if wrong > 1 else ''}", err=True)
        sys.exit(1)


def _suite_files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_file():
            found.append(path)
            continue
        inside = [p for p in sorted(path.glob(_SUITES)) if p.name not in ("published.yaml", "published.yml")]
        found += [p for p in inside if not (p.parent.name == "cases" and any(p.parent.parent.glob("suite.y*ml")))]
    if not found:
        raise click.ClickException(f"no YAML files in {', '.join(map(str, paths))}")
    return found
