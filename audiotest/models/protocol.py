"""What an adapter is: the one thing that stands between audiotest and a model.

An adapter is loaded once, answers batches of requests, and says what it needs. Any object with these
attributes will do: the built-in ones are modules of this package, and a user's conftest may return
one from the session-scoped ``model`` fixture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """A model that can answer nothing at all: nobody listens at its URL, its key is refused, its process dies at start.

    The same cause has the same text every time, so that a run in which nothing else comes can end once and early.
    """


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a batch was under way, from the adapter ``by`` that had part of it: ``replies`` by the request's
    place in the batch that *this* adapter was given.

    They are kept, so that nothing that was answered, and perhaps paid for, has to be asked again. Whoever asked another
    adapter than ``by`` must not read them: an adapter that asks a second one was itself given other requests.
    """

    def __init__(self, by: object, replies: Mapping[int, Reply | Exception]) -> None:
        super().__init__()
        self.by, self.replies = by, replies

    def to(self, model: object) -> Mapping[int, Reply | Exception]:
        """The replies if they are ``model``'s own, else none."""
        return self.replies if self.by is model else {}


@runtime_checkable
class Adapter(Protocol):
    """A model that answers.

    ``name`` is shown in reports. ``identity`` names everything that decides its replies (weights, revision,
    code version): replies are cached under it, and an empty one means that they are not. ``needs`` says what
    it can take, ``batch_size`` how many requests it is given at once unless the user says otherwise.
    """

    name: str
    identity: str
    needs: Needs
    batch_size: int
    # A method ``prepare(requests)`` may be there besides: it is called in another thread with what :meth:`answer` will
    # be given next (the same objects), while the model works, so that features can be made ahead. It must not raise.

    def load(self) -> None:
        """Get ready to answer: read weights, start processes. Called once, before the first request."""

    def answer(self, requests: Sequence[Request]) -> Sequence[Reply | Exception]:
        """One reply a request, in order. An exception in the place of a reply is that request's alone;
        :class:`Unsupported` says that the model cannot take it. Raising fails the whole batch, which
        is then asked again one by one; an adapter that is interrupted (Ctrl-C) with a part of the replies raises
        :class:`Interrupted` with them. One that asks another adapter raises its own."""

    def close(self) -> None:
        """Let go of everything that :meth:`load` took."""


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
