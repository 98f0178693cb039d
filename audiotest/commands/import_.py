"""``audiotest import``: a published benchmark's released files become a suite."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("import")
@click.argument("benchmark")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--into", "target", required=True, type=click.Path(path_type=Path), help="The folder to write the suite to."
)
@click.option("--audio", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="The folder that holds the benchmark's audio as released.")  # fmt: skip
def command(benchmark: str, source: Path, target: Path, audio: Path | None) -> None:
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
