"""What some scorers need besides the reply: a judge's opinion, or how near texts are by an embedding model.

Scorers stay pure: a judged one says what it asks (``asks``), one that compares says what (``compares``), and this room
has it answered for all trials of a block at once before their verdicts are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import Struct

from audiotest.errors import AudiotestError
from audiotest.grade.jury import Job, Jury
from audiotest.grade.similarities import Similarities
from audiotest.registry import SCORERS
from audiotest.types import Check, Question

Place = tuple[str, str, str]
"""(suite, case, condition)."""


class AssistantFailed(AudiotestError):
    """A judge or an embedding model that gave no answer; the reply is kept, and asking again costs only this."""


class Judged(Struct, frozen=True):
    """A reply that is to be judged: where it stands, what was asked, what was said, by which scorers."""

    place: Place
    question: Question
    output: str
    checks: tuple[Check, ...]


class Assistants:
    """The judge and the embedding model of a run, either of which may be missing."""

    def __init__(self, jury: Jury | None = None, similarities: Similarities | None = None) -> None:
        self.jury, self.similarities = jury, similarities
        self._said: dict[tuple[Place, str], dict[str, str] | Exception] = {}
        self._near: dict[tuple[Place, str], tuple[float, ...] | Exception] = {}

    def prepare(self, replies: Iterable[Judged]) -> None:
        """Have everything asked that scorers will need for ``replies`` and that has not been asked."""
        wanted = [(r, c.name) for r in replies for c in r.checks if needs_assistance(c.name)]
        if self.jury is not None:
            asking = {(r.place, asker(n)): (r, asker(n)) for r, n in wanted}
            self._ask(self.jury, [pair for key, pair in asking.items() if key not in self._said])
        if self.similarities is not None:
            self._compare(self.similarities, [(r, n) for r, n in wanted if (r.place, n) not in self._near])

    def given(self, place: Place, scorer: str) -> dict[str, Any]:
        """The arguments that ``scorer`` takes for the reply at ``place``. Raises :class:`AssistantFailed`."""
        found: dict[str, Any] = {}
        if (said := self._said.get((place, asker(scorer)))) is not None:
            if isinstance(said, Exception):
                assert self.jury is not None
                raise AssistantFailed(f"the judge {self.jury.judge.name}: {said or type(said).__name__}")
            found["judged"] = said
        if (near := self._near.get((place, scorer))) is not None:
            if isinstance(near, Exception):
                raise AssistantFailed(f"the embedding model: {near or type(near).__name__}")
            found["similarities"] = near
        return found

    def close(self) -> None:
        """Let go of both."""
        for one in (self.jury, self.similarities):
            if one is not None:
                one.close()

    def _ask(self, jury: Jury, wanted: Sequence[tuple[Judged, str]]) -> None:
        jobs: list[tuple[Judged, str, Job]] = []
        for reply, name in wanted:
            asks = getattr(_module(name), "asks", None)
            for ask in asks(reply.question, reply.output) if asks else ():
                jobs.append((reply, name, Job(*reply.place, name, ask)))
        questions = {(job.case, job.condition): reply.question for reply, _, job in jobs}

        def readable(job: Job, text: str) -> bool:
            test = getattr(_module(job.scorer), "readable", None)
            return True if test is None else bool(test(questions[job.case, job.condition], text))

        for (reply, name, job), text in zip(jobs, jury.texts([job for *_, job in jobs], readable), strict=True):
            key = (reply.place, name)
            if isinstance(text, Exception):
                self._said[key] = text
            elif not isinstance(said := self._said.setdefault(key, {}), Exception):
                said[job.ask.name] = text

    def _compare(self, similarities: Similarities, wanted: Sequence[tuple[Judged, str]]) -> None:
        pairs = {}
        for reply, name in wanted:
            compares = getattr(_module(name), "compares", None)
            if compares is not None and (pair := compares(reply.question, reply.output)) is not None:
                pairs[reply.place, name] = pair
        if not pairs:
            return
        try:
            self._near.update(zip(pairs, similarities.of(list(pairs.values())), strict=True))
        except Exception as error:
            self._near.update(dict.fromkeys(pairs, error))


def needs_assistance(scorer: str) -> bool:
    """Whether a scorer asks a judge or compares by embeddings."""
    module = _module(scorer)
    return hasattr(module, "asks") or hasattr(module, "compares")


@cache
def asker(scorer: str) -> str:
    """The scorer whose asks these are: two readings of one judge's lines share what it said."""
    asks = getattr(_module(scorer), "asks", None)
    return scorer if asks is None else str(asks.__module__).rpartition(".")[2]


def _module(scorer: str) -> Any:
    return import_module(SCORERS.get(scorer).__module__)
