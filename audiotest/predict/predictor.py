"""The loop that feeds an adapter: a block of trials goes in, an answer to each comes out.

Blocks are asked in the order of the plan, in batches; while the model works on one, the sounds of the next are made.
What happens to each trial on the way is :mod:`audiotest.predict.requests`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from audiotest.declare.trial import Trial
from audiotest.models.protocol import Adapter
from audiotest.predict.engine import Engine
from audiotest.predict.prefetch import Ahead
from audiotest.predict.requests import Answer, Asker, Pending
from audiotest.predict.store import ReplyStore
from audiotest.types import Request

Progress = Callable[[int, int], None]
Key = tuple[str, str, str]


class _Sent(Struct):
    """A block that is on its way: its answers, and those of them that an engine was asked for."""

    answers: list[Answer]
    pending: list[Pending]
    handle: object


class Predictor:
    """Answers trials through one adapter, block by block.

    ``plan`` tells which trials are asked together; a trial of no block is asked alone. ``store`` None means
    that nothing is looked up or kept; ``refresh`` that replies are kept but not looked up. ``upcoming`` tells the keys
    of the trials that will be asked for next, in order; None: the blocks come in the order of the plan.
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
        upcoming: Callable[[], Iterable[Key]] | None = None,
    ) -> None:
        self.model, self.seed, self.engine = model, seed, engine
        self.batch_size = batch_size or model.batch_size
        self.progress = progress
        self._asker = Asker(model, seed, store, refresh)
        self._upcoming = upcoming
        self._ahead: Ahead[list[Pending], list[tuple[Pending, Request]]] = Ahead(
            self._asker.build, threaded=model.needs.audio
        )
        self._begun: dict[int, tuple[list[Answer], list[list[Pending]]]] = {}
        self._order: list[list[Trial]] = []
        self._places: dict[int, int] = {}
        self._sent: dict[int, _Sent] = {}
        self._blocks: dict[Key, list[Trial]] = {}
        self._asked: set[Key] = set()
        self._waiting: dict[int, set[Key]] = {}
        self._answers: dict[Key, Answer] = {}

    def plan(self, blocks: Iterable[list[Trial]]) -> None:
        """Say which trials will be asked for, and which of them belong together."""
        for block in blocks:
            self._places[id(block)] = len(self._order)
            self._order.append(block)
            self._waiting[id(block)] = {t.key for t in block}
            for trial in block:
                self._blocks[trial.key] = block

    def answer(self, trial: Trial, *, anew: bool = False) -> Answer:
        """The answer to ``trial``; the first of a block asks the whole block. ``anew``: not the one from before, but
        one to this trial alone."""
        if anew:
            answer = self.predict([trial])[0]
            if trial.key in self._answers:
                self._answers[trial.key] = answer
            return answer
        block = self._blocks.get(trial.key, [])
        if trial.key not in self._answers and trial.key not in self._asked:
            for other, answer in zip(block, self._all_of(block), strict=True):
                self._answers[other.key] = answer
                self._asked.add(other.key)
        return self._answers[trial.key] if trial.key in self._answers else self.predict([trial])[0]

    def together(self, trial: Trial) -> list[tuple[Trial, Answer]]:
        """(trial, answer) of everything in the trial's block that is answered and not yet let go."""
        block = self._blocks.get(trial.key, [])
        return [(other, self._answers[other.key]) for other in block if other.key in self._answers]

    def done(self, trial: Trial) -> None:
        """``trial`` is finished; when all of its block are, their answers are let go."""
        block = self._blocks.get(trial.key, [])
        waiting = self._waiting.get(id(block), set())
        waiting.discard(trial.key)
        if not waiting:
            for other in block:
                self._answers.pop(other.key, None)

    def predict(self, trials: Sequence[Trial]) -> list[Answer]:
        """Answers to ``trials``, in order, asked in batches; what the store has is not asked."""
        if self.engine is not None:
            return self._predict_elsewhere(self.engine, trials)
        answers, batches = self._begin(trials)
        total = sum(map(len, batches))
        asked = 0
        for i, batch in enumerate(batches):
            built = self._ahead.take(batch)
            following = batches[i + 1] if i + 1 < len(batches) else self._first_of_next(trials)
            if following is not None:
                self._ahead.start(following)
            self._tell(asked, total)
            self._asker.ask(built)
            asked += self.batch_size
        self._tell(total, total)
        return answers

    def _all_of(self, block: list[Trial]) -> list[Answer]:
        """Answers to ``block``; its trials are asked one by one from now on if anybody stops it. Not the model, whose
        errors are answers: a test's time may be up. That is one test's then, and not that of each that waits here."""
        try:
            return self.predict(block)
        except BaseException:
            for trial in block:
                self._blocks.pop(trial.key, None)
            raise

    def close(self) -> None:
        """Let go of what was built ahead."""
        self._begun.clear()
        self._ahead.close()

    def _begin(self, trials: Sequence[Trial]) -> tuple[list[Answer], list[list[Pending]]]:
        """Answers to fill, and the batches that have to be asked for it."""
        begun = self._begun.pop(id(trials), None)
        if begun is not None:
            return begun
        answers, pending = self._asker.open(trials)
        pending = self._asker.by_length(pending, self.batch_size)
        return answers, [pending[i : i + self.batch_size] for i in range(0, len(pending), self.batch_size)]

    def _first_of_next(self, trials: Sequence[Trial]) -> list[Pending] | None:
        """The first batch of the block after this one, which is begun for that; None where nobody can tell which block
        comes next, or nothing is worth building ahead."""
        following = next(self._following(trials), None) if self._ahead.threaded else None
        if following is None:
            return None
        begun = self._begin(following)
        for _, unasked in self._begun.values():  # another block was asked for: tests that were put in another order
            self._ahead.drop(unasked[0] if unasked else [])
        self._begun = {id(following): begun}
        batches = self._begun[id(following)][1]
        return batches[0] if batches else None

    def _predict_elsewhere(self, engine: Engine, trials: Sequence[Trial]) -> list[Answer]:
        """Send this block and those after it, as far ahead as the engine likes, and wait for this one."""
        sent = self._sent.pop(id(trials), None) or self._send(engine, trials)
        for block in self._following(trials):
            if len(self._sent) >= engine.ahead:
                break
            if id(block) not in self._sent:
                self._sent[id(block)] = self._send(engine, block)
        self._tell(0, len(sent.pending))
        if sent.pending:
            self._asker.keep(sent.pending, engine.receive(sent.handle))
        self._tell(len(sent.pending), len(sent.pending))
        return sent.answers

    def _send(self, engine: Engine, trials: Sequence[Trial]) -> _Sent:
        answers, pending = self._asker.open(trials)
        handle = engine.send([item.trial for item in pending]) if pending else None
        return _Sent(answers, pending, handle)

    def _following(self, trials: Sequence[Trial]) -> Iterator[list[Trial]]:
        """The blocks that come after this one and are not answered yet."""
        for block in self._planned_after(trials) if self._upcoming is None else self._blocks_of(self._upcoming()):
            if block and block is not trials and block[0].key not in self._asked:
                yield block

    def _planned_after(self, trials: Sequence[Trial]) -> Iterator[list[Trial]]:
        start = self._places.get(id(trials), len(self._order))
        for i in range(start + 1, len(self._order)):
            yield self._order[i]

    def _blocks_of(self, keys: Iterable[Key]) -> Iterator[list[Trial]]:
        return (self._blocks[key] for key in keys if key in self._blocks)

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)
