"""``audiotest cite``: BibTeX entries for what a run used."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("cite")
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write them into this file.")
def command(runs: tuple[str, ...], output: Path | None) -> None:
    """Print a BibTeX entry for every suite, scorer, metric and condition that RUNS used.

    \b
      audiotest cite results/ -o audiotest.bib

    What no reference is known for is named at the end. Of several runs, the methods of comparing them are cited too.
    """
    from audiotest.errors import AudiotestError
    from audiotest.report.citations import bibtex, cited
    from audiotest.runs import Run

    try:
        works = cited([Run.load(run, prompts=False) for run in runs])
        text = "\n".join(bibtex(works)) + "\n"
        if output is None:
            click.echo(text, nl=False)
            return
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except (AudiotestError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{output}: {len(works.entries)} entries")
    for word in works.unknown:
        click.echo(f"no reference is known for the {word}")
