"""``audiotest hear``: what a model can hear, measured as audiologists measure people."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from audiotest.commands import _completing as completing
from audiotest.commands._model_options import model_options
from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.hearing.results import Audiogram
    from audiotest.hearing.schedule import Progress
    from audiotest.session import Settings

_PATH = click.Path(dir_okay=False, path_type=Path)
_DOWN, _INTERRUPTED = 4, 130
_MEASURES = ("spec", "options", "budget", "precision", "prompt", "seed", "reply_cache", "refresh", "batch_size")
"""Parameters that decide what is asked."""
_EVERY_S = 60.0
"""How often a line says how far a run is, where nobody watches a bar."""


@click.command("hear")
@click.option("--model", "spec", default="listener", show_default=True, shell_complete=completing.models,
              help="The model, named as for `pytest --model`.")  # fmt: skip
@model_options
@click.option("--only", multiple=True, metavar="FACULTY", help="Measure this faculty (`pitch`), or one variant of it "
              "(`pitch@440`); may be repeated. Default: all but those that take long.")  # fmt: skip
@click.option("--list", "listed", is_flag=True, help="List the faculties with their units and levels, and end.")
@click.option("--json", "json_file", type=_PATH, help="Write everything as JSON to this file.")
@click.option("--csv", "csv_file", type=_PATH, help="Write a row a threshold to this file.")
@click.option("--html", "html_file", type=_PATH, help="Write a page with figures, and the sounds at threshold.")
@click.option("--lang", "language", default="en", show_default=True, metavar="en|ko|zh",
              help="With --html: the language of the page's texts.")  # fmt: skip
@click.option("--plot", "plot_file", type=_PATH, help="Draw the audiogram; the ending is the format: .svg, .png, .pdf.")
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The JSON of another model: print the ratios of the thresholds.")  # fmt: skip
@click.option("--from", "earlier", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Ask nothing: take the audiogram from this JSON file, to draw or to compare it or (`--only`) a part "
              "of it.")  # fmt: skip
@click.option("--budget", type=click.IntRange(min=1), default=200, show_default=True,
              help="The most questions a threshold; below 30 none is given.")  # fmt: skip
@click.option("--precision", type=click.FloatRange(min=1, min_open=True), default=1.5, show_default=True,
              help="Stop once the 95% CI is this factor wide (1.5: 3.5 dB).")  # fmt: skip
@click.option("--prompt", default="choices_lettered", show_default=True, help="The template of the questions.")
@click.option("--seed", default=0, show_default=True, help="Decides the questions.")
@click.option("--reply-cache", metavar="FILE|off", help="Where replies are kept; default: the user's cache folder.")
@click.option("--refresh", is_flag=True, help="Ask again what the cache has.")
@click.option("--batch-size", type=click.IntRange(min=1), help="How many questions the model is given at once.")
def command(
    spec: str,
    options: dict[str, str],
    only: tuple[str, ...],
    listed: bool,
    json_file: Path | None,
    csv_file: Path | None,
    html_file: Path | None,
    language: str,
    plot_file: Path | None,
    against: Path | None,
    earlier: Path | None,
    budget: int,
    precision: float,
    prompt: str,
    seed: int,
    reply_cache: str | None,
    refresh: bool,
    batch_size: int | None,
) -> None:
    """Measure what a model can hear: thresholds with 95% intervals, from synthesised sounds and questions about them.

    \b
      audiotest hear --model salmonn --json salmonn.json --html salmonn.html
      audiotest hear --model openai:gpt-4o-audio-preview --only pitch --only gap
      audiotest hear --from salmonn.json --against other.json

    Each question is chosen by the answers before it. A killed run that is repeated resumes where it stopped.
    Where a model cannot do a task at its easiest level, that is reported and no threshold. See docs/audiogram.md."""
    from audiotest.errors import AudiotestError
    from audiotest.hearing.results import load, part
    from audiotest.models.loading import ModelError
    from audiotest.report.hearing import table
    from audiotest.session import Settings

    if listed:
        say(_listing())
        return
    try:
        _check_places({"json": json_file, "csv": csv_file, "html": html_file, "plot": plot_file})
        _check_language(language)
        other = load(against) if against is not None else None
        if earlier is not None:
            _asks_nothing()
            audiogram = part(load(earlier), only)
        else:
            settings = Settings(
                model=spec,
                model_options=options,
                seed=seed,
                reply_cache=reply_cache,
                refresh=refresh,
                batch_size=batch_size,
            )
            audiogram = _measured(settings, only, budget, precision, prompt)
        say(table.text(audiogram))
        _write(audiogram, {"json": json_file, "csv": csv_file, "html": html_file, "plot": plot_file}, language)
        if other is not None:
            from audiotest.hearing.comparison import compare

            say(f"\n{table.ratios(compare(audiogram, other), audiogram.model, other.model)}")
    except ModelError as error:
        say(str(error), err=True)
        sys.exit(_DOWN)
    except (AudiotestError, ImportError, OSError) as error:
        raise click.ClickException(str(error)) from None
    if audiogram.stopped:
        sys.exit(_INTERRUPTED if audiogram.stopped == "interrupted" else _DOWN)


def _asks_nothing() -> None:
    """Refuse, beside ``--from``, the options of a measurement: they would change nothing."""
    context = click.get_current_context()
    options = {option.name: option.opts[-1] for option in context.command.params}
    given = [options[name] for name in _MEASURES if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        raise click.UsageError(f"--from asks nothing, so {', '.join(given)} cannot be given beside it")


def _measured(settings: Settings, only: tuple[str, ...], budget: int, precision: float, prompt: str) -> Audiogram:
    from audiotest.hearing.measuring import measure
    from audiotest.report.progress import Bar

    bar = Bar(sys.stderr)
    noted = time.monotonic()

    def progress(far: Progress) -> None:
        nonlocal noted
        if sys.stderr.isatty():
            if far.questions == 1:
                bar(0, far.tracks)
            bar(max(1, far.ended), far.tracks + (far.ended < far.tracks))
        elif time.monotonic() - noted > _EVERY_S:
            noted = time.monotonic()
            say(f"{far.ended} of {counted(far.tracks, 'track')} ended, {counted(far.questions, 'question')}", err=True)

    return measure(settings, only, budget=budget, precision=precision, prompt=prompt, progress=progress)


def _check_places(files: Mapping[str, Path | None]) -> None:
    """Find out before hours of questions that a file cannot be written or a figure not drawn. Raises OSError."""
    for option, path in files.items():
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not os.access(path if path.exists() else path.parent, os.W_OK):
                raise PermissionError(f"--{option}: {path} cannot be written; choose another place")
    if files["plot"] is not None or files["html"] is not None:
        from audiotest.report.hearing.figures import check_format

        check_format(files["plot"] or Path("page.svg"))


def _check_language(language: str) -> None:
    """Raise :class:`~audiotest.registry.UnknownName` for one without texts."""
    from audiotest.report.texts import texts

    texts(language)


def _write(audiogram: Audiogram, files: Mapping[str, Path | None], language: str) -> None:
    """Write what was asked for; what cannot be drawn costs no other file."""
    from audiotest.hearing.results import HearingError
    from audiotest.report.hearing import table

    json_file, csv_file, html_file, plot_file = (files[name] for name in ("json", "csv", "html", "plot"))
    if json_file is not None:
        audiogram.save(json_file)
    if csv_file is not None:
        table.write_csv(audiogram, csv_file)
    if html_file is not None:
        from audiotest.report.hearing.page import write

        write(audiogram, html_file, language)
    if plot_file is not None:
        from audiotest.report.hearing.figures import overview

        try:
            overview(audiogram).savefig(plot_file)
        except HearingError as error:
            say(f"\n{plot_file} is not written: {error}", err=True)
            plot_file = None
    written = [str(path) for path in (json_file, csv_file, html_file, plot_file) if path is not None]
    if written:
        say(f"\nwritten: {', '.join(written)}")


def _listing() -> str:
    from audiotest.registry import FACULTIES

    lines, width = ["Each from its hardest to its easiest level:", ""], max(map(len, FACULTIES.names()))
    for name in FACULTIES.names():
        faculty = FACULTIES.get(name)
        variants = ", ".join(f"{v:g}" for v in faculty.variants)
        at = f" at {variants} {faculty.variant_unit}" if variants else ""
        asked = "" if faculty.default else "; only where it is asked for"
        missing = f"; {faculty.missing()}" if faculty.missing is not None and faculty.missing() else ""
        levels = f"{faculty.title}: {faculty.hardest:g} to {faculty.easiest:g} {faculty.unit}"
        lines.append(f"{name:<{width}}  {levels}{at}{asked}{missing}")
    return "\n".join(lines)
