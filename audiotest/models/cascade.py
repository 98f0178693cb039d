"""``cascade``: a model that listens writes down what it hears, and a text model answers from that.

Speech recognition and a language model, or a captioner and a language model, as AIR-Bench, MMAR and MMAU-Pro have
them among their baselines. Both are models of audiotest, named as for ``--model``; what the first one wrote is in
the record (``details["intermediate"]``). Its texts are kept apart, so that another language model, or an interrupted
run that goes on, does not listen again.

Options
    ``listener``, ``llm``      the two models, such as ``qwen2-audio`` and ``openai:gpt-4o`` (both needed)
    ``ask``                    what the listener is asked (default: to describe everything that it hears)
    ``words``                  the most tokens that the listener may write (512); the suite's limit is for the answer
    ``template``               a Jinja template of the second prompt, over ``heard`` (a text a clip) and ``prompt``
    ``listener.K``, ``llm.K``  option K of either
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from audiotest.models._listening import Listening
from audiotest.models._options import apart, read
from audiotest.models.protocol import Adapter, Kept
from audiotest.models.streaming import in_order, stream_of
from audiotest.types import Needs, Reply, Request

VERSION = 3
"""Replies of version 2 may be a listener's transcripts, kept when a run was interrupted."""
ASK = "Describe everything that can be heard in this audio, in detail: speech word for word, sounds, and music."
TEMPLATE = """\
What can be heard in the audio is described as follows.
{% for text in heard %}
{% if heard | length > 1 %}Recording {{ loop.index }}: {% endif %}{{ text }}
{% endfor %}

{{ prompt }}"""


class Settings(Struct, frozen=True):
    """See the module's text."""

    listener: str = ""
    llm: str = ""
    ask: str = ASK
    template: str = TEMPLATE
    words: int = 512


class Cascade:
    """Two models, one after the other."""

    def __init__(self, listener: Adapter, llm: Adapter, given: Settings) -> None:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self.listener, self.llm = listener, llm
        self._listening = Listening(listener, given.ask, given.words)
        # A prompt is plain text for a model: escaping it as HTML would change what is asked.
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self._template = environment.from_string(given.template)
        self.name = f"cascade of {listener.name} and {llm.name}"
        whole = bool(listener.identity and llm.identity)
        self.identity = (
            f"cascade {VERSION} {[listener.identity, llm.identity, given.ask, given.template, given.words]}"
            if whole
            else ""
        )
        heard = listener.needs
        self.needs = Needs(heard.audio, heard.sample_rate, heard.channels, None, heard.max_seconds)
        self.batch_size = min(listener.batch_size, llm.batch_size)

    def keep(self, replies: Kept) -> None:
        """The listener's transcripts are kept there, and looked up."""
        self._listening.kept = replies

    def load(self) -> None:
        """Load both."""
        for part in (self.listener, self.llm):
            if not part.identity:
                warnings.warn(f"{part.name} has no identity, so no reply of {self.name} is kept", stacklevel=2)
        self.listener.load()
        self.llm.load()

    def stream(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Reply | Exception]]:
        """Requests go to the language model as soon as their clips are described; every clip is described once."""
        asked: dict[int, tuple[Request, Request, list[str], float]] = {}
        failed: deque[tuple[Request, Exception]] = deque()

        def prompts() -> Iterator[Request]:
            for request, heard, seconds in self._listening.stream(requests):
                if isinstance(heard, Exception):
                    failed.append((request, heard))
                    continue
                prompt = replace(request, audio=(), prompt=self._prompt(request, heard))
                asked[id(prompt)] = request, prompt, heard, seconds
                yield prompt

        for prompt, reply in stream_of(self.llm)(prompts()):
            while failed:
                yield failed.popleft()
            request, _, heard, listening = asked.pop(id(prompt))
            if isinstance(reply, Reply):
                seconds = (reply.seconds or 0.0) + listening
                reply = replace(reply, seconds=seconds, details={**reply.details, "intermediate": heard})
            yield request, reply
        yield from failed

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """The replies to ``requests``, in order."""
        return in_order(self.stream(iter(requests)), requests)

    def close(self) -> None:
        """Let go of both."""
        self.listener.close()
        self.llm.close()

    def _prompt(self, request: Request, heard: list[str]) -> str:
        """A request without sound is asked unchanged."""
        return str(self._template.render(heard=heard, prompt=request.prompt)) if request.audio else request.prompt


def open_model(argument: str | None, options: Mapping[str, Any]) -> Cascade:
    """``cascade`` with its options; raises ValueError without both models."""
    from audiotest.models.loading import open_model as open_any

    own, (of_listener, of_llm) = apart(options, "listener", "llm")
    given = read(Settings, "cascade", own)
    if argument or not given.listener or not given.llm:
        raise ValueError(
            "cascade needs two models: --model cascade --model-option listener=SPEC --model-option llm=SPEC"
        )
    return Cascade(open_any(given.listener, of_listener), open_any(given.llm, of_llm), given)
