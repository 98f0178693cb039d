"""What some scorers need besides the reply: a judge's opinion, or how near texts are by an embedding model.

Scorers stay pure: a judged one says what it asks (``asks``), one that compares says what (``compares``). What they
need is submitted when a reply arrives and waited for when its verdicts are made, so that a judge works on many at
once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from audiotest.errors import AudiotestError
from audiotest.grade.jury import Job, Jury
from audiotest.grade.similarities import Similarities
from audiotest.registry import SCORERS
from audiotest.types import Check, Question, TrialKey


class AssistantFailed(AudiotestError):
    """A judge or an embedding model that gave no answer; the reply is kept, and asking again costs only this."""


def _named_judge(check: Check) -> str:
    return str(check.options.get("model") or "") if SCORERS.get(check.name).asks is not None else ""


class Wanted(Struct, frozen=True):
    """A reply that is to be judged: of which trial, what was asked, what was said, by which scorers."""

    key: TrialKey
    question: Question
    output: str
    checks: tuple[Check, ...]


class Assistants:
    """The judge and the embedding model of a run, either of which may be missing. ``open_jury`` gives the judge that a
    suite names for a scorer by the option ``model``, a card's name.

    One that cannot be opened or loaded, or that fails every request alike, is asked nothing more (as a model under
    test, see :mod:`audiotest.predict.breaker`). The run goes on: what was judged is kept, and the other replies can be
    judged later. ``down`` holds the sentence that stands in the place of their verdicts."""

    def __init__(
        self,
        jury: Jury | None = None,
        similarities: Similarities | None = None,
        open_jury: Callable[[str], Jury] | None = None,
    ) -> None:
        self.jury, self.similarities = jury, similarities
        self._open_jury = open_jury
        self._named: dict[str, Jury | AudiotestError] = {}
        self._jobs: dict[tuple[TrialKey, str], tuple[Jury | AudiotestError, list[Job]]] = {}
        self._pairs: dict[tuple[TrialKey, str], Any] = {}
        self._lock = threading.Lock()
        self.down: set[str] = set()
        self._reported: set[str] = set()

    def wanted_by(self, checks: Sequence[Check]) -> bool:
        """Whether any of the scorers asks a judge or compares by embeddings, and there is one to ask."""
        return any(
            SCORERS.get(check.name).needs_assistance
            and (self.jury is not None or self.similarities is not None or _named_judge(check))
            for check in checks
        )

    def submit(self, wanted: Wanted) -> None:
        """Have everything asked that scorers will need for a reply, unless that has been done."""
        for check in wanted.checks:
            scorer = SCORERS.get(check.name)
            jury = self._jury_of(check)
            if jury is not None and scorer.asks is not None:
                self._ask(jury, wanted, scorer.asker, check.options if scorer.asks_by_options else {})
            if self.similarities is not None and scorer.compares is not None:
                self._compare(self.similarities, wanted, check.name)

    def given(self, key: TrialKey, scorer: str) -> dict[str, Any]:
        """The arguments that ``scorer`` takes for the reply to the trial ``key``, waited for.

        Raises :class:`AssistantFailed`.
        """
        arguments: dict[str, Any] = {}
        jury, jobs = self._jobs.get((key, SCORERS.get(scorer).asker), (None, []))
        if jobs and isinstance(jury, AudiotestError):
            raise self._is_down(f"the judge cannot be opened: {jury}")
        if jobs and isinstance(jury, Jury):
            try:
                arguments["judged"] = {job.ask.name: jury.text(job) for job in jobs}
            except Exception as error:
                raise self._failed(f"the judge {jury.name}", error, jury.down_with(error)) from None
        pair = self._pairs.get((key, scorer))
        if pair is not None and self.similarities is not None:
            try:
                arguments["similarities"] = self.similarities.cosines(pair)
            except Exception as error:
                raise self._failed("the embedding model", error, self.similarities.down_with(error)) from None
        return arguments

    def repeats(self, reason: str) -> bool:
        """Whether a trial without a verdict repeats what another has reported: of one that is down the first trial is
        an error, the others are skipped. Gates over them are not judged."""
        repeated = reason in self._reported
        self._reported |= {reason} & self.down
        return repeated

    def close(self) -> None:
        """Let go of all of them."""
        for one in (self.jury, self.similarities, *self._named.values()):
            if one is not None and not isinstance(one, AudiotestError):
                one.close()

    def _failed(self, assistant: str, error: Exception, down: str) -> AssistantFailed:
        if down:
            return self._is_down(f"{assistant}: {down}")
        return AssistantFailed(f"{assistant}: {error or type(error).__name__}")

    def _is_down(self, text: str) -> AssistantFailed:
        self.down.add(f"not judged: {text}")
        return AssistantFailed(f"not judged: {text}")

    def _jury_of(self, check: Check) -> Jury | AudiotestError | None:
        """The judge of a scorer: the one that the suite names for it, else the run's."""
        name = _named_judge(check)
        if not name or self._open_jury is None:
            return self.jury
        with self._lock:
            if name not in self._named:
                try:
                    self._named[name] = self._open_jury(name)
                except AudiotestError as error:  # a judge that cannot be opened costs its verdicts, not the replies
                    self._named[name] = error
        return self._named[name]

    def _ask(self, jury: Jury | AudiotestError, wanted: Wanted, asker: str, options: Mapping[str, Any]) -> None:
        with self._lock:
            if (wanted.key, asker) in self._jobs:
                return
            jobs: list[Job] = []
            self._jobs[wanted.key, asker] = jury, jobs
        scorer = SCORERS.get(asker)
        readable = scorer.readable
        if readable is not None and options:
            readable = partial(readable, **options)
        for ask in scorer.asks(wanted.question, wanted.output, **options) if scorer.asks is not None else ():
            jobs.append(Job(*wanted.key, asker, ask, wanted.question, readable))
        if not isinstance(jury, AudiotestError):
            jury.submit(jobs)

    def _compare(self, similarities: Similarities, wanted: Wanted, name: str) -> None:
        compares = SCORERS.get(name).compares
        pair = compares(wanted.question, wanted.output) if compares is not None else None
        with self._lock:
            known = (wanted.key, name) in self._pairs
            self._pairs[wanted.key, name] = pair
        if pair is not None and not known:
            similarities.submit([pair])
