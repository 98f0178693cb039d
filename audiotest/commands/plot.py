"""``audiotest plot``: figures of runs, for a paper or a talk."""

from __future__ import annotations

from pathlib import Path

import click

from audiotest.registry import PLOTS

_AUDIOGRAM = "audiogram"


@click.command("plot")
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--kind", required=True, metavar="|".join([*PLOTS.names(), _AUDIOGRAM]), help="What to draw.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="The file to write; its ending is its format: .svg, .png, .pdf.")  # fmt: skip
@click.option("--suite", help="Only this suite.")
@click.option("--tag", help="With --kind tags: the tag whose values are the rows.")
def command(runs: tuple[str, ...], kind: str, output: Path, suite: str | None, tag: str | None) -> None:
    """Draw a figure of one or several RUNS, folders that `pytest --results` wrote.

    \b
      audiotest plot results/ --kind gap -o gap.pdf
      audiotest plot first/ second/ --kind snr --suite kitchen -o curve.svg
      audiotest plot results/ --kind tags --tag skill -o skills.svg

    snr: accuracy (of transcripts: word error rate) over the signal-to-noise ratio. gap: the listening gap of each
    suite. profile: the listening profile. tags: accuracy by the values of a tag. positions: where the chosen option
    stood in the list. audiogram: the thresholds in a file of `audiotest hear --json`, given in the place of RUNS.
    Figures need matplotlib: pip install 'audiotest[plot]'.
    """
    from audiotest.errors import AudiotestError
    from audiotest.runs import Run

    options = {name: given for name, given in (("suite", suite), ("tag", tag)) if given is not None}
    if tag is not None and kind != "tags":
        raise click.UsageError(f"--tag is an option of --kind tags, not of {kind}")
    if kind == _AUDIOGRAM:
        if suite is not None:
            raise click.UsageError("--suite chooses trials of a run, and an audiogram has none")
        _draw_audiogram(runs, output)
        return
    try:
        member = PLOTS.get(kind)
        figure = member.draw([Run.load(run, prompts=False) for run in runs], **options)
        figure.savefig(output)
    except (AudiotestError, ImportError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{output}: {member.doc.splitlines()[0]}")


def _draw_audiogram(files: tuple[str, ...], output: Path) -> None:
    """The audiogram in a file of `audiotest hear --json`."""
    from audiotest.errors import AudiotestError
    from audiotest.hearing.results import load
    from audiotest.report.hearing.figures import check_format, overview

    if len(files) != 1 or Path(files[0]).is_dir():
        raise click.ClickException(
            "--kind audiogram draws one file of `audiotest hear --json FILE`: a run of suites measures no thresholds"
        )
    try:
        check_format(output)
        overview(load(Path(files[0]))).savefig(output)
    except (AudiotestError, ImportError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{output}: the audiogram")
