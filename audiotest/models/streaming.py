"""Streams of replies from any adapter: its own, or one made of its ``answer``, batch by batch."""

from __future__ import annotations

import os
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from inspect import signature
from typing import Any

import msgspec
from msgspec.structs import replace

from audiotest.errors import AudiotestError
from audiotest.models._ahead import Ahead, filled
from audiotest.models.protocol import Adapter, Unavailable
from audiotest.types import Reply, Request

Outcome = Reply | Exception
"""What became of a request: a reply, or the exception in its place."""
Answered = tuple[Request, Outcome]
Stream = Callable[[Iterator[Request]], Iterator[Answered]]


def usual_threads() -> int:
    """How many threads make ready what a model is to be given next: two to four, by the number of cores."""
    return max(2, min(4, (os.cpu_count() or 2) // 2))


class NoReply(AudiotestError):
    """The model raised, timed out or returned nothing; never a wrong answer."""


def streams(model: Adapter) -> bool:
    """Whether ``model`` has a stream of its own."""
    return hasattr(model, "stream")


def stream_of(model: Adapter, batch_size: int | None = None) -> Stream:
    """The stream of ``model``: its own, or its ``answer`` on batches of ``batch_size`` (default: the model's).

    Whatever comes out is a reply that can be kept, or an exception: a model that returns something else has that
    reported as :class:`NoReply`. A batch that raises is asked again one by one.
    """
    chunks = chunks_of(model, batch_size)
    return lambda requests: (answered for chunk in chunks(requests) for answered in chunk)


def in_order(answered: Iterable[Answered], requests: Sequence[Request]) -> list[Reply | Exception]:
    """What a stream yields for ``requests``, in their order; one request may occur several times.

    Where the model becomes unavailable on the way, what it had answered is kept, and that error is the rest's.
    """
    places: dict[int, deque[int]] = defaultdict(deque)
    for place, request in enumerate(requests):
        places[id(request)].append(place)
    answers: dict[int, Reply | Exception] = {}
    rest: Exception | None = None
    try:
        for request, outcome in answered:
            answers[places[id(request)].popleft()] = outcome
    except Unavailable as error:
        if not answers:
            raise
        rest = error
    return [answers[place] if rest is None else answers.get(place, rest) for place in range(len(requests))]


def chunks_of(model: Adapter, batch_size: int | None = None) -> Callable[[Iterator[Request]], Iterator[list[Answered]]]:
    """As :func:`stream_of`, with what is there at once in one list: a batch, or a single reply of a stream."""
    if streams(model):
        at_once = (batch_size,) if batch_size is not None and _limited(model) else ()
        return lambda requests: _checked_stream(model, requests, at_once)
    size = batch_size or model.batch_size
    return lambda requests: in_batches(model, requests, size)


def _limited(model: Any) -> bool:
    """Whether the stream of ``model`` takes how many requests it may work on at once."""
    return "at_once" in signature(model.stream).parameters


def _checked_stream(model: Any, requests: Iterator[Request], at_once: tuple[int, ...]) -> Iterator[list[Answered]]:
    pulled: dict[int, float] = {}
    for request, outcome in model.stream(_noted(requests, pulled), *at_once):
        passed = time.perf_counter() - pulled.pop(id(request), time.perf_counter())
        yield [(request, checked(outcome, passed, passed, model.name))]


def _noted(requests: Iterator[Request], pulled: dict[int, float]) -> Iterator[Request]:
    """``requests``, with the time at which each is taken on put into ``pulled``, by its id."""
    for request in requests:
        pulled[id(request)] = time.perf_counter()
        yield request


def in_batches(model: Adapter, requests: Iterator[Request], size: int) -> Iterator[list[Answered]]:
    """What ``model`` answers to batches of ``size``, one prepared ahead."""
    pulled: dict[int, float] = {}
    for batch in _batches(model, _noted(requests, pulled), size):
        yield from answers_of(model, batch, pulled)
        for request in batch:
            pulled.pop(id(request), None)


def _batches(model: Adapter, requests: Iterator[Request], size: int) -> Iterator[list[Request]]:
    """Batches of ``size``; those of a model that prepares are collected and prepared ahead, in as many threads as it
    says (``preparing_threads``; one)."""
    prepare = getattr(model, "prepare", None)
    if prepare is None:
        while batch := filled(requests, size):
            yield batch
        return
    ahead: Ahead[None] = Ahead(requests, size, lambda batch, _: prepare(batch), getattr(model, "preparing_threads", 1))
    try:
        while (taken := ahead.take()) is not None:
            yield taken[0]
    finally:
        ahead.close()


def answers_of(model: Adapter, requests: list[Request], pulled: Mapping[int, float]) -> Iterator[list[Answered]]:
    """What ``model`` answers to one batch; one that raises is asked again one by one. ``pulled`` says when each request
    was taken on, by its id, where that was before."""
    started = time.perf_counter()
    try:
        replies = list(model.answer(requests))
        if len(replies) != len(requests):
            raise NoReply(f"{model.name} gave {len(replies)} replies to {len(requests)} requests")
    except (Exception, SystemExit) as error:
        if len(requests) == 1:
            failed = error if isinstance(error, Exception) else NoReply(f"{model.name} called sys.exit({error})")
            yield [(requests[0], failed)]
            return
    else:
        now = time.perf_counter()
        each = (now - started) / len(requests)
        both = zip(requests, replies, strict=True)
        yield [(r, checked(reply, each, now - pulled.get(id(r), started), model.name)) for r, reply in both]
        return
    # Outside of the handler, so that what is raised now does not drag the batch's failure along.
    for request in requests:
        yield from answers_of(model, [request], pulled)


def checked(outcome: object, seconds: float, passed: float, model: str) -> Outcome:
    """``outcome`` if it can be kept; else an error that says why not. A reply without a time gets ``seconds``; what is
    left of the time that has ``passed`` since the model was given the request is what it ``waited``."""
    if isinstance(outcome, Exception):
        return outcome
    if not isinstance(outcome, Reply) or not isinstance(outcome.text, str):
        return NoReply(f"{model} returned {type(outcome).__name__!r} where a Reply with text was expected")
    try:
        msgspec.json.encode(outcome)
    except (TypeError, ValueError) as error:  # one that cannot be kept would cost others theirs
        return NoReply(f"{model} gave a reply that cannot be written as JSON: {error}")
    own = outcome.seconds if outcome.seconds is not None else seconds
    return replace(outcome, seconds=own, waited=max(0.0, passed - own))
