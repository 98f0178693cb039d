"""Whether a trial showed what its condition expects.

=================  ==================================================================================
expectation        passes when
=================  ==================================================================================
``correct``        the deciding verdict is correct
``stays_correct``  the same, where it was correct under ``original``; skipped where it was not
``same``           the same option is chosen as under ``original``, wherever it stands now; skipped where no
                   choice could be read there
``abstains``       no option is chosen but one like "none of the above", and the reply declines, says that it hears
                   nothing, or that no option is right; of a case with ``task: transcription`` it may be empty
``recorded``       neither passes nor fails, and has the outcome ``recorded``: it feeds gates and the profile
=================  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from audiotest.analyse.trials import refused
from audiotest.analyse.unanswered import fault, unanswered
from audiotest.declare.building import TRANSCRIPTION
from audiotest.declare.trial import Trial
from audiotest.registry import SCORERS
from audiotest.score.answer_extraction.abstention import abstains, is_abstaining_option, rejects
from audiotest.types import Case, Outcome, Record, Verdict


class Finding(Struct, frozen=True):
    """How a trial ended, and why where it did not pass."""

    outcome: Outcome
    reason: str = ""


def withheld(case: Case) -> bool:
    """Whether nothing can tell right from wrong: no answer, no reference and no check of its own."""
    return case.answer is None and not case.reference and not case.expect


def expected(trial: Trial, record: Record, answerable: bool, original: Callable[[], Record]) -> Finding:
    """What becomes of ``record``, which has its verdicts. ``answerable``: the condition leaves a right answer.
    ``original()`` gives the record of the same case under ``original``, for the expectations that look back to it."""
    expectation = trial.expectation
    verdict = _deciding(record)
    if expectation == "recorded":
        return Finding("recorded")
    if expectation == "abstains":
        return _abstains(record, verdict, answerable, trial.case.task == TRANSCRIPTION)
    if "correct" in expectation and not answerable and record.answer_index is None:
        return Finding("failed", "no option is right under this condition; expect `abstains`")
    if verdict is None:
        return Finding("skipped", "no scorer of the suite judges an open question; give the case an `expect`")
    if "correct" in expectation and withheld(trial.case) and answerable:
        return Finding("skipped", "the release withholds this answer; the reply is recorded")
    if expectation == "correct":
        return correctness(record)
    before = original()
    if before.reply is None:
        return Finding("skipped", f"no reply under `original` to hold this one against: {before.reason}")
    if expectation == "stays_correct":
        return _stays_correct(record, before)
    return _same(record, verdict, before)


def correctness(record: Record) -> Finding:
    """What the deciding verdict says to the expectation ``correct``."""
    name, verdict = next(iter(record.verdicts.items()))
    if verdict.correct:
        return Finding("passed")
    if verdict.correct is None and not verdict.counted:
        return Finding("skipped", verdict.evidence or f"`{name}` does not judge this reply")
    pooled = name in SCORERS and bool(SCORERS.get(name).pooled_by)
    if verdict.correct is None and (verdict.score is not None or pooled) and name != "expect":
        return Finding("passed")
    if verdict.correct is None:
        return Finding(
            "failed", f"the scorer `{name}` does not tell right from wrong; give it a `min`, or expect `recorded`"
        )
    if pooled and verdict.status == "read":
        return Finding("failed", verdict.evidence)
    if name == "expect":
        return Finding("failed", f"the reply does not meet {verdict.evidence}")
    reasons = {
        "read": "the wrong option was chosen" if verdict.choice is not None else "the reply is wrong",
        "none": "no option could be read from the reply",
        "ambiguous": "the reply names several options and settles on none",
        "refused": "the reply declines to answer",
        "unparsed": "the rule could not parse the reply",
    }
    return Finding("failed", reasons[verdict.status])


def _deciding(record: Record) -> Verdict | None:
    return next(iter(record.verdicts.values()), None)


def _abstains(record: Record, verdict: Verdict | None, answerable: bool, transcribed: bool) -> Finding:
    assert record.reply is not None
    text = record.reply.text
    if refused(record.reply):
        declined = True
    elif verdict is not None and verdict.choice is not None:
        declined = is_abstaining_option(record.choices[verdict.choice])
    else:
        declined = bool((verdict is not None and verdict.status == "refused") or abstains(text)) or rejects(text)
        declined |= transcribed and not text.strip()  # nothing was said, and nothing is transcribed
    if declined:
        return Finding("passed")
    if unanswered(record):
        return Finding("failed", f"the reply is {fault(record)}: it neither answers nor declines")
    heard = "had heard" if answerable else "could be answered"
    return Finding("failed", f"it answers as if it {heard} (a hallucination)")


def _stays_correct(record: Record, before: Record) -> Finding:
    earlier = _deciding(before)
    if earlier is None or not earlier.correct:
        return Finding("skipped", "wrong under `original` as well, so there is nothing to stay")
    finding = correctness(record)
    return replace(finding, reason=f"right under `original`, but here {finding.reason}") if finding.reason else finding


def _same(record: Record, verdict: Verdict, before: Record) -> Finding:
    old = _deciding(before)
    assert old is not None
    assert record.reply is not None
    assert before.reply is not None
    if not record.choices:
        same = record.reply.text.split() == before.reply.text.split() or bool(verdict.correct and old.correct)
        return Finding("passed") if same else Finding("failed", "another reply than under `original`")
    if old.choice is None:
        return Finding("skipped", f"no choice could be read under `original` ({old.status})")
    if verdict.choice is None:
        return Finding("failed", f"a choice under `original`, none here ({verdict.status})")
    # What sounds are called goes by their place, and their names do not.
    chosen, earlier = _name(record, verdict.choice), _name(before, old.choice)
    if record.order[verdict.choice] == before.order[old.choice] or chosen == earlier:
        return Finding("passed")  # a release may hold the same option twice
    return Finding("failed", f"under `original` the choice was {earlier!r}")


def _name(record: Record, place: int) -> str:
    return (record.choice_sounds[place] if record.choice_sounds else "") or record.choices[place]
