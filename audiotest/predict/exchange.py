"""The exchange with one model: items go out in order, outcomes come back in any, and each is kept when it is there.

An item is anything that has to be asked: a trial, a judge's question. The exchange pulls items from their owner while
the model has room for them, hands outcomes to the owner at once, and asks again for what was lost when a stream broke.
A model with a stream of its own is driven by a thread, so that replies are taken in while the caller is busy with
something else (grading, writing, another model); one with ``answer`` alone works in the caller's thread, where Ctrl-C
reaches it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from audiotest.models.protocol import Unavailable
from audiotest.models.streaming import NoReply, Outcome
from audiotest.predict.breaker import Breaker, ModelDown

T = TypeVar("T")


class NotAsked(Struct, frozen=True):
    """In the place of an outcome: the item could not be put to the model at all, which is not the model's fault."""

    error: Exception


Answered = tuple[T, Outcome | NotAsked]
Send = Callable[[Iterator[T]], Iterator[Sequence[Answered[T]]]]
"""Sends items to a model and gives each back with what became of it, in any order; what is there at once, in one list.
"""

_PATIENCE_S = 2.0
"""How long a closing exchange waits for replies that are just arriving."""


class _Calls(Generic[T]):
    """An iterator that calls ``pull`` for each item."""

    def __init__(self, pull: Callable[[], T]) -> None:
        self._pull = pull

    def __iter__(self) -> _Calls[T]:
        return self

    def __next__(self) -> T:
        return self._pull()


