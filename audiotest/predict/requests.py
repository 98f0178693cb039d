"""What happens to one trial on its way to the adapter: it is shown under its condition, looked up in the store, built
into a request, asked and kept.

A batch that fails is asked again one request at a time, so that one bad item costs only itself.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from audiotest.declare.condition import number
from audiotest.declare.conditions.view import View
from audiotest.declare.prompt import PromptError
from audiotest.declare.trial import Trial, present, prompt_of
from audiotest.errors import AudiotestError
from audiotest.models.protocol import Adapter, Interrupted, Unsupported
from audiotest.predict.sound import Sounds, seconds
from audiotest.predict.store import ReplyStore
from audiotest.registry import UnknownName
from audiotest.types import NotApplicable, Reply, Request

KEY_VERSION = 1


class NoReply(AudiotestError):
    """The model raised, timed out or returned nothing; never a wrong answer."""


class Answer(Struct):
    """A trial's reply, or the error in its place; ``view`` and ``prompt`` are what was asked."""

    view: View | None = None
    prompt: str = ""
    reply: Reply | None = None
    error: Exception | None = None
    cached: bool = False
    hashes: dict[str, str] = msgspec.field(default_factory=dict)


class Pending(Struct):
    """A trial that has to be asked: its answer to fill, and the name its reply is kept under."""

    trial: Trial
    answer: Answer
    key: bytes


class Asker:
    """The adapter, the store and the sounds; :class:`audiotest.predict.predictor.Predictor` says what is asked when."""

    def __init__(self, model: Adapter, seed: int, store: ReplyStore | None, refresh: bool) -> None:
        self.model, self.seed, self.refresh = model, seed, refresh
        self.store = store if model.identity else None
        self.sounds = Sounds(model.needs, seed)

    def open(self, trials: Sequence[Trial]) -> tuple[list[Answer], list[Pending]]:
        """An answer for each trial, and those of them that neither failed to be shown nor are in the store."""
        answers = [Answer() for _ in trials]
        pending = [self._prepare(trial, answer) for trial, answer in zip(trials, answers, strict=True)]
        return answers, self._look_up([item for item in pending if item is not None])

    def _prepare(self, trial: Trial, answer: Answer) -> Pending | None:
        try:
            view = answer.view = present(trial, self.seed)
            answer.prompt = prompt_of(trial, view)
            sound = source = ""
            if view.audio and self.model.needs.audio:
                sound, source = self.sounds.fingerprints(trial)
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
        prompt = hashlib.sha256(answer.prompt.encode()).hexdigest()
        answer.hashes = {"prompt": prompt[:16], "sound": sound[:16], "source": source[:16]}
        return Pending(trial, answer, key)

    def _seed(self, trial: Trial) -> int:
        return number(self.seed, trial.case.id, trial.condition.name)

    def _look_up(self, pending: list[Pending]) -> list[Pending]:
        if self.store is None or self.refresh:
            return pending
        found = self.store.get([p.key for p in pending])
        for item in pending:
            if item.key in found:
                item.answer.reply = found[item.key]
                item.answer.cached = True
        return [p for p in pending if p.answer.reply is None]

    def by_length(self, pending: list[Pending], batch_size: int) -> list[Pending]:
        """What is asked together is of like length, so that little is padded: the longest sound first, questions about
        one sound side by side, those without sound last. Only where it can matter."""
        if not self.model.needs.audio or len(pending) <= batch_size or batch_size == 1:
            return pending

        def length(item: Pending) -> tuple[float, str, int]:
            view, trial = item.answer.view, item.trial
            heard = view is not None and view.audio
            sound = item.answer.hashes["sound"] if heard else "~"
            return -seconds(trial.suite, trial.case) if heard else 1.0, sound, -len(item.answer.prompt)

        return sorted(pending, key=length)

    def build(self, batch: list[Pending]) -> list[tuple[Pending, Request]]:
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

    def ask(self, batch: list[tuple[Pending, Request]]) -> None:
        """Ask the model for a batch that was built, and keep what it says."""
        if not batch:
            return
        try:
            said = self._answers_to([request for _, request in batch])
        except Interrupted as stopped:
            own = {i: one for i, one in stopped.to(self.model).items() if isinstance(one, Reply)}
            self.keep([batch[i][0] for i in own], list(own.values()))
            raise
        self.keep([item for item, _ in batch], said)

    def keep(self, items: Sequence[Pending], said: Sequence[Reply | Exception]) -> None:
        """Put what was said into the answers and, what are replies, into the store."""
        for item, one in zip(items, said, strict=True):
            if isinstance(one, Reply):
                item.answer.reply = one
            else:
                item.answer.error = one
        if self.store is not None:
            replies = {item.key: item.answer.reply for item in items if item.answer.reply is not None}
            self.store.put(self.model.name, replies)

    def _request(self, item: Pending) -> Request:
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
        except (Exception, SystemExit) as error:
            if len(requests) == 1:
                return [
                    error if isinstance(error, Exception) else NoReply(f"{self.model.name} called sys.exit({error})")
                ]
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
    try:
        msgspec.json.encode(said)
    except (TypeError, ValueError) as error:  # one that cannot be kept would cost its whole batch
        return NoReply(f"{model} gave a reply that cannot be written as JSON: {error}")
    return said if said.seconds is not None else replace(said, seconds=seconds)
