"""``openai:NAME@URL``: a model behind an OpenAI-compatible chat endpoint (vLLM, SGLang, OpenAI, Gemini's compatible
one).

Requests are kept under way from the first to the last; each that meets a busy or broken server is asked again, after
as long as the server says (``Retry-After``) or a growing, jittered wait. docs/endpoints.md says which are, and what is
made of odd answers.

Options
    ``audio``          how sound is sent: ``input_audio`` (base64, default) or ``audio_url`` (a data URL, vLLM)
    ``audio_format``   ``wav`` (default), ``flac`` or ``mp3``, each of 16 bits
    ``key_env``        the environment variable that holds the key (``OPENAI_API_KEY``); the key is never recorded
    ``in_flight``      requests at once (16); fewer while the server answers 429
    ``per_minute``     requests a minute (0: no limit of ours)
    ``timeout``, ``retries``, ``wait``  seconds a whole answer may take (120), further attempts (6), first wait (0.5 s)
    ``max_tokens_as``  ``max_tokens`` or ``max_completion_tokens``
    ``input_price``, ``output_price``  per million tokens: the cost of each reply is then recorded
    ``sample_rate``, ``channels``, ``clips``, ``max_seconds``  what the model takes
    ``thinking_end``   the tag after which the answer begins (``</think>``)
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from audiotest.masking import Secret, masked
from audiotest.models._exchange import Stoppable
from audiotest.models._openai.pace import Pace
from audiotest.models._openai.settings import DEFAULT_URL, Settings, settings
from audiotest.models.streaming import in_order
from audiotest.types import Needs, Reply, Request

__all__ = ["VERSION", "OpenAI", "masked", "open_model"]

VERSION = 3
"""Version 2 sent sound as 32-bit float wav, and took an object in the place of text for its text."""
_DECIDING = ("url", "audio", "audio_format", "max_tokens_as", "thinking_end")
_PATIENCE_S = 5


class OpenAI:
    """A chat endpoint behind the adapter protocol. Its name and identity hold neither key nor password."""

    def __init__(self, model: str, given: Settings, login: Secret | None = None) -> None:
        self.model, self.settings, self._login = model, given, login or Secret()
        self.name = f"openai:{model}" + ("" if given.url == DEFAULT_URL else f"@{given.url}")
        # Pace, patience and prices do not change replies, and the key's name is not part of the identity.
        deciding = {option: getattr(given, option) for option in _DECIDING}
        as_it_is = " mp3 as it is" if given.audio_format == "mp3" else ""
        self.identity = f"openai {VERSION} {model} {msgspec.json.encode(deciding).decode()}{as_it_is}"
        self.needs = Needs(
            sample_rate=given.sample_rate,
            channels=given.channels,
            clips=given.clips or None,
            max_seconds=given.max_seconds or None,
            turns=True,
        )
        self.batch_size = max(64, given.in_flight)
        self._pace = Pace(given.in_flight, given.per_minute)
        self._going_on: set[Stoppable] = set()

    remote = True
    """What answers under its name may be another model tomorrow: replies from the cache may be of an earlier one."""

    @property
    def priced(self) -> bool:
        """Whether the settings have prices, so that each reply says what it cost."""
        return bool(self.settings.input_price or self.settings.output_price)

    def missing(self) -> list[str]:
        """What is not there for it, for `audiotest doctor`: the key, or a server at its address."""
        given, place = self.settings, urlsplit(self.settings.url)
        wanted = given.url == DEFAULT_URL or given.key_env != Settings().key_env
        lines = [f"{given.key_env}: not set; it holds the key"] if wanted and not os.environ.get(given.key_env) else []
        try:
            port = place.port or (443 if place.scheme == "https" else 80)
            socket.create_connection((place.hostname or "", port), timeout=_PATIENCE_S).close()
        except (OSError, ValueError) as error:
            lines.append(f"endpoint: cannot connect to {given.url} ({error})")
        return lines

    def load(self) -> None:
        """Nothing to load: the key is read when it is needed."""

    def stream(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Reply | Exception]]:
        """Each request with its reply, or with its own error, as it comes; ``in_flight`` are under way at once.

        Closing the iterator, or Ctrl-C in it, cancels what is under way within two seconds. An error that is a
        :class:`audiotest.models.protocol.Unavailable` says that no request can be answered.
        """
        from audiotest.models._openai.streaming import stream
        from audiotest.models._openai.talking import Endpoint

        key = Secret(os.environ.get(self.settings.key_env, "").strip())
        return stream(requests, Endpoint(self.model, self.settings, key, self._login), self._pace, self._going_on)

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Replies in order; an error costs its own request only."""
        return in_order(self.stream(iter(requests)), requests)

    def close(self) -> None:
        """Give up the streams that are going on; nothing else is held open."""
        for work in list(self._going_on):
            work.stop()


def open_model(argument: str | None, options: Mapping[str, Any]) -> OpenAI:
    """``openai:NAME`` or ``openai:NAME@URL``; raises ValueError for options that it does not take."""
    if not argument:
        raise ValueError("openai needs a model: --model openai:NAME@URL, such as openai:qwen@http://localhost:8000/v1")
    name, at, url = argument.partition("@http")
    given, login = settings({**options, "url": f"http{url}"} if at else options)
    return OpenAI(name, given, login)