class Exchange(Generic[T]):
    """Items of ``following`` (None: nothing for now) are sent; ``finish`` takes in (item, outcome) pairs.

    ``lock`` guards the owner's state: ``following`` and ``finish`` are called with it held, possibly by another thread.
    ``threaded`` says whether a thread drives the stream. ``name`` is the model's.
    """

    def __init__(
        self,
        name: str,
        send: Send[T],
        following: Callable[[], T | None],
        finish: Callable[[Sequence[tuple[T, Outcome]]], None],
        *,
        lock: threading.Condition,
        threaded: bool,
    ) -> None:
        self.name, self.lock, self.threaded = name, lock, threaded
        self._send, self._following, self._finish = send, following, finish
        self._first: list[T] = []
        self._flying: dict[int, T] = {}
        self._lost: dict[int, T] = {}
        self._held: list[tuple[T, Outcome]] = []
        self._breaker = Breaker()
        self._stream: Iterator[Sequence[Answered[T]]] | None = None
        self._thread: threading.Thread | None = None
        self._raised: BaseException | None = None
        self._closed = False
        self.down = ""
        """Why the model is taken to be down; nothing is sent any more."""

    def wait(self, done: Callable[[], bool], progress: Callable[[], None] = lambda: None) -> None:
        """Drive the exchange until ``done()`` (called with the lock held), or until nothing is left to send.

        Raises :class:`~audiotest.predict.breaker.ModelDown`, and whatever interrupts this thread or the model.
        """
        while True:
            with self.lock:
                if self._raised is not None:
                    raised, self._raised = self._raised, None
                    raise raised
                if done():
                    return
                self._check()
                if self.threaded:
                    if not self._thread and not self._start():
                        return
                    self.lock.wait(0.5)
            if not self.threaded and not self._advance():
                return
            progress()

    def was_lost(self, item: T) -> bool:
        """Whether ``item`` was under way when the caller was interrupted, and has to be asked by itself."""
        return id(item) in self._lost

    def alone(self, item: T, done: Callable[[], bool]) -> None:
        """Ask ``item`` by itself; beside a thread's stream, as the next one of that."""
        with self.lock:
            self._check()
            self._lost.pop(id(item), None)
            if self.threaded:
                self._first.append(item)
        if self.threaded:
            self.wait(done)
            return
        self._one(item)
        with self.lock:
            if self._stream is None:
                self._end()
            elif id(item) in self._flying:  # swallowed; what the stream has under way is not lost, it goes on
                self._take([(item, self._swallowed())])
            self._check()

    def give_back(self, items: Sequence[T]) -> None:
        """Take back items that were pulled and never came to the model, to be sent first."""
        with self.lock:
            unsent = [item for item in items if self._flying.pop(id(item), None) is not None]
            self._first[:0] = unsent

    def close(self) -> None:
        """Send nothing more. Replies that are just arriving are still taken in."""
        with self.lock:
            self._closed = True
            self.lock.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(_PATIENCE_S)
        stream, self._stream = self._stream, None
        if stream is not None and hasattr(stream, "close"):
            stream.close()

    # -- what sends: the caller's thread, or one of its own ------------------------------------------------

    def _advance(self) -> bool:
        """Take in what comes next; False where nothing is left to send."""
        if self._stream is None:
            with self.lock:
                if not self._has_more():
                    return False
            self._stream = self._send(self._outgoing())
        try:
            answered = next(self._stream)
        except StopIteration:
            self._stream = None
            with self.lock:
                self._end()
            return True
        except (Exception, SystemExit) as error:
            self._stream = None
            self._broke(error)
            return True
        except BaseException:  # Ctrl-C, or a test's time is up: that is this caller's, and not that of all others
            self._stream = None
            with self.lock:
                self._lost |= self._flying
                self._flying.clear()
            raise
        with self.lock:
            self._take(answered)
        return True

    def _start(self) -> bool:
        if not self._has_more():
            return False
        self._thread = threading.Thread(target=self._drive, name="audiotest-replies", daemon=True)
        self._thread.start()
        return True

    def _drive(self) -> None:
        try:
            for answered in self._send(self._outgoing()):
                with self.lock:
                    self._take(answered)
                    if self._closed or self.down:
                        return
            with self.lock:
                self._end()
        except (Exception, SystemExit) as error:
            self._broke(error)
        except BaseException as raised:  # for whoever waits
            self._raised = raised
        finally:
            with self.lock:
                self._thread = None
                self.lock.notify_all()

    def _outgoing(self) -> Iterator[T]:
        """What is to be sent. It may go on after it has ended: whoever looks ahead meets its end for now, and items
        may be added until the stream is over."""
        return _Calls(self._pull)

    def _pull(self) -> T:
        with self.lock:
            if not self._has_more():
                raise StopIteration
            item = self._first.pop(0)
            self._flying[id(item)] = item
            return item

    def _one(self, item: T) -> None:
        """Send ``item`` alone; whatever is raised is its outcome."""
        self._flying[id(item)] = item
        try:
            for answered in self._send(iter([item])):
                with self.lock:
                    self._take(answered)
        except (Exception, SystemExit) as error:
            with self.lock:
                self._take([(item, self._failure(error))])

    def _broke(self, error: BaseException) -> None:
        """The model as a whole raised: what was under way is asked again, one by one."""
        with self.lock:
            flying = list(self._flying.values())
            if not flying and self._has_more():  # it broke before it took anything on
                flying = [self._first.pop(0)]
                self._flying[id(flying[0])] = flying[0]
            if len(flying) == 1 or isinstance(error, Unavailable):
                self._take([(item, self._failure(error)) for item in flying])
                return
        for item in flying:
            if not self.down:
                self._one(item)

    # -- with the lock held --------------------------------------------------------------------------------

    def _has_more(self) -> bool:
        """Whether there is something to send, which then is the first of ``_first``."""
        if self._closed or self.down:
            return False
        if not self._first and (item := self._following()) is not None:
            self._first.append(item)
        return bool(self._first)

    def _take(self, answered: Iterable[Answered[T]]) -> None:
        """Take outcomes in. Until there has been a reply, failures are held back: they may be all that ever comes."""
        ready: list[tuple[T, Outcome]] = []
        for item, outcome in answered:
            if self._flying.pop(id(item), None) is None:
                continue  # given up, or answered twice
            if isinstance(outcome, NotAsked):
                ready.append((item, outcome.error))
                continue
            self._breaker.note(outcome)
            if isinstance(outcome, Exception) and self._breaker.suspects:
                self._held.append((item, outcome))
                continue
            if self._held and self._breaker.replied:
                ready += self._held
                self._held.clear()
            ready.append((item, outcome))
        if ready:
            self._finish(ready)
        self._judge(at_end=False)
        self.lock.notify_all()

    def _end(self) -> None:
        """Nothing is under way any more: what the model swallowed has no reply, what was held back is let go of."""
        swallowed = self._swallowed()
        self._take([(item, swallowed) for item in list(self._flying.values())])
        self._judge(at_end=True)
        if self._held and not self.down:
            held, self._held = self._held, []
            self._finish(held)
        self.lock.notify_all()

    def _judge(self, *, at_end: bool) -> None:
        if not self.down:
            self.down = self._breaker.reason(at_end=at_end)

    def _check(self) -> None:
        if self.down:
            raise ModelDown(self.down)

    def _swallowed(self) -> NoReply:
        return NoReply(f"{self.name} ended its stream without an answer to this request")

    def _failure(self, error: BaseException) -> Exception:
        return error if isinstance(error, Exception) else NoReply(f"{self.name} called sys.exit({error})")
