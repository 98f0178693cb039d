"""From a trial's answer to its record: verdicts, what judges and embedding models are asked for them, the outcome."""

from __future__ import annotations

from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.declare.trial import Trial
from audiotest.grade.assistants import AssistantFailed, Assistants, Wanted
from audiotest.grade.expectations import Finding, expected
from audiotest.grade.question import question_of
from audiotest.grade.shown import as_shown
from audiotest.grade.verdicts import left_out, verdicts
from audiotest.models.protocol import Unsupported
from audiotest.predict.predictor import Predictor
from audiotest.predict.requests import Answer
from audiotest.predict.sound import clip_id
from audiotest.types import Check, NotApplicable, Outcome, Record


class Grader:
    """Grades the answers of one run. ``assistants``: its judge and its embedding model, if it has any."""

    def __init__(self, seed: int, assistants: Assistants | None = None) -> None:
        self.seed, self.assistants = seed, assistants or Assistants()

    def arrived(self, trial: Trial, answer: Answer) -> None:
        """An answer is there: whatever has to be asked about it is put to the judge, which may begin at once."""
        if answer.reply is not None and answer.view is not None and self.assistants.wanted_by(_checks(trial, True)):
            self.assistants.submit(self._wanted(trial, answer, answer.view))

    def grade(self, trial: Trial, answer: Answer, predictor: Predictor, nodeid: str = "") -> Record:
        """The record of ``trial``. ``predictor`` is asked for the reply under ``original`` where the expectation looks
        back to it. Raises ValueError for a scorer with options that it does not take."""
        record = self._blank(trial, answer, nodeid)
        if answer.error is not None:
            return replace(record, outcome=_outcome_of(answer.error), reason=_reason(answer.error))
        assert answer.view is not None
        try:
            judged = self._judged(trial, answer, answer.view, record)
            finding = expected(trial, judged, answer.view.answerable, lambda: self._original(trial, predictor))
        except AssistantFailed as error:
            return replace(record, outcome="error", reason=str(error))
        if finding.outcome == "failed" and record.known_issue:
            finding = Finding("missed", f"{finding.reason} (known issue: {record.known_issue})")
        if finding.outcome == "failed" and trial.suite.policy == "gates":
            finding = Finding("missed", finding.reason)
        return replace(judged, outcome=finding.outcome, reason=finding.reason)

    def broken(self, trial: Trial, error: BaseException, nodeid: str = "") -> Record:
        """The record of a trial that broke before it could be graded."""
        return replace(self._blank(trial, Answer(), nodeid), outcome="error", reason=_reason(error))

    def _original(self, trial: Trial, predictor: Predictor) -> Record:
        original = trial.original()
        answer = predictor.answer(original)
        record = self._blank(original, answer, "")
        if answer.error is not None or answer.view is None:
            return replace(record, reply=None, reason=str(answer.error))
        return self._judged(original, answer, answer.view, record)

    def _judged(self, trial: Trial, answer: Answer, view: View, record: Record) -> Record:
        """The record with its verdicts. Raises :class:`AssistantFailed`."""
        assert answer.reply is not None
        assisted = self.assistants.wanted_by(_checks(trial, view.answerable))
        if assisted:
            self.assistants.submit(self._wanted(trial, answer, view))
        key = trial.key
        expect = trial.case.expect if view.answerable else ()
        given = (lambda scorer: self.assistants.given(key, scorer)) if assisted else None
        by_scorer = verdicts(question_of(record, trial.case), answer.reply.text, trial.suite.scorers, expect, given)
        return replace(record, verdicts=left_out(by_scorer) if record.known_issue else by_scorer)

    def _wanted(self, trial: Trial, answer: Answer, view: View) -> Wanted:
        assert answer.reply is not None
        question = question_of(self._blank(trial, answer, ""), trial.case)
        return Wanted(trial.key, question, answer.reply.text, _checks(trial, view.answerable))

    def _blank(self, trial: Trial, answer: Answer, nodeid: str) -> Record:
        case, view, reply = trial.case, answer.view, answer.reply
        if view is not None:
            view = as_shown(view, reply)
        recorded = reply.details.get("prompt") if reply is not None else None
        return Record(
            suite=trial.suite.name,
            case=case.id,
            condition=trial.condition.name,
            nodeid=nodeid,
            expectation=trial.expectation,
            outcome="error",
            question=view.question if view else case.question,
            choices=view.choices if view else case.choices,
            distractor_types=view.distractor_types if view else case.distractor_types,
            order=view.order if view else tuple(range(len(case.choices))),
            answer=view.answer if view else case.answer,
            answer_index=view.answer_index if view else None,
            tags=case.tags,
            clip=clip_id(trial.suite, case),
            prompt=recorded if isinstance(recorded, str) else answer.prompt,
            reply=reply,
            cached=answer.cached,
            at=answer.at,
            hashes=answer.hashes,
            seed=self.seed,
            labels=view.labels if view else (),
            reference=case.reference if view is None or view.answerable else (),
            known_issue=case.known_issue,
            answers=view.answers if view else case.answers,
            choice_sounds=view.sounds if view else (),
        )


def _checks(trial: Trial, answerable: bool) -> tuple[Check, ...]:
    return (*trial.case.expect, *trial.suite.scorers) if answerable else trial.suite.scorers


def _outcome_of(error: Exception) -> Outcome:
    if isinstance(error, Unsupported):
        return "unsupported"
    return "skipped" if isinstance(error, NotApplicable) else "error"


def _reason(error: BaseException) -> str:
    text = str(error)
    plain = isinstance(error, Unsupported | NotApplicable | ValueError | OSError | LookupError)
    return text if text and plain else f"{type(error).__name__}: {text}".rstrip(": ")
