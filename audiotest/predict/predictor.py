"""The loop that feeds an adapter: a block of trials goes in, an answer to each comes out.

For each block: show the cases under their conditions, look the replies up in the store, ask the model for the
rest in batches, and keep what it says as it says it. A batch that fails is asked again one request at a
time, so that one bad item costs only itself.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from audiotest.declare.condition import number
from audiotest.declare.conditions.view import View
from audiotest.declare.prompt import PromptError
from audiotest.declare.trial import Trial, present, prompt_of
from audiotest.models.protocol import Adapter, Unsupported
from audiotest.predict.engine import Engine
from audiotest.predict.pipeline import Ahead
from audiotest.predict.sound import Sounds, seconds
from audiotest.predict.store import ReplyStore
from audiotest.registry import UnknownName
from audiotest.words import NotApplicable, Reply, Request

KEY_VERSION = 1
Progress = Callable[[int, int], None]
Key = tuple[str, str, str]


class NoReply(Exception):
    """The model raised, timed out or returned nothing; never a wrong answer."""


class Answer(Struct):
    """A trial's reply, or the error in its place; ``view`` and ``prompt`` are what was asked."""

    view: View | None = None
    prompt: str = ""
    reply: Reply | None = None
    error: Exception | None = None
    cached: bool = False
    hashes: dict[str, str] = msgspec.field(default_factory=dict)


class _Pending(Struct):
    trial: Trial
    answer: Answer
    key: bytes


class _Sent(Struct):
    """A block that is on its way: its answers, and those of them that an engine was asked for."""

    answers: list[Answer]
    pending: list[_Pending]
    handle: object


