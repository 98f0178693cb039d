"""What some scorers need besides the reply: a judge's opinion, or how near texts are by an embedding model.

Scorers stay pure: a judged one says what it asks (``asks``), one that compares says what (``compares``). What they
need is submitted when a reply arrives and waited for when its verdicts are made, so that a judge works on many at
once.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from audiotest.errors import AudiotestError
from audiotest.grade.jury import Job, Jury
from audiotest.grade.similarities import Similarities
from audiotest.registry import SCORERS
from audiotest.types import Check, Question, TrialKey


class AssistantFailed(AudiotestError):
    """A judge or an embedding model that gave no answer; the reply is kept, and asking again costs only this."""


class Wanted(Struct, frozen=True):
    """A reply that is to be judged: of which trial, what was asked, what was said, by which scorers."""

    key: TrialKey
    question: Question
    output: str
    checks: tuple[Check, ...]


class Assistants:
    """The judge and the embedding model of a run, either of which may be missing."""

    def __init__(self, jury: Jury | None = None, similarities: Similarities | None = None) -> None:
        self.jury, self.similarities = jury, similarities
        self._jobs: dict[tuple[TrialKey, str], list[Job]] = {}
        self._pairs: dict[tuple[TrialKey, str], Any] = {}
        self._lock = threading.Lock()

    def wanted_by(self, checks: Sequence[Check]) -> bool:
        """Whether any of the scorers asks a judge or compares by embeddings, and there is one to ask."""
        if self.jury is None and self.similarities is None:
            return False
        return any(SCORERS.get(check.name).needs_assistance for check in checks)

    def submit(self, wanted: Wanted) -> None:
        """Have everything asked that scorers will need for a reply, unless that has been done."""
        for check in wanted.checks:
            scorer = SCORERS.get(check.name)
            if self.jury is not None and scorer.asks is not None:
                self._ask(self.jury, wanted, scorer.asker)
            if self.similarities is not None and scorer.compares is not None:
                self._compare(self.similarities, wanted, check.name)

    def given(self, key: TrialKey, scorer: str) -> dict[str, Any]:
        """The arguments that ``scorer`` takes for the reply to the trial ``key``, waited for.

        Raises :class:`AssistantFailed`.
        """
        arguments: dict[str, Any] = {}
        jobs = self._jobs.get((key, SCORERS.get(scorer).asker))
        if jobs and self.jury is not None:
            try:
                arguments["judged"] = {job.ask.name: self.jury.text(job) for job in jobs}
            except Exception as error:
                raise AssistantFailed(f"the judge {self.jury.name}: {error or type(error).__name__}") from None
        pair = self._pairs.get((key, scorer))
        if pair is not None and self.similarities is not None:
            try:
                arguments["similarities"] = self.similarities.cosines(pair)
            except Exception as error:
                raise AssistantFailed(f"the embedding model: {error or type(error).__name__}") from None
        return arguments

    def close(self) -> None:
        """Let go of both."""
        for one in (self.jury, self.similarities):
            if one is not None:
                one.close()

    def _ask(self, jury: Jury, wanted: Wanted, asker: str) -> None:
        with self._lock:
            if (wanted.key, asker) in self._jobs:
                return
            self._jobs[wanted.key, asker] = jobs = []
        scorer = SCORERS.get(asker)
        for ask in scorer.asks(wanted.question, wanted.output) if scorer.asks is not None else ():
            jobs.append(Job(*wanted.key, asker, ask, wanted.question, scorer.readable))
        jury.submit(jobs)

    def _compare(self, similarities: Similarities, wanted: Wanted, name: str) -> None:
        compares = SCORERS.get(name).compares
        pair = compares(wanted.question, wanted.output) if compares is not None else None
        with self._lock:
            known = (wanted.key, name) in self._pairs
            self._pairs[wanted.key, name] = pair
        if pair is not None and not known:
            similarities.submit([pair])
