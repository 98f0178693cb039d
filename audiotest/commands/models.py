"""``audiotest models``: what ``--model`` can name."""

from __future__ import annotations

import click

from audiotest.commands._saying import say


@click.command("models")
def command() -> None:
    """List the models that --model can name: cards, and adapters that take an argument."""
    from audiotest.models.loading import broken_cards, cards
    from audiotest.registry import ADAPTERS

    known = cards()
    for name, card in sorted(known.items()):
        say(f"{name:<28}{card.status:<10}{card.adapter:<12}{card.title}")
    for broken in broken_cards().values():
        say(f"the card {broken.model} cannot be used: {broken.message}", err=True)
    bare = [name for name in ADAPTERS.names() if name not in known]
    say(f"adapters: {', '.join(bare)} (some take an argument, as in replay:FILE)")
