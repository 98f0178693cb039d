"""Trials are answered: the plan's blocks are opened one after the other, and their requests go to the model as a
stream.

Whoever wants the answer to a trial waits for that one; others that arrive meanwhile are kept until they are asked for.
The order is the plan's: questions about a clip together. A trial that is wanted out of order goes first, with its
block.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from audiotest.declare.trial import Trial
from audiotest.models.protocol import Adapter
from audiotest.models.streaming import NoReply, Outcome, chunks_of, streams, usual_threads
from audiotest.predict.blocks import Block
from audiotest.predict.engine import Engine
from audiotest.predict.exchange import Answered, Exchange, NotAsked
from audiotest.predict.prefetch import Prefetch
from audiotest.predict.requests import Answer, Pending, Requests
from audiotest.predict.store import ReplyStore
from audiotest.predict.tracing import traced
from audiotest.types import Reply, Request, TrialKey

Progress = Callable[[int, int], None]
"""Called with (answered, planned) while somebody waits for an answer: first with 0, last with both alike."""


class Predictor:
    """Answers trials through one adapter.

    ``plan`` says which trials will be asked for, and which belong together; a trial of no block is asked alone.
    ``store`` None means that nothing is looked up or kept; ``refresh`` that replies are kept but not looked up.
    ``upcoming`` gives the keys of the trials that will be asked for next, in order; None: the blocks come in the order
    of the plan. ``arrived(trial, answer)`` is called for every answer when it is there, possibly in another thread.
    """

    def __init__(
        self,
        model: Adapter,
        *,
        seed: int = 0,
        store: ReplyStore | None = None,
        refresh: bool = False,
        batch_size: int | None = None,
        progress: Progress | None = None,
        engine: Engine | None = None,
        upcoming: Callable[[], Iterable[TrialKey]] | None = None,
        arrived: Callable[[Trial, Answer], None] | None = None,
    ) -> None:
        self.model, self.seed, self.engine = model, seed, engine
        self.batch_size = batch_size or model.batch_size
        self._store = store if model.identity else None
        if self._store is not None and not refresh and (keep := getattr(model, "keep", None)) is not None:
            keep(self._store)
        self._requests = Requests(model, seed, self._store, refresh, whole=engine is not None)
        self._progress, self._upcoming, self._arrived = progress, upcoming, arrived
        self._lock = threading.Condition(threading.RLock())
        self._blocks: dict[TrialKey, Block] = {}
        self._unopened: deque[Block] = deque()
        self._queue: deque[Pending] = deque()
        self._pending: dict[TrialKey, Pending] = {}
        self._answers: dict[TrialKey, Answer] = {}
        self._waiting: dict[int, set[TrialKey]] = {}
        self._opened: set[int] = set()
        self._planned = self._answered = 0
        self._ready: deque[tuple[Trial, Answer]] | None = None
        self._left: dict[TrialKey, Trial] | None = None
        self._exchange: Exchange[Pending] = Exchange(
            model.name, engine.send if engine is not None else self._send, self._following, self._finish,
            lock=self._lock, threaded=engine is not None or streams(model),
        )  # fmt: skip

    def plan(self, blocks: Iterable[Block]) -> None:
        """Say which trials will be asked for, and which of them belong together; more may be added at any time."""
        with self._lock:
            for block in blocks:
                self._unopened.append(block)
                self._planned += len(block.trials)
                self._waiting[block.number] = {t.key for t in block.trials}
                for trial in block.trials:
                    self._blocks[trial.key] = block
                    if self._left is not None:
                        self._left[trial.key] = trial

    def answer(self, trial: Trial, *, again: bool = False) -> Answer:
        """The answer to ``trial``, waited for. ``again``: not the one from before, but one to this trial alone.

        Raises :class:`~audiotest.predict.breaker.ModelDown` where the model fails every request alike.
        """
        if again or trial.key not in self._blocks:
            return self._alone(trial, keep=again)
        with self._lock:
            block = self._blocks[trial.key]
            if block.number not in self._opened:
                self._open(block, first=True)
            answer = self._answers.get(trial.key)
        if answer is None:  # let go of, since all of its block had been finished
            return self._alone(trial)
        if not answer.given:
            self._await(trial, answer)
        return answer

    def answers(self) -> Iterator[tuple[Trial, Answer]]:
        """Every planned trial with its answer, in the order in which the answers are there; those too that are planned
        meanwhile."""
        left = self._left = {trial.key: trial for block in self._unopened for trial in block.trials}
        self._ready = deque()
        while left:
            while self._ready:
                trial, answer = self._ready.popleft()
                if left.pop(trial.key, None) is not None:
                    yield trial, answer
            if not left:
                return
            self._watched(lambda: bool(self._ready))
            if not self._ready:  # nothing is left to send: what has no answer by now gets none
                error = NoReply(f"{self.model.name} ended its stream without an answer to this request")
                self._ready.extend((trial, Answer(error=error)) for trial in left.values())

    def together(self, trial: Trial) -> list[tuple[Trial, Answer]]:
        """(trial, answer) of everything in the trial's block that is answered and not yet let go of."""
        with self._lock:
            block = self._blocks.get(trial.key)
            trials: Sequence[Trial] = block.trials if block is not None else ()
            return [(t, a) for t in trials if (a := self._answers.get(t.key)) is not None and a.given]

    def done(self, trial: Trial) -> None:
        """``trial`` is finished; when all of its block are, their answers are let go of."""
        block = self._blocks.get(trial.key)
        if block is None:
            return
        waiting = self._waiting[block.number]
        waiting.discard(trial.key)
        if not waiting:
            with self._lock:
                for other in block.trials:
                    self._answers.pop(other.key, None)
                    self._pending.pop(other.key, None)
                    self._blocks.pop(other.key, None)
                self._waiting.pop(block.number, None)

    def close(self) -> None:
        """Stop asking."""
        self._exchange.close()

    # -- waiting -------------------------------------------------------------------------------------------

    def _await(self, trial: Trial, answer: Answer) -> None:
        item = self._pending[trial.key]
        if self._exchange.was_lost(item):
            self._exchange.alone(item, lambda: answer.given)
        if not answer.given:  # nor is it after one turn of several
            self._watched(lambda: answer.given)
        if not answer.given:
            answer.error = NoReply(f"{self.model.name} ended its stream without an answer to this request")

    def _watched(self, done: Callable[[], bool]) -> None:
        if self._progress is None:
            self._exchange.wait(done)
            return
        progress, total = self._progress, self._planned
        progress(0, total)
        try:
            self._exchange.wait(done, lambda: progress(self._answered, max(total, self._answered + 1)))
        finally:
            progress(total, total)

    def _alone(self, trial: Trial, *, keep: bool = False) -> Answer:
        """An answer to this trial by itself; ``keep``: the model is asked whatever the store has, and it
        takes the place of the one from before."""
        [answer], pending = self._requests.open([trial], again=keep)
        for item in pending:
            self._exchange.alone(item, lambda: answer.given)
        if not answer.given and pending and not pending[0].final:
            self._exchange.wait(lambda: answer.given)
        if not answer.given:
            answer.error = NoReply(f"{self.model.name} ended its stream without an answer to this request")
        if keep and trial.key in self._answers:
            self._answers[trial.key] = answer
        return answer

    # -- what the exchange asks and is given (with the lock held) ------------------------------------------

    def _following(self) -> Pending | None:
        while not self._queue:
            block = self._next_block()
            if block is None:
                return None
            self._open(block)
        return self._queue.popleft()

    def _next_block(self) -> Block | None:
        if self._upcoming is not None:
            blocks = (self._blocks[key] for key in self._upcoming() if key in self._blocks)
            return next((block for block in blocks if block.number not in self._opened), None)
        while self._unopened:
            block = self._unopened.popleft()
            if block.number not in self._opened:
                return block
        return None

    def _open(self, block: Block, *, first: bool = False) -> None:
        self._opened.add(block.number)
        answers, pending = self._requests.open(block.trials, block.number)
        pending = self._requests.by_length(pending, self.batch_size)
        asked = {id(item.answer) for item in pending}
        self._pending |= {item.trial.key: item for item in pending}
        for trial, answer in zip(block.trials, answers, strict=True):
            self._answers[trial.key] = answer
            if id(answer) not in asked:
                self._note(trial, answer)
        if first:
            self._queue.extendleft(reversed(pending))
        else:
            self._queue.extend(pending)

    def _finish(self, answered: Sequence[tuple[Pending, Outcome]]) -> None:
        replies = {item.key: outcome for item, outcome in answered if isinstance(outcome, Reply)}
        if self._store is not None and replies:
            self._store.put(self.model.name, replies)
        next_turns: list[Pending] = []
        for item, outcome in answered:
            traced(self.model.name, item.trial.key, outcome)
            if not isinstance(outcome, Reply):
                item.answer.error = outcome
            elif item.final:
                self._requests.settle(item, outcome)
            else:
                for following in self._requests.following(item, outcome):
                    next_turns.append(following)
                    if item.trial.key in self._pending:
                        self._pending[item.trial.key] = following
            if item.answer.given:
                self._note(item.trial, item.answer)
        self._queue.extendleft(reversed(next_turns))

    def _note(self, trial: Trial, answer: Answer) -> None:
        self._answered += 1
        if self._ready is not None:
            self._ready.append((trial, answer))
        if self._arrived is not None:
            self._arrived(trial, answer)

    # -- the model -----------------------------------------------------------------------------------------

    def _send(self, items: Iterator[Pending]) -> Iterator[list[Answered[Pending]]]:
        """Make requests of ``items``, some of them ahead, and stream them through the model."""
        threads = usual_threads() if self.model.needs.audio else 0
        ahead = Prefetch(
            lambda: next(items, None), self._requests.request, seconds=lambda item: item.seconds, threads=threads
        )
        sent: dict[int, tuple[Request, Pending]] = {}
        unfit: list[Answered[Pending]] = []

        def outgoing() -> Iterator[Request]:
            for item, built in ahead:
                if isinstance(built, Request):
                    sent[id(built)] = built, item
                    yield built
                else:
                    unfit.append((item, NotAsked(built)))

        try:
            for chunk in chunks_of(self.model, self.batch_size)(outgoing()):
                answered: list[Answered[Pending]] = [*unfit]
                unfit.clear()
                answered += [_noted(sent.pop(id(r))[1], outcome) for r, outcome in chunk if id(r) in sent]
                yield answered
            yield unfit
        finally:
            self._exchange.give_back(ahead.close())


def _noted(item: Pending, outcome: Outcome) -> Answered[Pending]:
    """The outcome of an item; a reply holds what may be wrong with the sound that it is to."""
    if isinstance(outcome, Reply) and item.doubts:
        outcome = replace(outcome, details={**outcome.details, "sound": list(item.doubts)})
    return item, outcome
