"""``openai:NAME@URL``: a model behind an OpenAI-compatible chat endpoint (vLLM, SGLang, OpenAI, Gemini's compatible
one).

Many requests are under way at once; each that meets a busy or broken server is asked again, after as long as the
server says (``Retry-After``) or a growing, jittered wait. What was answered is kept, so a run goes on where it was.

Options
    ``audio``          how sound is sent: ``input_audio`` (base64 wav, default) or ``audio_url`` (a data URL, vLLM)
    ``key_env``        the environment variable that holds the key (``OPENAI_API_KEY``); the key is never recorded
    ``in_flight``      requests at once (16); fewer while the server answers 429
    ``per_minute``     requests a minute (0: no limit of ours)
    ``timeout``, ``retries``, ``wait``  seconds an answer may take (120), further attempts (6), first wait (0.5 s)
    ``max_tokens_as``  ``max_tokens`` or ``max_completion_tokens``
    ``input_price``, ``output_price``  per million tokens: the cost of each reply is then recorded
    ``sample_rate``, ``channels``, ``clips``, ``max_seconds``  what the model takes
    ``thinking_end``   the tag after which the answer stands (``</think>``)
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from audiotest.models._openai.pace import Pace
from audiotest.models._openai.settings import DEFAULT_URL, Settings, settings
from audiotest.types import Needs, Reply, Request

VERSION = 2
_PATIENCE_S = 5


class OpenAI:
    """A chat endpoint behind the adapter protocol."""

    def __init__(self, model: str, given: Settings) -> None:
        self.model, self.settings = model, given
        self.name = f"openai:{model}" + ("" if given.url == DEFAULT_URL else f"@{given.url}")
        # Pace, patience and prices do not change replies, and the key's name is nobody's business.
        deciding = {k: getattr(given, k) for k in ("url", "audio", "max_tokens_as", "thinking_end")}
        self.identity = f"openai {VERSION} {model} {msgspec.json.encode(deciding).decode()}"
        self.needs = Needs(
            sample_rate=given.sample_rate,
            channels=given.channels,
            clips=given.clips or None,
            max_seconds=given.max_seconds or None,
        )
        self.batch_size = max(64, given.in_flight)
        self._pace = Pace(given.in_flight, given.per_minute)

    def missing(self) -> list[str]:
        """What is not there for it, for `audiotest doctor`: the key, or anything that answers at its address."""
        given, place = self.settings, urlsplit(self.settings.url)
        wanted = given.url == DEFAULT_URL or given.key_env != Settings().key_env
        lines = [f"{given.key_env}: not set; it holds the key"] if wanted and not os.environ.get(given.key_env) else []
        try:
            port = place.port or (443 if place.scheme == "https" else 80)
            socket.create_connection((place.hostname or "", port), timeout=_PATIENCE_S).close()
        except (OSError, ValueError) as error:
            lines.append(f"endpoint: nothing answers at {given.url} ({error})")
        return lines

    def load(self) -> None:
        """Nothing to load: the key is read when it is needed."""

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Replies in order; an error costs its own request only."""
        from audiotest.models._openai.talking import ask

        key = os.environ.get(self.settings.key_env, "")
        said: dict[int, Reply | Exception] = {}
        try:
            asyncio.run(ask(self.model, requests, self.settings, key, self._pace, said))
        except KeyboardInterrupt:
            raise
        return [said[i] for i in range(len(requests))]

    def close(self) -> None:
        """Nothing is held open."""


def open_model(argument: str | None, options: Mapping[str, Any]) -> OpenAI:
    """``openai:NAME`` or ``openai:NAME@URL``; raises ValueError for options that it does not take."""
    if not argument:
        raise ValueError("openai needs a model: --model openai:NAME@URL, such as openai:qwen@http://localhost:8000/v1")
    name, at, url = argument.rpartition("@http")
    given = {**options, "url": f"http{url}"} if at else dict(options)
    return OpenAI(name if at else argument, settings(given))
