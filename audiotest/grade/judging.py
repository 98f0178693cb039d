"""From a reply to a record: verdicts, and whether the trial showed what its condition expects.

=================  ==================================================================================
expectation        passes when
=================  ==================================================================================
``correct``        the deciding verdict is correct
``stays_correct``  the same, where it was correct under ``original``; skipped where it was not
``same``           the same option is chosen as under ``original``, wherever it stands now; skipped where no
                   choice could be read there
``abstains``       no option is chosen but one like "none of the above", and the reply declines, says that it hears
                   nothing, or that no option is right
``recorded``       always: it feeds gates and the listening profile
=================  ==================================================================================
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.declare.trial import Trial
from audiotest.grade.assistants import AssistantFailed, Assistants, Judged, needs_assistance
from audiotest.grade.verdicts import metadata_of, verdicts
from audiotest.models.protocol import Unsupported
from audiotest.predict.predictor import Predictor
from audiotest.predict.requests import Answer
from audiotest.predict.sound import clip_id
from audiotest.score.answer_extraction.abstention import abstains, is_abstaining_option, rejects
from audiotest.types import Case, Check, NotApplicable, Outcome, Question, Record, Reply, Verdict


class Finding(Struct, frozen=True):
    """How a trial ended, and why where it did not pass."""

    outcome: Outcome
    reason: str = ""


def judge(
    trial: Trial, answer: Answer, predictor: Predictor, nodeid: str = "", assistants: Assistants | None = None
) -> Record:
    """The record of ``trial``, whose answer is ``answer``. ``predictor`` is asked for the reply under
    ``original`` where the expectation looks back to it, ``assistants`` for what scorers need besides the reply.

    Raises ValueError for a scorer with options that it does not take.
    """
    record = _blank(trial, answer, predictor.seed, nodeid)
    if answer.error is not None:
        return replace(record, outcome=_outcome_of(answer.error), reason=_said(answer.error))
    assert answer.view is not None
    assert answer.reply is not None
    assistants = assistants or Assistants()
    if any(needs_assistance(check.name) for check in _checks(trial)):
        block = predictor.together(trial) or [(trial, answer)]
        assistants.prepare(_to_judge(t, a.view, a.reply) for t, a in block if a.view and a.reply)
    try:
        found = _verdicts(trial, answer.view, answer.reply, assistants)
        finding = _finding(trial, answer.view, answer.reply, found, predictor, assistants)
    except AssistantFailed as error:
        return replace(record, outcome="error", reason=str(error))
    if finding.outcome == "failed" and trial.suite.policy == "gates":
        finding = replace(finding, outcome="missed")
    return replace(record, verdicts=found, outcome=finding.outcome, reason=finding.reason)


def failed_record(trial: Trial, error: BaseException, seed: int, nodeid: str = "") -> Record:
    """The record of a trial that broke before it could be judged."""
    return replace(_blank(trial, Answer(), seed, nodeid), outcome="error", reason=_said(error))


def _blank(trial: Trial, answer: Answer, seed: int, nodeid: str) -> Record:
    case, view = trial.case, answer.view
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
        prompt=answer.prompt,
        reply=answer.reply,
        cached=answer.cached,
        hashes=answer.hashes,
        seed=seed,
        labels=view.labels if view else (),
        reference=case.reference if view is None or view.answerable else (),
    )


def _outcome_of(error: Exception) -> Outcome:
    if isinstance(error, Unsupported):
        return "unsupported"
    return "skipped" if isinstance(error, NotApplicable) else "error"


def _said(error: BaseException) -> str:
    text = str(error)
    plain = isinstance(error, Unsupported | NotApplicable | ValueError | OSError | LookupError)
    return text if text and plain else f"{type(error).__name__}: {text}".rstrip(": ")


def _verdicts(trial: Trial, view: View, reply: Reply, assistants: Assistants) -> dict[str, Verdict]:
    place = _place(trial)
    return verdicts(
        _question(trial, view, reply),
        reply.text,
        trial.suite.scorers,
        trial.case.expect if view.answerable else (),
        lambda scorer: assistants.given(place, scorer),
    )


def _to_judge(trial: Trial, view: View, reply: Reply) -> Judged:
    checks = _checks(trial) if view.answerable else trial.suite.scorers
    return Judged(_place(trial), _question(trial, view, reply), reply.text, checks)


def _place(trial: Trial) -> tuple[str, str, str]:
    return trial.suite.name, trial.case.id, trial.condition.name


def _checks(trial: Trial) -> tuple[Check, ...]:
    return (*trial.case.expect, *trial.suite.scorers)


def _question(trial: Trial, view: View, reply: Reply) -> Question:
    facts = metadata_of(trial.case.metadata, trial.case.tags, view.labels, reply)
    reference = trial.case.reference if view.answerable else ()
    return Question(view.question, view.choices, view.answer, view.answer_index, reference, facts)


def withheld(case: Case) -> bool:
    """Whether nothing can tell right from wrong: no answer, no reference and no check of its own."""
    return case.answer is None and not case.reference and not case.expect


def _finding(
    trial: Trial,
    view: View,
    reply: Reply,
    found: dict[str, Verdict],
    predictor: Predictor,
    assistants: Assistants,
) -> Finding:
    if trial.expectation == "recorded":
        return Finding("passed")
    if trial.expectation == "abstains":
        return _abstains(view, reply, next(iter(found.values()), None))
    if "correct" in trial.expectation and not view.answerable and view.answer_index is None:
        return Finding("failed", "no option is right under this condition; expect `abstains`")
    verdict = next(iter(found.values()), None)
    if verdict is None:
        return Finding("skipped", "no scorer of the suite judges an open question; give the case an `expect`")
    if "correct" in trial.expectation and withheld(trial.case) and view.answerable:
        return Finding("skipped", "the release withholds this answer; the reply is recorded")
    if trial.expectation == "correct":
        return correctness(found)
    before = predictor.answer(trial.original())
    if before.error is not None or before.view is None or before.reply is None:
        return Finding("skipped", f"no reply under `original` to hold this one against: {before.error}")
    earlier = _verdicts(trial, before.view, before.reply, assistants)
    if trial.expectation == "stays_correct":
        if not next(iter(earlier.values())).correct:
            return Finding("skipped", "wrong under `original` as well, so there is nothing to stay")
        finding = correctness(found)
        return (
            replace(finding, reason=f"right under `original`, but here {finding.reason}") if finding.reason else finding
        )
    return _same(view, verdict, before.view, next(iter(earlier.values())), reply, before.reply)


def correctness(found: dict[str, Verdict]) -> Finding:
    """What the deciding verdict says to the expectation ``correct``."""
    name, verdict = next(iter(found.items()))
    if verdict.correct:
        return Finding("passed")
    if verdict.correct is None and not verdict.counted:
        return Finding("skipped", verdict.evidence or f"`{name}` does not judge this reply")
    if verdict.correct is None and verdict.score is not None and name != "expect":
        return Finding("passed")
    if verdict.correct is None:
        return Finding(
            "failed", f"the scorer `{name}` tells no right from wrong; give it a `min`, or expect `recorded`"
        )
    if name == "expect":
        return Finding("failed", f"the reply does not meet {verdict.evidence}")
    said = {
        "read": "the wrong option was chosen" if verdict.choice is not None else "the reply is wrong",
        "none": "no option could be read from the reply",
        "ambiguous": "the reply names several options and settles on none",
        "refused": "the reply declines to answer",
        "unparsed": "the rule could not parse the reply",
    }
    return Finding("failed", said[verdict.status])


def _abstains(view: View, reply: Reply, verdict: Verdict | None) -> Finding:
    if verdict is not None and verdict.choice is not None:
        declined = is_abstaining_option(view.choices[verdict.choice])
    else:
        declined = bool((verdict is not None and verdict.status == "refused") or abstains(reply.text))
        declined = declined or rejects(reply.text)
    if declined:
        return Finding("passed")
    said = "had heard" if view.answerable else "could be answered"
    return Finding("failed", f"it answers as if it {said} (a hallucination)")


def _same(view: View, verdict: Verdict, old_view: View, old: Verdict, reply: Reply, old_reply: Reply) -> Finding:
    if not view.choices:
        same = reply.text.split() == old_reply.text.split() or bool(verdict.correct and old.correct)
        return Finding("passed") if same else Finding("failed", "another reply than under `original`")
    if old.choice is None:
        return Finding("skipped", f"no choice could be read under `original` ({old.status})")
    if verdict.choice is None:
        return Finding("failed", f"a choice under `original`, none here ({verdict.status})")
    before = old_view.choices[old.choice]
    if view.order[verdict.choice] == old_view.order[old.choice] or view.choices[verdict.choice] == before:
        return Finding("passed")  # a release may hold the same option twice
    return Finding("failed", f"under `original` the choice was {before!r}")