class Predictor:
    """Answers trials through one adapter, block by block.

    ``plan`` tells which trials are asked together; a trial of no block is asked alone. ``store`` None means
    that nothing is looked up or kept; ``refresh`` that replies are kept but not looked up. ``onward`` False: the
    blocks are not asked for in the order of the plan, so the next one is not built ahead.
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
        onward: bool = True,
    ) -> None:
        self.model, self.seed, self.refresh, self.engine = model, seed, refresh, engine
        self.store = store if model.identity else None
        self.batch_size = batch_size or model.batch_size
        self.progress = progress
        self.sounds = Sounds(model.needs, seed)
        self.onward = onward
        self._ahead: Ahead[list[_Pending], list[tuple[_Pending, Request]]] = Ahead(
            self._build, threaded=model.needs.audio
        )
        self._begun: dict[int, tuple[list[Answer], list[list[_Pending]]]] = {}
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

    def answer(self, trial: Trial) -> Answer:
        """The answer to ``trial``; the first of a block asks the whole block."""
        block = self._blocks.get(trial.key, [])
        if trial.key not in self._answers and trial.key not in self._asked:
            for other, answer in zip(block, self.predict(block), strict=True):
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
            self._ask(built)
            asked += self.batch_size
        self._tell(total, total)
        return answers

    def close(self) -> None:
        """Let go of what was built ahead."""
        self._begun.clear()
        self._ahead.close()

    def _begin(self, trials: Sequence[Trial]) -> tuple[list[Answer], list[list[_Pending]]]:
        """Answers to fill, and the batches that have to be asked for it."""
        begun = self._begun.pop(id(trials), None)
        if begun is not None:
            return begun
        answers, pending = self._open(trials)
        pending = self._by_length(pending)
        return answers, [pending[i : i + self.batch_size] for i in range(0, len(pending), self.batch_size)]

    def _first_of_next(self, trials: Sequence[Trial]) -> list[_Pending] | None:
        """The first batch of the block after this one, which is begun for that; None where nobody can tell which block
        comes next, or nothing is worth building ahead."""
        following = next(self._following(trials), None) if self.onward and self._ahead.threaded else None
        if following is None:
            return None
        self._begun = {id(following): self._begin(following)}
        batches = self._begun[id(following)][1]
        return batches[0] if batches else None

    def _by_length(self, pending: list[_Pending]) -> list[_Pending]:
        """What is asked together is of like length, so that little is padded: the longest sound first, questions about
        one sound side by side, those without sound last. Only where it can matter."""
        if not self.model.needs.audio or len(pending) <= self.batch_size or self.batch_size == 1:
            return pending

        def length(item: _Pending) -> tuple[float, str, int]:
            view, trial = item.answer.view, item.trial
            heard = view is not None and view.audio
            sound = item.answer.hashes["sound"] if heard else "~"
            return -seconds(trial.suite, trial.case) if heard else 1.0, sound, -len(item.answer.prompt)

        return sorted(pending, key=length)

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
            self._keep(sent.pending, engine.receive(sent.handle))
        self._tell(len(sent.pending), len(sent.pending))
        return sent.answers

    def _send(self, engine: Engine, trials: Sequence[Trial]) -> _Sent:
        answers, pending = self._open(trials)
        handle = engine.send([item.trial for item in pending]) if pending else None
        return _Sent(answers, pending, handle)

    def _following(self, trials: Sequence[Trial]) -> Iterator[list[Trial]]:
        """The blocks planned after this one that are not answered yet."""
        start = self._places.get(id(trials), len(self._order))
        for i in range(start + 1, len(self._order)):
            block = self._order[i]
            if block and block[0].key not in self._asked:
                yield block

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)

    def _open(self, trials: Sequence[Trial]) -> tuple[list[Answer], list[_Pending]]:
        """An answer for each trial, and those of them that neither failed to be shown nor are in the store."""
        answers = [Answer() for _ in trials]
        pending = [self._prepare(trial, answer) for trial, answer in zip(trials, answers, strict=True)]
        return answers, self._look_up([item for item in pending if item is not None])

    def _prepare(self, trial: Trial, answer: Answer) -> _Pending | None:
        try:
            view = answer.view = present(trial, self.seed)
            answer.prompt = prompt_of(trial, view)
            sound = ""
            if view.audio and self.model.needs.audio:
                sound = self.sounds.fingerprint(trial)
                if self.sounds.joins(trial):
                    answer.prompt = f"{_joined(trial)}\n{answer.prompt}"
        except (NotApplicable, Unsupported, PromptError, UnknownName, ValueError, OSError) as error:
            answer.error = error
            return None
        generation = trial.suite.generation
        identity = {
            "version": KEY_VERSION,
            "model": self.model.identity,
            "generation": generation,
            "prompt": answer.prompt,
            "question": view.question,
            "choices": view.choices,
            "sound": sound,
            # Greedy replies do not depend on the seed, so runs with other seeds can share them.
            "seed": self._seed(trial) if generation.temperature > 0 else None,
            **({"likelihoods": view.labels} if trial.likelihoods and view.choices else {}),
        }
        key = hashlib.sha256(msgspec.json.encode(identity)).digest()
        answer.hashes = {"prompt": hashlib.sha256(answer.prompt.encode()).hexdigest()[:16], "sound": sound[:16]}
        return _Pending(trial, answer, key)

    def _seed(self, trial: Trial) -> int:
        return number(self.seed, trial.case.id, trial.condition.name)

    def _look_up(self, pending: list[_Pending]) -> list[_Pending]:
        if self.store is None or self.refresh:
            return pending
        found = self.store.get([p.key for p in pending])
        for item in pending:
            if item.key in found:
                item.answer.reply = found[item.key]
                item.answer.cached = True
        return [p for p in pending if p.answer.reply is None]

    def _build(self, batch: list[_Pending]) -> list[tuple[_Pending, Request]]:
        """The requests of a batch, with their sounds; an item whose sound cannot be had is answered by the reason."""
        built = []
        for item in batch:
            try:
                built.append((item, self._request(item)))
            except (NotApplicable, Unsupported, ValueError, OSError) as error:
                item.answer.error = error
        prepare = getattr(self.model, "prepare", None)
        if prepare is not None and built:
            prepare([request for _, request in built])
        return built

    def _ask(self, batch: list[tuple[_Pending, Request]]) -> None:
        if not batch:
            return
        self._keep([item for item, _ in batch], self._answers_to([request for _, request in batch]))

    def _keep(self, items: Sequence[_Pending], said: Sequence[Reply | Exception]) -> None:
        """Put what was said into the answers and, what are replies, into the store."""
        for item, one in zip(items, said, strict=True):
            if isinstance(one, Reply):
                item.answer.reply = one
            else:
                item.answer.error = one
        if self.store is not None:
            replies = {item.key: item.answer.reply for item in items if item.answer.reply is not None}
            self.store.put(self.model.name, replies)

    def _request(self, item: _Pending) -> Request:
        trial, view = item.trial, item.answer.view
        assert view is not None
        audible = view.audio and self.model.needs.audio
        return Request(
            suite=trial.suite.name,
            case=trial.case.id,
            condition=trial.condition.name,
            prompt=item.answer.prompt,
            question=view.question,
            choices=view.choices,
            audio=self.sounds.waveforms(trial) if audible else (),
            generation=trial.suite.generation,
            seed=self._seed(trial),
            labels=view.labels,
            likelihoods=trial.likelihoods and bool(view.choices),
        )

    def _answers_to(self, requests: list[Request]) -> list[Reply | Exception]:
        started = time.perf_counter()
        try:
            said = list(self.model.answer(requests))
            if len(said) != len(requests):
                raise NoReply(f"{self.model.name} gave {len(said)} replies to {len(requests)} requests")
        except Exception as error:
            if len(requests) == 1:
                return [error]
        else:
            each = (time.perf_counter() - started) / len(requests)
            return [_checked(one, each, self.model.name) for one in said]
        # Outside of the handler, so that what is raised now does not drag the batch's failure along.
        return [answer for request in requests for answer in self._answers_to([request])]


def _joined(trial: Trial) -> str:
    """What a model is told of clips that were joined for it."""
    count, gap = len(trial.case.audio), trial.suite.join_clips
    return f"The audio holds {count} recordings, one after the other, with {gap:g} seconds of silence between them."


def _checked(said: object, seconds: float, model: str) -> Reply | Exception:
    if isinstance(said, Exception):
        return said
    if not isinstance(said, Reply) or not isinstance(said.text, str):
        return NoReply(f"{model} returned {type(said).__name__!r} where a Reply with text was expected")
    return said if said.seconds is not None else replace(said, seconds=seconds)
