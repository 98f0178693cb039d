"""``cascade``: a model that listens writes down what it hears, and a text model answers from that.

Speech recognition and a language model, or a captioner and a language model, as AIR-Bench, MMAR and MMAU-Pro have
them among their baselines. Both are models of audiotest, named as for ``--model``; what the first one wrote is in
the record (``details["intermediate"]``).

Options
    ``listener``, ``llm``      the two models, such as ``qwen2-audio`` and ``openai:gpt-4o`` (both needed)
    ``ask``                    what the listener is asked (default: to describe everything that it hears)
    ``words``                  the most tokens that the listener may write (512); the suite's limit is for the answer
    ``template``               a Jinja template of the second prompt, over ``heard`` (a text a clip) and ``prompt``
    ``listener.K``, ``llm.K``  option K of either
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from audiotest.errors import AudiotestError
from audiotest.models._options import read
from audiotest.models._sounds import sounds_of
from audiotest.models.protocol import Adapter, Interrupted
from audiotest.types import Generation, Needs, Reply, Request

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


class ListenerFailed(AudiotestError):
    """The first of the two gave no text, so the second was not asked."""


class Cascade:
    """Two models, one after the other."""

    def __init__(self, listener: Adapter, llm: Adapter, given: Settings) -> None:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self.listener, self.llm, self.ask = listener, llm, given.ask
        # How a suite wants answers generated (ten tokens, a stop string) would cut a description.
        self._generation = Generation(max_new_tokens=max(1, given.words))
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

    def load(self) -> None:
        """Load both."""
        self.listener.load()
        self.llm.load()

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Every clip is described once, in one batch; then all prompts are answered in another."""
        heard: list[list[str]] = [[] for _ in requests]
        failed: dict[int, Reply | Exception] = {}
        for i, reply in self._described(requests):
            if isinstance(reply, Reply):
                heard[i].append(reply.text)
            else:
                failed[i] = ListenerFailed(f"{self.listener.name}: {reply}")
        second = [i for i in range(len(requests)) if i not in failed]
        prompts = [replace(requests[i], audio=(), prompt=self._prompt(requests[i], heard[i])) for i in second]

        def answered(place: int, reply: Reply | Exception) -> tuple[int, Reply | Exception]:
            i = second[place]
            if isinstance(reply, Reply):
                reply = replace(reply, details={**reply.details, "intermediate": heard[i]})
            return i, reply

        try:
            answers = self.llm.answer(prompts) if prompts else []
        except Interrupted as stopped:
            raise Interrupted(self, dict(answered(*pair) for pair in stopped.to(self.llm).items())) from None
        found = failed | dict(answered(place, reply) for place, reply in enumerate(answers))
        return [found[i] for i in range(len(requests))]

    def close(self) -> None:
        """Let go of both."""
        self.listener.close()
        self.llm.close()

    def _described(self, requests: Sequence[Request]) -> Iterator[tuple[int, Reply | Exception]]:
        """(place of the request, what the listener says) for every clip; clips that are alike are asked about once."""
        # The options and how probable they are is the second one's affair.
        alone = {"prompt": self.ask, "question": self.ask, "choices": (), "labels": (), "likelihoods": False}
        clips = [(i, clip) for i, request in enumerate(requests) for clip in request.audio]
        asked = [replace(requests[i], audio=(clip,), generation=self._generation, **alone) for i, clip in clips]
        names = sounds_of(asked)
        first = dict(zip(reversed(names), reversed(asked), strict=True))
        said = dict(zip(first, self.listener.answer(list(first.values())) if first else [], strict=True))
        for (i, _), name in zip(clips, names, strict=True):
            yield i, said[name]

    def _prompt(self, request: Request, heard: list[str]) -> str:
        """A request without sound is asked as it stands."""
        return str(self._template.render(heard=heard, prompt=request.prompt)) if request.audio else request.prompt


def open_model(argument: str | None, options: Mapping[str, Any]) -> Cascade:
    """``cascade`` with its options; raises ValueError without both models."""
    from audiotest.models.loading import open_model as open_any

    given = read(Settings, "cascade", {key: value for key, value in options.items() if "." not in key})
    if argument or not given.listener or not given.llm:
        raise ValueError(
            "cascade needs two models: --model cascade --model-option listener=SPEC --model-option llm=SPEC"
        )

    def of(part: str) -> dict[str, str]:
        return {k.partition(".")[2]: str(v) for k, v in options.items() if k.startswith(f"{part}.")}

    return Cascade(open_any(given.listener, of("listener")), open_any(given.llm, of("llm")), given)
