"""``--model-option K=V`` of the commands that ask a model."""

from __future__ import annotations

import click


def _pairs(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for option in given:
        name, sign, value = option.partition("=")
        if not name or not sign:
            raise click.UsageError(f"--model-option takes K=V, such as batch_size=4; found {option!r}")
        pairs[name] = value
    return pairs


model_options = click.option(
    "--model-option", "options", multiple=True, metavar="K=V", callback=_pairs, help="An option of the model's adapter."
)
"""A command's ``options``: a dict."""
