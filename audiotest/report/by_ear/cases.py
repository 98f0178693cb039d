"""The cases of a suite under its conditions, as a model would be given them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

from msgspec import Struct

from audiotest.declare.condition import parse
from audiotest.declare.suite import Expectation, Suite
from audiotest.declare.trial import Trial
from audiotest.predict.requests import Answer, Pending, Requests
from audiotest.types import Case, Hashes, Needs, Record, Waveform


class Shown(Struct, frozen=True):
    """A case under one condition: the prompt as it is sent, and the options in their order, with the places of the
    right ones. ``sound`` is the key of its sound, "" where there is none; ``problem`` says why the condition does not
    apply, or what is wrong."""

    condition: str
    nodeid: str
    prompt: str = ""
    question: str = ""
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    rights: tuple[int, ...] = ()
    sound: str = ""
    problem: str = ""


class Item(Struct, frozen=True):
    """A case with everything that its author wrote about it, and how each condition shows it; ``place`` is
    FILE:LINE."""

    case: str
    question: str
    place: str
    answer: str = ""
    reference: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    issue: str = ""
    conditions: tuple[Shown, ...] = ()


class Ear:
    """Shows and sounds the trials of ``suite`` as they are for a model that takes sound in any form. ``seed`` is the
    run's, from which conditions draw."""

    def __init__(self, suite: Suite, seed: int = 0) -> None:
        self.suite = suite
        model: Any = SimpleNamespace(identity="", needs=Needs(turns=True))
        self._requests = Requests(model, seed, None, False)
        self._pending: dict[str, Pending] = {}

    def items(
        self, *, cases: Sequence[str] = (), conditions: Sequence[str] = (), limit: int | None = None
    ) -> Iterator[Item]:
        """The cases whose ids match one of the patterns ``cases`` (such as ``kettle-*``), all without any; at most
        ``limit``. ``conditions``: these in the place of the suite's. Raises
        :class:`~audiotest.declare.condition.ConditionError`."""
        chosen = [c for c in self.suite.cases if not cases or any(fnmatchcase(c.id, pattern) for pattern in cases)]
        parsed = [c for text in conditions for c in parse(text)] or [c for c, _ in self.suite.conditions]
        expectation: Expectation = "recorded"
        for case in chosen[:limit]:
            yield self._item(case, [Trial(self.suite, case, condition, expectation) for condition in parsed])

    def waveforms(self, sound: str) -> Sequence[Waveform]:
        """The clips of a sound by its key. Raises what decoding and conditions raise, and KeyError."""
        return self._requests.request(self._pending[sound]).audio

    def record(self, item: Item, shown: Shown) -> Record:
        """A trial that was not asked, for what makes players of records."""
        return Record(
            suite=self.suite.name, case=item.case, condition=shown.condition, nodeid=shown.nodeid, outcome="recorded",
            expectation="recorded", question=shown.question, hashes=Hashes(sound=shown.sound),
        )  # fmt: skip

    def _item(self, case: Case, trials: Sequence[Trial]) -> Item:
        answers, pending = self._requests.open(trials)
        by_answer = {id(one.answer): one for one in pending}
        return Item(
            case=case.id,
            question=case.question,
            place=f"{self.suite.file_of(case)}:{case.line}" if self.suite.path else "",
            answer=" / ".join(case.answers or filter(None, [case.answer])),
            reference=case.reference,
            tags=tuple(f"{tag}: {value}" for tag, values in case.tags.items() for value in values),
            issue=case.known_issue,
            conditions=tuple(
                self._shown(trial, answer, by_answer.get(id(answer)))
                for trial, answer in zip(trials, answers, strict=True)
            ),
        )

    def _shown(self, trial: Trial, answer: Answer, pending: Pending | None) -> Shown:
        nodeid = f"{self.suite.path or self.suite.name}::{trial.condition.name}::{trial.case.id}"
        view = answer.view
        if answer.error is not None or view is None or pending is None:
            return Shown(trial.condition.name, nodeid, problem=str(answer.error))
        sound = answer.hashes["sound"]
        if answer.turns:  # other sounds may stand among its turns
            sound = f"{sound}-{answer.hashes['prompt']}" if answer.sounds else ""
        if sound:
            self._pending.setdefault(sound, pending)
        return Shown(
            trial.condition.name, nodeid, prompt=answer.prompt, question=view.question, choices=view.choices,
            labels=view.labels, rights=view.rights, sound=sound,
        )  # fmt: skip
