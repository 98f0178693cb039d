"""What a model that listens writes down of clips: each clip once, kept apart from what is made of the texts.

Transcripts are kept under the listener's identity, what it was asked, and the samples, so a cascade with another
language model, or one that was interrupted, does not listen again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from audiotest.errors import AudiotestError
from audiotest.models._sounds import sound_name
from audiotest.models.protocol import Adapter, Kept
from audiotest.models.streaming import in_order, stream_of
from audiotest.types import Generation, Reply, Request, Waveform

Heard = list[str] | Exception
"""A text a clip; or why there is none."""
_VERSION = 1


class ListenerFailed(AudiotestError):
    """The model that listens gave no text, so nothing can be made of it."""


class Listening:
    """``listener``, asked ``ask`` of every clip, writes at most ``words`` tokens."""

    def __init__(self, listener: Adapter, ask: str, words: int) -> None:
        self.listener, self.ask = listener, ask
        # How a suite wants answers generated (ten tokens, a stop string) would cut a description.
        self._generation = Generation(max_new_tokens=max(1, words))
        self._texts: dict[str, str] = {}
        self._seconds: dict[str, float] = {}
        self.kept: Kept | None = None

    def heard(self, requests: Sequence[Request]) -> list[Heard]:
        """What is heard in each of ``requests``, in order. Clips that failed are asked again with the next request."""
        names = [[sound_name(clip) for clip in request.audio] for request in requests]
        clips = {
            name: (request, clip)
            for request, of in zip(requests, names, strict=True)
            for name, clip in zip(of, request.audio, strict=True)
            if name not in self._texts
        }
        self._recall(list(clips))
        unheard = {name: clip for name, clip in clips.items() if name not in self._texts}
        questions = [self._question(request, clip) for request, clip in unheard.values()]
        answers = in_order(stream_of(self.listener)(iter(questions)), questions)
        replies = {name: reply for name, reply in zip(unheard, answers, strict=True) if isinstance(reply, Reply)}
        failures = {name: reply for name, reply in zip(unheard, answers, strict=True) if isinstance(reply, Exception)}
        self._texts |= {name: reply.text for name, reply in replies.items()}
        self._seconds |= {name: reply.seconds or 0.0 for name, reply in replies.items()}
        if self.kept is not None and self.listener.identity and replies:
            self.kept.put(self.listener.name, {self._key(name): reply for name, reply in replies.items()})
        return [self._of(names_of_one, failures) for names_of_one in names]

    def seconds(self, request: Request) -> float:
        """How long the listener took for the clips of ``request``, of those that no request before it had."""
        if not self._seconds:
            return 0.0
        return sum(self._seconds.pop(sound_name(clip), 0.0) for clip in request.audio)

    def _of(self, names: list[str], failures: dict[str, Exception]) -> Heard:
        broken = next((failures[name] for name in names if name in failures), None)
        if broken is not None:
            return ListenerFailed(f"{self.listener.name}: {broken}")
        return [self._texts[name] for name in names]

    def _recall(self, names: list[str]) -> None:
        """Take what was kept of these clips."""
        if self.kept is None or not self.listener.identity or not names:
            return
        keys = {self._key(name): name for name in names}
        self._texts |= {keys[key]: reply.text for key, reply in self.kept.get(list(keys)).items()}

    def _key(self, name: str) -> bytes:
        parts = ("transcript", _VERSION, self.listener.identity, self.ask, self._generation, name)
        return hashlib.sha256(msgspec.json.encode(parts)).digest()

    def _question(self, request: Request, clip: Waveform) -> Request:
        """What the listener is asked about a clip. The options, and how probable they are, concern others."""
        return replace(
            request,
            audio=(clip,),
            generation=self._generation,
            prompt=self.ask,
            question=self.ask,
            choices=(),
            labels=(),
            likelihoods=False,
        )
