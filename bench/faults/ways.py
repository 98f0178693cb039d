"""The ways in which a server answers a chat completion, as :mod:`bench.faults.contents` and
:mod:`bench.faults.envelopes` list them: the right one, and each odd one of docs/endpoints.md.

A way says what must become of it: a ``reply`` with a known text, a failure that is asked ``again``, or a ``final`` one
that is not. A question is ``q00017``, and the right reply to it is ``heard-q00017``.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

KEY = "sk-faults-0123456789abcdefghij"
"""The marked key that the run is given; nothing that it writes may hold it."""
BURST = 12
"""Requests that a burst of refusals lasts."""


class Talk(Protocol):
    """One request as a way sees it."""

    question: str
    echoed: str
    """Its ``Authorization``."""

    async def raw(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Write bytes as they are, with ``pause`` seconds between the pieces."""

    async def send(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """An answer as it should be, of this status, with these headers besides or instead (None: left out)."""

    def hang_up(self, *, reset: bool = False) -> None:
        """End the connection."""

    def burst(self, status: int) -> None:
        """Refuse this and the next requests."""

    async def restart(self) -> None:
        """Take no connections for a moment."""


Answer = Callable[[Talk], Awaitable[None]]


@dataclass(frozen=True)
class Way:
    """``text``: the reply that it must become, of a question. ``slow``: it takes a second or more, so it is rarer."""

    name: str
    becomes: Literal["reply", "again", "final"]
    answer: Answer
    text: Callable[[str], str]
    slow: bool = False


def word(question: str) -> str:
    """The right reply."""
    return f"heard-{question}"


WAYS: dict[str, Way] = {}


def way(
    name: str, becomes: Literal["reply", "again", "final"], *, text: Callable[[str], str] = word, slow: bool = False
) -> Callable[[Answer], Answer]:
    """Add a way of this name to :data:`WAYS`."""

    def add(answer: Answer) -> Answer:
        WAYS[name] = Way(name, becomes, answer, text, slow)
        return answer

    return add


def completion(text: Any, finish: str = "stop", **more: Any) -> dict[str, Any]:
    """A chat completion; ``more`` are fields of its message."""
    message = {"role": "assistant", "content": text, **more}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m", "system_fingerprint": "fp",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
    }  # fmt: skip


def right(question: str) -> bytes:
    """The body of the right answer."""
    return json.dumps(completion(word(question))).encode()
