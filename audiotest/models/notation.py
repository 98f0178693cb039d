"""``notation``: writes down what is in a file of ABC or MIDI: the listener of a cascade whose text model reads music.

The clip's file is read as text (:mod:`audiotest.audio.notation`): nothing is heard, and nothing can be misheard. So a
model such as ChatMusician gets the notes themselves, as it was made to, and the same case is played for models that
listen. A clip that is a recording, a part of a file, or changed by a condition has no such text, and is *unsupported*.

``--model chatmusician --model-option listener=notation``; it takes no options.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audiotest.audio import notation
from audiotest.audio.errors import AudioError
from audiotest.models.protocol import Unsupported
from audiotest.types import Needs, Reply, Request

VERSION = 1


class Notation:
    """Its reply is the ABC of each clip."""

    name, identity, batch_size = "notation", f"notation {VERSION}", 64
    needs = Needs(clips=None)

    def load(self) -> None:
        """Nothing is read before there is a clip."""

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """The music of each request's clips as text, or why there is none."""
        return [self._one(request) for request in requests]

    def close(self) -> None:
        """Nothing is held open."""

    def _one(self, request: Request) -> Reply | Exception:
        files = [Path(clip.file) for clip in request.audio]
        if not files or not all(_is_written(file) for file in files):
            return Unsupported("a recording, or a sound that a condition has changed, has no notation: it is for clips "
                               "that are files of ABC or MIDI")  # fmt: skip
        try:
            return Reply("\n\n".join(notation.text(file) for file in files))
        except AudioError as error:
            return error


def _is_written(file: Path) -> bool:
    return file.suffix.lower() in (".abc", ".mid", ".midi")


def open_model(argument: str | None, options: Mapping[str, Any]) -> Notation:
    """``notation``; raises ValueError for an argument or an option."""
    if argument or options:
        raise ValueError("notation takes no argument and no options")
    return Notation()
