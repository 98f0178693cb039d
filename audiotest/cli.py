"""The command ``audiotest``: everything but running suites, which is pytest's.

Each command imports what it needs when it runs, so ``audiotest --help`` is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from audiotest import __version__

_SUITES = "**/*.y*ml"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="audiotest")
def main() -> None:
    """Test models that listen.

    Suites are YAML files; pytest runs them:

    \b
      pytest suites/listening                      with the built-in listener
      pytest suites/ --model replay:answers.jsonl  with recorded predictions
      pytest suites/ --model NAME -n 4             with a model card, on four workers

    The commands below do the rest. `audiotest COMMAND --help` explains each.
    """


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def validate(paths: tuple[Path, ...], quiet: bool) -> None:
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


@main.command("import")
@click.argument("benchmark")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--into", "target", required=True, type=click.Path(path_type=Path), help="The folder to write the suite to."
)
@click.option("--audio", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="The folder that holds the benchmark's audio as released.")  # fmt: skip
def import_(benchmark: str, source: Path, target: Path, audio: Path | None) -> None:
    """Write a suite from a published benchmark's own released files.

    \b
      audiotest import mmar MMAR-meta.jsonl --audio MMAR --into suites/mmar
    """
    from audiotest.benchmarks.importing import ImportFailed
    from audiotest.registry import BENCHMARKS, UnknownName

    try:
        import_release = BENCHMARKS.get(benchmark)
    except UnknownName as error:
        raise click.ClickException(str(error)) from None
    try:
        report = import_release(source, target, audio)
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    for line in report:
        click.echo(line)


@main.command()
@click.option("--scorer", required=True, help="The scorer, such as `choice` or `mmar`.")
@click.argument("file", type=click.File("rb"))
def score(scorer: str, file: Any) -> None:
    """Score replies without a model: one JSON line out for each line in, in the same order.

    In: `question`, `choices`, `answer` (option text), `output`, and what the scorer needs besides
    (`answer_order` for muchomusic; `task_identifier`, `kwargs` for mmau_pro_if). Out: the same plus `correct`,
    `choice` (our own reading, an index or null) and `status`. FILE may be `-`.
    """
    from audiotest.registry import SCORERS, UnknownName
    from audiotest.score.lines import BadLine, score_line

    try:
        SCORERS.get(scorer)
    except UnknownName as error:
        raise click.ClickException(str(error)) from None
    failed = 0
    for number, line in enumerate(file, 1):
        try:
            out = score_line(scorer, line)
        except BadLine as error:
            failed += 1
            click.echo(f"{file.name}:{number}: {error}", err=True)
            out = error.line
        sys.stdout.buffer.write(out + b"\n")
    sys.stdout.buffer.flush()
    if failed:
        sys.exit(1)


@main.command()
def models() -> None:
    """List the models that --model can name: cards, and adapters that take an argument."""
    from audiotest.models.opening import ModelError, cards
    from audiotest.registry import ADAPTERS

    try:
        found = cards()
    except ModelError as error:
        raise click.ClickException(str(error)) from None
    for name, card in sorted(found.items()):
        click.echo(f"{name:<24}{card.status:<10}{card.adapter:<12}{card.title}")
    bare = [name for name in ADAPTERS.names() if name not in found]
    click.echo(f"adapters: {', '.join(bare)} (some take an argument, as in replay:FILE)")


if __name__ == "__main__":
    main()
