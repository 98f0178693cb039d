"""``audiotest export``: a run's replies in a benchmark's own prediction format, or a run for a tracker or the hub."""

from __future__ import annotations

from pathlib import Path

import click

from audiotest.commands import _completing as completing
from audiotest.commands._saying import say
from audiotest.counting import counted


@click.command("export")
@click.argument("names", nargs=-1, required=True, metavar="[BENCHMARK] RUN", shell_complete=completing.benchmarks)
@click.option("--to", "exporter", metavar="wandb|mlflow|hub", help="Send the whole RUN there; no BENCHMARK is named.")
@click.option("--project", default="", help="With --to: the project, the experiment, or the data set ORG/NAME.")
@click.option("--name", default="", help="With --to: what the run is called there (default: its model and suites).")
@click.option("--suite", "suite_path", type=click.Path(exists=True, path_type=Path),
              help="The imported suite (default: where the run had it).")  # fmt: skip
@click.option("--into", "target", type=click.Path(path_type=Path),
              help="The file to write (default: the benchmark's usual name, here); with --to a folder.")  # fmt: skip
@click.option("--condition", default="original", show_default=True, help="The condition whose replies are written.")
def command(
    names: tuple[str, ...],
    exporter: str | None,
    project: str,
    name: str,
    suite_path: Path | None,
    target: Path | None,
    condition: str,
) -> None:
    """Write the replies of RUN as BENCHMARK's own script, or its submission page, reads them; or send RUN to a tracker.

    \b
      audiotest export mmar results/ --into predictions.jsonl
      WANDB_MODE=offline audiotest export results/ --to wandb --project listening
      audiotest export results/ --to mlflow --into mlruns
      audiotest export results/ --to hub --project ORG/NAME
    """
    *benchmarks, run = names
    if not Path(run).exists():
        raise click.UsageError(f"there is no run {run}; the order is `audiotest export BENCHMARK RUN`")
    if exporter is not None:
        if benchmarks:
            raise click.UsageError("--to sends a whole run: `audiotest export RUN --to NAME`, without a benchmark")
        _send(run, exporter, project, name, target)
    elif len(benchmarks) == 1:
        _predictions(benchmarks[0], run, suite_path, target, condition)
    else:
        raise click.UsageError("name a benchmark and one run, or a run and --to")


def _send(run: str, exporter: str, project: str, name: str, into: Path | None) -> None:
    from audiotest.errors import AudiotestError
    from audiotest.registry import EXPORTERS
    from audiotest.runs import Run

    try:
        member = EXPORTERS.get(exporter)
        say(member.send(Run.load(run), project=project, name=name, into=into))
    except ImportError as error:
        needs = f"{error.name or 'a package'}, which is an extra: pip install '{member.needs}'"
        raise click.ClickException(f"--to {exporter} needs {needs}" if member.needs else str(error)) from None
    except (AudiotestError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _predictions(benchmark: str, run: str, suite_path: Path | None, target: Path | None, condition: str) -> None:
    """The replies in the format of ``benchmark``."""
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
    say(f"{done.path}: {counted(done.count, 'prediction')}")
    if done.missing:
        some = ", ".join(done.missing[:5]) + (", ..." if len(done.missing) > 5 else "")
        say(
            f"{counted(len(done.missing), 'case has no reply and is', 'cases have no reply and are')} left out: {some}",
            err=True,
        )


def _where(benchmark: str, nodeids: list[str]) -> Path:
    if not nodeids:
        raise click.ClickException(f"the run has no trials of the suite {benchmark}")
    path = Path(nodeids[0].partition("::")[0])
    if not path.is_file():
        raise click.ClickException(f"there is no {path} here; name the imported suite with --suite")
    return path
