"""``audiotest import``: a published benchmark's released files become a suite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audiotest.commands import _completing as completing
from audiotest.commands._saying import say


def _sample(context: click.Context, option: click.Parameter, value: str | None) -> int | str | None:
    if value is None or value == "all":
        return value
    if not value.isdigit() or int(value) < 1:
        raise click.BadParameter(f"{value!r} is neither a number above 0 nor `all`")
    return int(value)


@click.command("import")
@click.argument("benchmark", shell_complete=completing.benchmarks)
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--into", "target", type=click.Path(path_type=Path),
              help="The folder to write the suite to. A benchmark that is a mapping of a table needs none with "
              "--download: the suite that is shipped finds the table in the cache of the hub.")  # fmt: skip
@click.option("--audio", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="The folder that holds the benchmark's audio as released.")  # fmt: skip
@click.option("--table", type=click.Path(exists=True, path_type=Path),
              help="With lmms-eval: a copy of the task's data set on this machine, a file or a folder.")  # fmt: skip
@click.option("--download", is_flag=True, help="Fetch the release from the hub instead of reading SOURCE.")
@click.option("--revision", help="The commit or tag to fetch (default: the newest; its commit is recorded).")
@click.option("--without-audio", is_flag=True, help="With --download: the questions only, for replayed predictions.")
@click.option("--sample", metavar="N|all", callback=_sample,
              help="The music survey's sets: how many items to draw (default: 100, and 147 captions).")  # fmt: skip
@click.option("--sample-seed", type=int, help="The seed of that draw (default: 0).")
def command(
    benchmark: str,
    source: Path | None,
    target: Path | None,
    audio: Path | None,
    table: Path | None,
    download: bool,
    revision: str | None,
    without_audio: bool,
    sample: int | str | None,
    sample_seed: int | None,
) -> None:
    """Write a suite from a published benchmark's own released files.

    \b
      audiotest import mmar MMAR-meta.jsonl --audio MMAR --into suites/mmar
      audiotest import mmar --download --into suites/mmar
      audiotest import librispeech --download
      audiotest import lmms-eval TASK.yaml --into suites/task

    The last one is a multiple-choice task of lmms-eval: its columns, prompt and settings are taken over, none of its
    Python is run, and fields that a function of it would make are guessed from the table and said to be.
    """
    from audiotest.benchmarks import migrating
    from audiotest.benchmarks.importing import ImportFailed
    from audiotest.registry import BENCHMARKS

    if benchmark in migrating.NAMES:
        if source is None or target is None:
            raise click.UsageError("give the task's YAML file and --into FOLDER")
        try:
            for line in migrating.migrate(source, target, table, audio):
                say(line)
        except ImportFailed as error:
            raise click.ClickException(str(error)) from None
        return
    if table is not None:
        raise click.UsageError("--table is for lmms-eval; a benchmark's release is SOURCE")
    if (source is None) != download:
        raise click.UsageError("give either SOURCE (the released file or folder) or --download")
    try:
        import_release = BENCHMARKS.get(benchmark).import_release if benchmark in BENCHMARKS else None
        if import_release is None:
            lines = _mapped(benchmark, source, target, audio, revision)
        else:
            if target is None:
                raise click.UsageError("give --into FOLDER: where to write the suite")
            if source is None:
                hub = BENCHMARKS.get(benchmark).hub
                source, audio = _fetched(benchmark, hub, revision, audio, without_audio)
            lines = import_release(source, target, audio, **_drawing(import_release, benchmark, sample, sample_seed))
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    for line in lines:
        say(line)


def _mapped(
    benchmark: str, source: Path | None, target: Path | None, audio: Path | None, revision: str | None
) -> list[str]:
    """Import a benchmark that is a mapping of a table."""
    from audiotest.benchmarks import mapped
    from audiotest.registry import BENCHMARKS, unknown

    if mapped.mapping(benchmark) is None:
        if benchmark in BENCHMARKS:
            message = f"{benchmark} has a table, but nothing to import: its suites have importers of their own"
        else:
            message = unknown("benchmark", benchmark, sorted({*BENCHMARKS.names(), *mapped.names()}))
        raise click.ClickException(message)
    if source is None:
        return mapped.fetch(benchmark, target, audio, revision)
    if target is None:
        raise click.UsageError("give --into FOLDER: where to write the suite")
    return mapped.from_files(benchmark, source, target, audio)


def _fetched(
    benchmark: str, hub: Any, revision: str | None, audio: Path | None, without_audio: bool
) -> tuple[Path, Path | None]:
    from audiotest.benchmarks.download import download

    if hub is None:
        raise click.ClickException(f"{benchmark} has no release on the hub that audiotest knows; import a local copy")
    folder, commit = download(hub, revision=revision, audio=audio is None and not without_audio)
    say(f"{hub.repo} at {commit}, in {folder}")
    return folder, audio if audio is not None or without_audio or not hub.audio else folder


def _drawing(import_release: Any, benchmark: str, sample: int | str | None, seed: int | None) -> dict[str, Any]:
    """The arguments of a draw, for benchmarks that draw."""
    import inspect

    given = {k: v for k, v in {"sample": sample, "sample_seed": seed}.items() if v is not None}
    if given and "sample" not in inspect.signature(import_release).parameters:
        raise click.UsageError(f"{benchmark} is imported whole; --sample is for the music survey's sets")
    return {k: None if v == "all" else v for k, v in given.items()}
