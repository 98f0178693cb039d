"""``audiotest export``: a run's replies in a benchmark's own prediction format."""

from __future__ import annotations

from pathlib import Path

import click

from audiotest.commands import _completing as completing
from audiotest.commands._saying import say


@click.command("export")
@click.argument("benchmark", shell_complete=completing.benchmarks)
@click.argument("run", type=click.Path(exists=True))
@click.option("--suite", "suite_path", type=click.Path(exists=True, path_type=Path),
              help="The imported suite (default: where the run had it).")  # fmt: skip
@click.option("--into", "target", type=click.Path(path_type=Path),
              help="The file to write (default: the benchmark's usual name, here).")  # fmt: skip
@click.option("--condition", default="original", show_default=True, help="The condition whose replies are written.")
def command(benchmark: str, run: str, suite_path: Path | None, target: Path | None, condition: str) -> None:
    """Write the replies of RUN as BENCHMARK's own script, or its submission page, reads them.

    \b
      audiotest export mmar results/ --into predictions.jsonl
    """
    from audiotest.benchmarks.exporting import export
    from audiotest.declare.problems import SuiteError
    from audiotest.declare.suite import load
    from audiotest.registry import BENCHMARKS, UnknownName
    from audiotest.runs import RunError, read_records

    try:
        default = BENCHMARKS.get(benchmark).export_file
        records = read_records(run)
        path = suite_path or _where(benchmark, [r.nodeid for r in records if r.suite == benchmark])
        suite = load(path / "suite.yaml" if path.is_dir() else path)
        done = export(benchmark, suite, records, target or Path(default), condition)
    except (UnknownName, RunError, SuiteError) as error:
        raise click.ClickException(str(error)) from None
    say(f"{done.path}: {done.count} predictions")
    if done.missing:
        some = ", ".join(done.missing[:5]) + (", ..." if len(done.missing) > 5 else "")
        say(f"{len(done.missing)} cases have no reply and are left out: {some}", err=True)


def _where(benchmark: str, nodeids: list[str]) -> Path:
    if not nodeids:
        raise click.ClickException(f"the run has no trials of the suite {benchmark}")
    path = Path(nodeids[0].partition("::")[0])
    if not path.is_file():
        raise click.ClickException(f"there is no {path} here; name the imported suite with --suite")
    return path
