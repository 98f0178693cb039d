"""How commands print: what stands in a file is text on the terminal, and never a command to it."""

from __future__ import annotations

import click

from audiotest import inert


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print ``text`` (:func:`audiotest.inert.text`)."""
    click.echo(inert.text(text), err=err, nl=nl)
