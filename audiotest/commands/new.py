"""``audiotest new``: something to start from."""

from __future__ import annotations

from pathlib import Path

import click

_SUITE = """\
# yaml-language-server: $schema=schemas/suite.schema.json
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
    """Write a suite to start from."""


@command.command("suite")
@click.argument("name", default="my-suite")
@click.option("--into", "folder", type=click.Path(path_type=Path), default=Path("suites"), show_default=True,
              help="The folder to write it to.")  # fmt: skip
def new_suite(name: str, folder: Path) -> None:
    """Write FOLDER/NAME.yaml, a suite that runs as it stands.

    The schemas that editors check it by are put into FOLDER/schemas, to be committed with it.
    """
    from audiotest.declare import schema
    from audiotest.declare.schema import is_valid

    path = folder / f"{name}.yaml"
    if not is_valid("suite", {"suite": name}):
        raise click.ClickException(f"{name!r} is no name for a suite: letters, digits, `_`, `.` and `-`")
    if path.exists():
        raise click.ClickException(f"{path} is there already")
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for part in ("suite", "cases", "synth"):  # they refer to one another
        (folder / "schemas" / f"{part}.schema.json").write_text(schema.text(part), encoding="utf-8")
    path.write_text(_SUITE.format(name=name), encoding="utf-8")
    click.echo(f"{path}\n  audiotest validate {path}\n  pytest {path} --model first")
