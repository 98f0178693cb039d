"""Models that never listen: what options give away by themselves. They need no audio and answer with a letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audiotest.declare.prompt import named
from audiotest.types import Needs, Reply, Request


class Prior:
    """Answers with the letter of the option that ``pick`` picks; an open question gets an empty reply."""

    needs = Needs(audio=False, turns=True)
    batch_size = 1024
    identity = ""  # picking is quicker than looking a reply up

    def __init__(self, name: str, pick: Callable[[Request], int]) -> None:
        self.name, self.pick = name, pick

    def load(self) -> None:
        """Nothing to load."""

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """A letter for each request (or what the options are labelled with instead)."""
        return [Reply(named(r.choices, self.pick(r), r.labels) if r.choices else "") for r in requests]

    def close(self) -> None:
        """Nothing to close."""


def opened(name: str, pick: Callable[[Request], int], options: Mapping[str, Any]) -> Prior:
    """The prior ``name``; raises ValueError for options, of which it takes none."""
    if options:
        raise ValueError(f"{name} takes no options, found {', '.join(options)}")
    return Prior(name, pick)
