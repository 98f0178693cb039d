"""``audiotest new``: a suite to start from, and further cases for it."""

from __future__ import annotations

from pathlib import Path

import click

from audiotest.commands._saying import say

_SUITE = """\
suite: {name}
title: What this suite asks, in a line
policy: cases              # cases: a wrong answer fails its test.  gates: only gates fail
prompt: choices_lettered   # a named template, or one of your own with {{{{ question }}}} in it
scorers: [choice]
conditions:
  - original: correct
  - text_only: recorded    # the same without the sound: did it need to listen?
gates:
  - {{metric: accuracy, min: 0.8}}
cases:
  - id: first
    audio: {{synth: {{tone: {{hz: 440, seconds: 1.0}}}}}}   # or a file: audio/clip.wav, relative to this suite
    question: What is heard?
    choices: [a steady tone, rain, a dog barking, silence]
    answer: a steady tone
    tags: {{skill: sound event}}
"""


@click.group("new")
def command() -> None:
    """Write a suite to start from, or add a case to one."""


@command.command("suite")
@click.argument("name", default="")
@click.option("--into", "folder", type=click.Path(path_type=Path),
              help="The folder to write it to. Default: suites, and with --from the folder of the table.")  # fmt: skip
@click.option("--from", "source", help="A table to make a suite of: a Parquet, CSV, TSV, JSON or JSON-lines file, a "
              "folder of sounds, or hf://ORG/NAME@REVISION.")  # fmt: skip
@click.option("--split", default="", help="The split of a data set on the hub.")
@click.option("--config", default="", help="The configuration of a data set on the hub.")
def new_suite(name: str, folder: Path | None, source: str | None, split: str, config: str) -> None:
    """Write FOLDER/NAME.yaml, a suite that runs as it stands.

    With --from its cases are the rows of a table, with a guess for each field that says what it rests on. The schemas
    that editors check it by are put into FOLDER/schemas, to be committed with it.
    """
    from audiotest.declare.editor import modeline, write_schemas
    from audiotest.declare.schema import is_name

    if source is not None:
        name, folder, text, notes = _of_table(name, folder, source, split, config)
    else:
        name, folder, notes = name or "my-suite", folder or Path("suites"), []
        text = _SUITE.format(name=name)
    path = folder / f"{name}.yaml"
    if not is_name(name):
        raise click.ClickException(f"{name!r} is no name for a suite: letters, digits, `_`, `.` and `-`")
    if path.exists():
        raise click.ClickException(f"{path} is there already")
    write_schemas(folder / "schemas")
    path.write_text(modeline("schemas/suite.schema.json") + text, encoding="utf-8")
    say("\n".join([str(path), *notes, f"  audiotest validate {path}", f"  pytest {path} --model first"]))


def _of_table(name: str, folder: Path | None, source: str, split: str, config: str) -> tuple[str, Path, str, list[str]]:
    """(name, folder, text, notes) of the suite that a table makes."""
    from audiotest.declare.audio_roots import allowing
    from audiotest.declare.data.guessing import suite_from
    from audiotest.declare.data.tables import TableError

    is_hub = source.startswith("hf://")
    place = Path(source)
    folder = folder or (Path("suites") if is_hub else place.parent)
    try:
        with allowing([] if is_hub else [place.parent]):
            return suite_from(source, name, folder, split, config)
    except TableError as error:
        raise click.ClickException(str(error)) from None


@command.command("case")
@click.argument("suite", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id", "name", help="Its id; default: the next free case-N.")
@click.option("--audio", multiple=True, help="A sound file, relative to the suite; may be repeated.")
@click.option("--question", help="The question; default: one to be replaced.")
@click.option("--choice", "choices", multiple=True, help="An option; may be repeated.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    help="The right option, or the answer of an open question (default: the first option); may be repeated where "
    "several are right.",
)
@click.option("--reference", "references", multiple=True, help="A reference text of an open question; may be repeated.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag; may be repeated.")
def new_case(
    suite: Path,
    name: str | None,
    audio: tuple[str, ...],
    question: str | None,
    choices: tuple[str, ...],
    answers: tuple[str, ...],
    references: tuple[str, ...],
    tags: tuple[str, ...],
) -> None:
    """Append a case to SUITE, or to the last file of its cases/; everything else in the file stays as it is.

    Without options it is a question about a tone that runs as it stands.
    """
    from audiotest.declare.adding import add_case
    from audiotest.declare.problems import SuiteError
    from audiotest.declare.source_edit import EditError

    if any("=" not in tag for tag in tags):
        raise click.ClickException("a tag is written KEY=VALUE, as in --tag skill=pitch")
    fields = {
        "id": name,
        "audio": audio[0] if len(audio) == 1 else list(audio),
        "question": question,
        "choices": list(choices),
        "answer": list(answers) if len(answers) > 1 else next(iter((*answers, *choices)), None),
        "reference": list(references),
        "tags": dict(tag.split("=", 1) for tag in tags),
    }
    try:
        path, added = add_case(suite, fields)
    except SuiteError as error:
        raise click.ClickException(str(error)) from None
    except (EditError, OSError) as error:
        raise click.ClickException(f"{suite} is left as it was: {error}") from None
    say(f"{path}: {added}")
