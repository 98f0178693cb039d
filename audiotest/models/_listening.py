"""What a model that listens writes down of clips: each clip once, kept apart from what is made of the texts.

Transcripts are kept under the listener's identity, what it was asked, and the samples, so a cascade with another
language model, or one that was interrupted, does not listen again.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from threading import Lock

import msgspec
from msgspec.structs import replace

from audiotest.errors import AudiotestError
from audiotest.models._sounds import sound_name
from audiotest.models.protocol import Adapter, Kept, Unavailable
from audiotest.models.streaming import stream_of
from audiotest.types import Generation, Reply, Request, Waveform

Heard = list[str] | Exception
"""A text a clip; or why there is none."""
_VERSION = 1
_MOST_READY = 64
"""Requests whose clips are known that may wait for the listener's next reply, before its questions end for a while."""


class ListenerFailed(AudiotestError):
    """The model that listens gave no text, so nothing can be made of it."""


class _Pending:
    """Requests that wait for clips, and those that wait no longer with why a clip of theirs failed, if one did."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.names: dict[int, tuple[str, Request]] = {}
        self.waiting: dict[str, list[Request]] = {}
        self.ready: deque[tuple[Request, Exception | None]] = deque()
        self._open: dict[int, int] = {}

    def add(self, request: Request, wanted: dict[str, Waveform]) -> dict[str, Waveform]:
        """Have ``request`` wait for the clips ``wanted``; returns those that nobody has asked for yet."""
        fresh = {name: clip for name, clip in wanted.items() if name not in self.waiting}
        for name in wanted:
            self.waiting.setdefault(name, []).append(request)
        if wanted:
            self._open[id(request)] = len(wanted)
        else:
            self.ready.append((request, None))
        return fresh

    def done(self, name: str, failure: Exception | None) -> None:
        """The clip has a text, or there is none for it: ``failure``."""
        for request in self.waiting.pop(name):
            if id(request) not in self._open:  # another clip of it failed
                continue
            self._open[id(request)] -= 1
            if failure or not self._open[id(request)]:
                del self._open[id(request)]
                self.ready.append((request, failure))


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
        """What is heard in each of ``requests``, in order."""
        heard = {id(request): texts for request, texts in self.stream(iter(requests))}
        return [heard[id(request)] for request in requests]

    def stream(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Heard]]:
        """Each request with what is heard in it, as soon as that is known: those whose clips have been heard at once,
        the others as the listener writes them down. Clips that failed are asked again with the next request.

        Raises :class:`~audiotest.models.protocol.Unavailable` where the listener is, and has answered nothing."""
        for request in requests:
            wanted = self._unheard(request)
            if wanted:
                yield from self._listen(request, requests)
            else:
                yield request, self._texts_of(request)

    def _listen(self, first: Request, others: Iterator[Request]) -> Iterator[tuple[Request, Heard]]:
        """``first``, and what follows until too many have been heard already and wait for the listener's next reply."""
        pending = _Pending()

        def questions() -> Iterator[Request]:  # runs in another thread where the listener prepares
            for request in chain([first], others):
                with pending.lock:
                    wanted = self._unheard(request)
                    fresh = pending.add(request, wanted)
                for name, clip in fresh.items():
                    question = self._question(request, clip)
                    pending.names[id(question)] = name, question
                    yield question
                if len(pending.ready) >= _MOST_READY:
                    return

        answered = False
        try:
            for question, outcome in stream_of(self.listener)(questions()):
                answered = True
                name, _ = pending.names.pop(id(question))
                with pending.lock:
                    failure = self._learn(name, outcome)
                    pending.done(name, failure)
                yield from self._given(pending)
        except Unavailable as error:
            if not answered:
                raise
            with pending.lock:
                for name in list(pending.waiting):
                    pending.done(name, ListenerFailed(f"{self.listener.name}: {error}"))
        yield from self._given(pending)

    def _learn(self, name: str, outcome: Reply | Exception) -> Exception | None:
        """Keep what the listener wrote down of a clip; or say why there is nothing."""
        if isinstance(outcome, Exception):
            return ListenerFailed(f"{self.listener.name}: {outcome}")
        self._texts[name], self._seconds[name] = outcome.text, outcome.seconds or 0.0
        if self.kept is not None and self.listener.identity:
            self.kept.put(self.listener.name, {self._key(name): outcome})
        return None

    def _given(self, pending: _Pending) -> Iterator[tuple[Request, Heard]]:
        while pending.ready:
            request, failure = pending.ready.popleft()
            yield request, failure or self._texts_of(request)

    def _unheard(self, request: Request) -> dict[str, Waveform]:
        """The clips of ``request`` that have no text yet, by name."""
        clips = {sound_name(clip): clip for clip in request.audio}
        self._recall([name for name in clips if name not in self._texts])
        return {name: clip for name, clip in clips.items() if name not in self._texts}

    def _texts_of(self, request: Request) -> list[str]:
        return [self._texts[sound_name(clip)] for clip in request.audio]

    def seconds(self, request: Request) -> float:
        """How long the listener took for the clips of ``request``, of those that no request before it had."""
        if not self._seconds:
            return 0.0
        return sum(self._seconds.pop(sound_name(clip), 0.0) for clip in request.audio)

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
