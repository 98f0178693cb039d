"""``--model-option K=V`` of the commands that ask a model, and other options of that form."""

from __future__ import annotations

import click


def pairs(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """The callback of an option that takes K=V and may be repeated. Raises UsageError."""
    options = {}
    for option in given:
        name, sign, value = option.partition("=")
        if not name or not sign:
            raise click.UsageError(f"{parameter.opts[0]} takes K=V, such as batch_size=4; found {option!r}")
        options[name] = value
    return options


model_options = click.option(
    "--model-option", "options", multiple=True, metavar="K=V", callback=pairs, help="An option of the model's adapter."
)
"""A command's ``options``: a dict."""
