"""What an adapter is: the interface between audiotest and a model.

An adapter is loaded once, answers requests, and says what it needs. Any object with these attributes will do: the
built-in ones are modules of this package, and a user's conftest may return one from the session-scoped ``model``
fixture.

There are two ways to answer. ``answer(requests)`` is the easy one: a batch goes in, as many replies come out.
``stream(requests)`` is for models that work on many requests at once and finish them in any order: it pulls from an
iterator and yields each reply when it is there. :func:`audiotest.models.streaming.stream_of` makes the second of the
first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from audiotest.errors import AudiotestError
from audiotest.types import Needs, Reply, Request

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Unsupported(AudiotestError):
    """A request that this model cannot take (too many clips, too long, no such condition recorded).

    It is an outcome of its own, counted and shown as such; never a wrong answer, never a silent cut.
    """


class Unavailable(AudiotestError):
    """A model that cannot answer anything: no connection to its address, its key is refused, its process dies at
    start.

    Its message is the same for every request, since it is no request's fault.
    """


@runtime_checkable
class Adapter(Protocol):
    """A model that answers, with ``answer`` or with ``stream`` (see :class:`Streaming`).

    ``name`` is shown in reports. ``identity`` names everything that decides its replies (weights, revision,
    code version): replies are cached under it, and an empty one means that they are not. ``needs`` says what
    it can take, ``batch_size`` how many requests it is given at once unless the user says otherwise.
    """

    name: str
    identity: str
    needs: Needs
    batch_size: int
    # A method ``prepare(requests)`` is optional: it is called in another thread with what :meth:`answer` will
    # be given next (the same objects), while the model works, so that features can be made ahead. It must not raise.
    # With an attribute ``preparing_threads`` it is called by so many threads at once, for so many batches ahead.
    # An attribute ``recorded`` (True) says that its replies are to whole conversations, such as those of a recording.
    # A method ``keep(replies: Kept)`` is optional, too: it is called before the first request where replies are cached.
    # What a model computes on the way to its replies (a cascade's transcripts) can be kept there.

    def load(self) -> None:
        """Get ready to answer: read weights, start processes. Called once, before the first request."""

    def answer(self, requests: Sequence[Request]) -> Sequence[Reply | Exception]:
        """One reply a request, in order. An exception in the place of a reply is that request's alone;
        :class:`Unsupported` says that the model cannot take it. Raising fails the whole batch, which is then asked
        again one by one."""

    def close(self) -> None:
        """Let go of everything that :meth:`load` took."""


class Kept(Protocol):
    """Replies that outlive this process, by keys of their own."""

    def get(self, keys: Sequence[bytes]) -> Mapping[bytes, Reply]:
        """Those of ``keys`` that there are."""

    def put(self, model: str, replies: Mapping[bytes, Reply]) -> None:
        """Keep ``replies``, as those of ``model``."""


class Streaming(Protocol):
    """What an adapter has in the place of ``answer``, or beside it, if it answers as a stream."""

    def stream(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Reply | Exception]]:
        """Pull as many requests as can be worked on, and yield each with its reply as soon as that is there.

        ``requests`` may be pulled by any one thread at a time; ``next`` may take a while (a sound is being decoded).
        Everything that was pulled is yielded, the same object, in any order. A reply counts as given, and is kept,
        once it has been yielded. Where the consumer closes the stream, whatever is in flight is given up.

        A second parameter ``at_once`` is optional: the most requests to work on at once, where the user gives a number.
        """


@runtime_checkable
class Embedder(Protocol):
    """A model that turns texts into vectors, for scorers that compare meanings."""

    name: str
    identity: str

    def load(self) -> None:
        """Get ready; called once, before the first text."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A vector a text: shape (texts, dimensions)."""

    def close(self) -> None:
        """Let go of everything that :meth:`load` took."""


def missing_attributes(model: object) -> list[str]:
    """What an object lacks to be an adapter, such as ``needs``; empty for one that is complete."""
    lacking = [
        name for name in ("name", "identity", "needs", "batch_size", "load", "close") if not hasattr(model, name)
    ]
    return lacking if hasattr(model, "answer") or hasattr(model, "stream") else [*lacking, "answer (or stream)"]
