"""The question of a trial as its scorers see it: made in one place, of the record and what the release knows besides.

A run and a later rescoring of it go through here, so the same reply gets the same verdict from both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiotest.analyse.trials import UNANSWERABLE, is_of
from audiotest.types import Case, Question, Record

_OF_THE_REPLY = {"thinking": "thinking_prediction", "likelihoods": "likelihoods", "answer_order": "answer_order",
                 "refusal": "refusal", "replies": "replies"}  # fmt: skip
"""Details of a reply, and the names by which scorers know them."""


def question_of(record: Record, case: Case | None = None) -> Question:
    """What was asked in ``record``, with the metadata of its ``case``: what the release knows (transcription,
    rubric...), the case's tags, the labels shown where they are not the usual ones, and of the reply its thinking,
    the likelihoods of the options and whether it came as a refusal.

    A release may call something of its own ``labels``, ``likelihoods`` or ``refusal``, such as the classes of a clip:
    that is not what these names stand for here.
    """
    release: Mapping[str, Any] = case.metadata if case is not None else {}
    metadata = {name: value for name, value in release.items() if name not in ("labels", "likelihoods", "refusal")}
    metadata["tags"] = record.tags
    if record.labels:
        metadata["labels"] = record.labels
    details = record.reply.details if record.reply is not None else {}
    metadata |= {known: details[name] for name, known in _OF_THE_REPLY.items() if name in details}
    return Question(
        record.question,
        record.choices,
        record.answer,
        record.answer_index,
        _reference(record, case),
        metadata,
        finish=record.reply.finish if record.reply is not None else None,
        answers=record.answers,
    )


def _reference(record: Record, case: Case | None) -> tuple[str, ...]:
    """The texts that the reply is held against; records of old runs do not have them."""
    if record.reference or case is None or is_of(record.condition, UNANSWERABLE):
        return record.reference
    return case.reference
