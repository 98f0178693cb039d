"""What the Tab key offers where an argument is a name that audiotest knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _of(names: Callable[[], Iterable[tuple[str, str]]]) -> Complete:
    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        return [
            CompletionItem(name, help=description) for name, description in sorted(names()) if name.startswith(begun)
        ]

    return complete


def _models() -> Iterable[tuple[str, str]]:
    from audiotest.models.loading import ModelError, cards

    try:
        return [(name, card.title) for name, card in cards().items()]
    except ModelError:
        return []


def _scorers() -> Iterable[tuple[str, str]]:
    from audiotest.registry import SCORERS

    return [(name, "") for name in SCORERS.names()]


def _benchmarks() -> Iterable[tuple[str, str]]:
    from audiotest.registry import BENCHMARKS

    return [(name, "") for name in BENCHMARKS.names()]


models, scorers, benchmarks = _of(_models), _of(_scorers), _of(_benchmarks)
