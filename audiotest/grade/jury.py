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
from audiotest.models.protocol import Adapter, Interrupted
from audiotest.predict.store import ReplyStore
from audiotest.types import Ask, Reply, Request

KEY_VERSION = 1


class Job(Struct, frozen=True):
    """One ask about one trial's reply."""

    suite: str
    case: str
    condition: str
    scorer: str
    ask: Ask

    @property
    def name(self) -> str:
        """What a recording calls it: ``SCORER.ASK``, with ``@CONDITION`` unless that is ``original``."""
        return f"{self.scorer}.{self.ask.name}" + ("" if self.condition == ORIGINAL else f"@{self.condition}")


class Jury:
    """Asks ``judge`` in batches; loads it when there is something that the store does not know."""

    def __init__(
        self,
        judge: Adapter,
        *,
        seed: int = 0,
        store: ReplyStore | None = None,
        refresh: bool = False,
        batch_size: int | None = None,
    ) -> None:
        self.judge, self.seed, self.refresh = judge, seed, refresh
        self.store = store if judge.identity else None
        self.batch_size = batch_size or judge.batch_size
        self._loaded = False
        self._broken: Exception | None = None

    def texts(self, jobs: Sequence[Job], readable: Callable[[Job, str], bool]) -> list[str | Exception]:
        """What the judge said to each of ``jobs``, in order; an exception where it said nothing."""
        said: list[str | Exception] = [""] * len(jobs)
        waiting = list(range(len(jobs)))
        attempt = 0
        while waiting:
            found = self._ask([jobs[i] for i in waiting], attempt)
            again = []
            attempt += 1
            for i, text in zip(waiting, found, strict=True):
                repeated = attempt > 1 and text == said[i]  # a judge that repeats itself will go on doing so
                said[i] = text
                more = isinstance(text, str) and not readable(jobs[i], text) and not repeated
                if more and attempt < jobs[i].ask.attempts:
                    again.append(i)
            waiting = again
        return said

    def close(self) -> None:
        """Let go of the judge."""
        if self._loaded:
            self.judge.close()

    def _ask(self, jobs: list[Job], attempt: int) -> list[str | Exception]:
        keys = [self._key(job, attempt) for job in jobs]
        known = self.store.get(keys) if self.store is not None and not self.refresh else {}
        missing = [i for i, key in enumerate(keys) if key not in known]
        failed: dict[int, Exception] = {}
        for start in range(0, len(missing), self.batch_size):
            batch = missing[start : start + self.batch_size]
            try:
                answers = self._answers([self._request(jobs[i], attempt) for i in batch])
            except Interrupted as stopped:
                self._keep({keys[batch[i]]: one for i, one in stopped.to(self.judge).items() if isinstance(one, Reply)})
                raise
            fresh: dict[bytes, Reply] = {}
            for i, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Reply):
                    fresh[keys[i]] = answer
                else:
                    failed[i] = answer
            self._keep(fresh)
            known.update(fresh)
        return [failed[i] if i in failed else known[key].text for i, key in enumerate(keys)]

    def _keep(self, replies: dict[bytes, Reply]) -> None:
        if self.store is not None and replies:
            self.store.put(self.judge.name, replies)

    def _answers(self, requests: list[Request]) -> list[Reply | Exception]:
        if not self._loaded and self._broken is None:
            try:
                self.judge.load()
                self._loaded = True
            except Exception as error:  # kept: loading may take minutes, and fails again for every ask
                self._broken = error
        return self._said(requests) if self._broken is None else [self._broken] * len(requests)

    def _said(self, requests: list[Request]) -> list[Reply | Exception]:
        try:
            said = list(self.judge.answer(requests))
            if len(said) != len(requests):
                raise ValueError(f"{self.judge.name} gave {len(said)} replies to {len(requests)} requests")
            return said
        except Exception as error:
            if len(requests) == 1:
                return [error]
        return [answer for request in requests for answer in self._said([request])]

    def _request(self, job: Job, attempt: int) -> Request:
        return Request(
            suite=job.suite,
            case=job.case,
            condition=job.name,
            prompt=job.ask.prompt,
            question=job.ask.prompt,
            generation=job.ask.generation,
            seed=self._seed(job, attempt),
        )

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
