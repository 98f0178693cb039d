"""``audiotest models``: what ``--model`` can name."""

from __future__ import annotations

import click


@click.command("models")
def command() -> None:
    """List the models that --model can name: cards, and adapters that take an argument."""
    from audiotest.models.loading import ModelError, cards
    from audiotest.registry import ADAPTERS

    try:
        found = cards()
    except ModelError as error:
        raise click.ClickException(str(error)) from None
    for name, card in sorted(found.items()):
        click.echo(f"{name:<28}{card.status:<10}{card.adapter:<12}{card.title}")
    bare = [name for name in ADAPTERS.names() if name not in found]
    click.echo(f"adapters: {', '.join(bare)} (some take an argument, as in replay:FILE)")
