"""What a model that listens writes down of clips: each clip once, kept apart from what is made of the texts.

Transcripts are kept under the listener's identity, what it was asked, and the samples, so a cascade with another
language model, or one that was interrupted, does not listen again.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from threading import Lock

import msgspec
from msgspec.structs import replace

from audiotest.errors import AudiotestError
from audiotest.models._sounds import sound_name
from audiotest.models.protocol import Adapter, Kept, Unavailable, Unsupported
from audiotest.models.streaming import stream_of
from audiotest.types import Generation, Reply, Request, Waveform

Heard = list[str] | Exception
"""A text a clip; or why there is none."""
_VERSION = 1
_MOST_READY = 64
"""Requests whose clips are known that may wait for the listener's next reply, before its questions end for a while."""


class ListenerFailed(AudiotestError):
    """The model that listens gave no text, so nothing can be made of it."""


class _Waiting:
    """A request, the names of its clips, and how many of them have no text yet. ``failure``: why one will have none."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.names = [sound_name(clip) for clip in request.audio]
        self.left = 0
        self.failure: Exception | None = None


class _Pending:
    """Requests by the clips that they wait for, and those that wait no longer."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.asked: dict[int, tuple[str, Request]] = {}
        self.waiting: dict[str, list[_Waiting]] = {}
        self.ready: deque[_Waiting] = deque()

    def add(self, waiting: _Waiting, unheard: Iterable[str]) -> list[str]:
        """Have a request wait for the clips ``unheard``; returns those that nobody has asked for yet."""
        names = list(unheard)
        fresh = [name for name in names if name not in self.waiting]
        for name in names:
            self.waiting.setdefault(name, []).append(waiting)
        waiting.left = len(names)
        if not names:
            self.ready.append(waiting)
        return fresh

    def done(self, name: str, failure: Exception | None) -> None:
        """The clip has a text, or there is none for it: ``failure``."""
        for waiting in self.waiting.pop(name):
            waiting.left -= 1
            if waiting.failure is None and (failure is not None or not waiting.left):
                waiting.failure = failure
                self.ready.append(waiting)


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
        heard = {id(request): texts for request, texts, _ in self.stream(iter(requests))}
        return [heard[id(request)] for request in requests]

    def stream(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Heard, float]]:
        """Each request with what is heard in it, as soon as that is known: those whose clips have been heard at once,
        the others as the listener writes them down; and how long the listener took, in seconds, for the clips that no
        request before it had. Clips that failed are asked again with the next request.

        Raises :class:`~audiotest.models.protocol.Unavailable` where the listener is, and has answered nothing."""
        for request in requests:
            waiting = _Waiting(request)
            if self._unheard(waiting):
                yield from self._listen(waiting, map(_Waiting, requests))
            else:
                yield self._given(waiting)

    def _listen(self, first: _Waiting, others: Iterator[_Waiting]) -> Iterator[tuple[Request, Heard, float]]:
        """``first``, and what follows until too many have been heard already and wait for the listener's next reply."""
        pending = _Pending()

        def questions() -> Iterator[Request]:  # runs in another thread where the listener prepares
            for waiting in chain([first], others):
                with pending.lock:
                    unheard = self._unheard(waiting)
                    fresh = pending.add(waiting, unheard)
                for name in fresh:
                    question = self._question(waiting.request, unheard[name])
                    pending.asked[id(question)] = name, question
                    yield question
                if len(pending.ready) >= _MOST_READY:
                    return

        answered = False
        try:
            for question, outcome in stream_of(self.listener)(questions()):
                answered = True
                name, _ = pending.asked.pop(id(question))
                with pending.lock:
                    pending.done(name, self._learn(name, outcome))
                yield from self._ready(pending)
        except Unavailable as error:
            if not answered:
                raise
            with pending.lock:
                for name in list(pending.waiting):
                    pending.done(name, ListenerFailed(f"{self.listener.name}: {error}"))
        yield from self._ready(pending)

    def _learn(self, name: str, outcome: Reply | Exception) -> Exception | None:
        """Keep what the listener wrote down of a clip; or say why there is nothing."""
        if isinstance(outcome, Exception):
            kind = Unsupported if isinstance(outcome, Unsupported) else ListenerFailed
            return kind(f"{self.listener.name}: {outcome}")
        self._texts[name], self._seconds[name] = outcome.text, outcome.seconds or 0.0
        if self.kept is not None and self.listener.identity:
            self.kept.put(self.listener.name, {self._key(name): outcome})
        return None

    def _ready(self, pending: _Pending) -> Iterator[tuple[Request, Heard, float]]:
        while pending.ready:
            yield self._given(pending.ready.popleft())

    def _given(self, waiting: _Waiting) -> tuple[Request, Heard, float]:
        if waiting.failure is not None:
            return waiting.request, waiting.failure, 0.0
        seconds = sum(self._seconds.pop(name, 0.0) for name in waiting.names)
        return waiting.request, [self._texts[name] for name in waiting.names], seconds

    def _unheard(self, waiting: _Waiting) -> dict[str, Waveform]:
        """The clips of a request that have no text yet, by name."""
        names = waiting.names
        self._recall([name for name in dict.fromkeys(names) if name not in self._texts])
        clips = zip(names, waiting.request.audio, strict=True)
        return {name: clip for name, clip in clips if name not in self._texts}

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
