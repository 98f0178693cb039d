"""``listener``: the built-in model, which answers by ordinary signal processing.

It shows that a suite can be answered by listening and by nothing else, and that this machinery measures what it
says: no weights, no download, the same on every machine. It looks at the question, the options and the waveform;
never at ids, seeds or tags, and it has no idea how a sound was made. It knows the kinds of questions in
``suites/listening`` in words of anybody's choosing. Others, and open questions, it declines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audiotest.declare.prompt import named
from audiotest.types import Needs, Reply, Request

VERSION = 2
"""Bumped when the same sound and question may get another answer: replies are cached under it."""


class Listener:
    """Answers with an option's letter and text, ``I hear nothing.``, or ``I cannot tell from the audio.``"""

    name = "listener"
    identity = f"listener/{VERSION}"
    needs = Needs(audio=True, sample_rate=16000, channels=2)
    batch_size = 32

    def load(self) -> None:
        """Import the analysis, which a run with another model never needs."""
        import audiotest.models._listener.understanding  # noqa: F401

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply to each request, from its question, choices and audio alone."""
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Reply:
        from audiotest.models._listener.understanding import UNSURE, choose

        index, reason = choose(request.question, _ordinal(request), request.audio)
        if index is None:
            return Reply(reason if reason.endswith(".") else UNSURE)
        label = named(request.choices, index, request.labels)
        text = request.choices[index]
        return Reply(text if label == text else f"{label} {text}", details={"skill": reason})

    def close(self) -> None:
        """Nothing to close."""


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def _ordinal(request: Request) -> tuple[str, ...]:
    """The options; those that are the clips themselves (``Sound A``, ``Sound B``...) by their places."""
    options, count = request.choices, len(request.audio)
    sounds = [option for option in options if option.startswith("Sound ")]
    if len(sounds) < 2 or len(sounds) != count or count > len(_ORDINALS):
        return options
    places = iter(_ORDINALS)
    return tuple(f"the {next(places)} one" if option in sounds else option for option in options)


def open_model(argument: str | None, options: Mapping[str, Any]) -> Listener:
    """``--model listener``, the default; raises ValueError for arguments and options, of which it takes none."""
    if argument or options:
        given = ", ".join([*([argument] if argument else []), *options])
        raise ValueError(f"the listener takes no argument and no options, found {given}")
    return Listener()
