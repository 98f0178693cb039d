"""Asking a judge: prompts about replies go in, the judge's texts come out, kept like any model's replies.

A judge is any model that answers text. What it said is kept in the reply store, so a judge that goes down, or a run
that is stopped, costs nothing that was judged before. An ask whose text the scorer cannot read is asked for again
as often as it allows, each time with a seed of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from audiotest.declare.condition import ORIGINAL, number
from audiotest.grade.asking import AskedModel, Item
from audiotest.models.protocol import Adapter
from audiotest.models.streaming import NoReply
from audiotest.predict.store import ReplyStore
from audiotest.types import Ask, Question, Reply, Request, TrialKey

KEY_VERSION = 1


class Job(Struct, frozen=True, eq=False):
    """One ask about one trial's reply. ``readable(question, text)`` says whether a text of the judge can be read."""

    suite: str
    case: str
    condition: str
    scorer: str
    ask: Ask
    question: Question | None = None
    readable: Callable[..., bool] | None = None

    @property
    def name(self) -> str:
        """What a recording calls it: ``SCORER.ASK``, with ``@CONDITION`` unless that is ``original``."""
        return f"{self.scorer}.{self.ask.name}" + ("" if self.condition == ORIGINAL else f"@{self.condition}")


class _Attempt(Item, kw_only=True):
    """One attempt at a job; ``last_text`` is what the one before was told."""

    job: Job
    number: int
    last_text: str | None

    @property
    def trial(self) -> TrialKey:
        """The trial whose reply is judged."""
        return TrialKey(self.job.suite, self.job.case, self.job.condition)


class Jury:
    """Asks ``judge``; loads it when there is something that the store does not know."""

    def __init__(
        self,
        judge: Adapter,
        *,
        seed: int = 0,
        store: ReplyStore | None = None,
        refresh: bool = False,
        batch_size: int | None = None,
    ) -> None:
        self.judge, self.name, self.seed = judge, judge.name, seed
        self._settled: dict[int, str | Exception] = {}
        self._asked = AskedModel(judge, store=store, refresh=refresh, batch_size=batch_size, finished=self._finished)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Queue jobs to be asked."""
        self._asked.submit([self._attempt(job, 0, None) for job in jobs])

    def text(self, job: Job) -> str:
        """What the judge said to a job that was submitted, waited for. Raises what stands in its place."""
        self._asked.wait(lambda: id(job) in self._settled)
        outcome = self._settled.get(id(job))
        if outcome is None:
            outcome = NoReply(f"{self.name} ended its stream without an answer to this request")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def down_with(self, error: Exception) -> str:
        """See :meth:`~audiotest.grade.asking.AskedModel.down_with`."""
        return self._asked.down_with(error)

    def close(self) -> None:
        """Let go of the judge."""
        self._asked.close()

    def _finished(self, item: Item) -> Item | None:
        assert isinstance(item, _Attempt)
        job, outcome = item.job, item.outcome
        if isinstance(outcome, Reply):
            text = outcome.text
            readable = job.readable is None or bool(job.readable(job.question, text))
            repeated = text == item.last_text  # a judge that repeats itself will go on doing so
            if not readable and not repeated and item.number + 1 < job.ask.attempts:
                return self._attempt(job, item.number + 1, text)
            self._settled[id(job)] = text
        else:
            self._settled[id(job)] = outcome or NoReply(self.name)
        return None

    def _attempt(self, job: Job, attempt: int, last_text: str | None) -> _Attempt:
        request = Request(
            suite=job.suite,
            case=job.case,
            condition=job.name,
            prompt=job.ask.prompt,
            question=job.ask.prompt,
            generation=job.ask.generation,
            seed=self._seed(job, attempt),
        )
        key = self._key(job, attempt)
        return _Attempt(key=key, request=request, job=job, number=attempt, last_text=last_text)

    def _seed(self, job: Job, attempt: int) -> int:
        return number(self.seed, job.case, f"{job.name} {attempt}")

    def _key(self, job: Job, attempt: int) -> bytes:
        identity = {
            "version": KEY_VERSION,
            "judge": self.judge.identity,
            "ask": replace(job.ask, attempts=1),
            "attempt": attempt,
            "seed": self._seed(job, attempt) if job.ask.generation.temperature > 0 else None,
            "of": job.name if not self.judge.identity else "",
            "case": job.case if not self.judge.identity else "",
        }
        return hashlib.sha256(msgspec.json.encode(identity)).digest()
