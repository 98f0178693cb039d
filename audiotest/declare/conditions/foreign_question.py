"""``foreign_question(by, offer_none)``: another case's question and choices over this case's clip.

The question is that of the next case in the suite's seeded cycle that is asked of another clip, has another question
and no choice in common with this one. In a suite whose questions could be asked of any clip it may well have an answer
here: name a tag with ``by``, and it comes from a case that has another value of it (``by=modality``: what is asked of
speech is asked of music).

Nothing is right then: only a reply that declines, or says so, ``abstains``. With ``offer_none=yes`` "none of the above"
is the last option and the answer, so ``correct`` makes sense as well (but for an open question).

*Incompatible audio question detection* of AQUA-Bench (arXiv 2601.12248).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions._foreign import none_left, unlike
from audiotest.declare.conditions.view import NotApplicable, View
from audiotest.types import Case

unanswerable = True


def apply(
    view: View, rng: np.random.Generator, *, others: Iterator[Case], by: str | None = None, offer_none: bool = False
) -> View:
    """Ask the other question.

    Raises :class:`NotApplicable` for a case without audio and where no case of the suite asks something unlike it.
    """
    case = view.case
    if not case.audio or case.choice_sounds:
        raise NotApplicable("foreign_question needs a clip to ask another question about, and options that are text")
    candidates = (c for c in unlike(case, others, by, "foreign_question") if c.audio and not c.choice_sounds)
    lender = next((c for c in candidates if not set(map(str, c.audio)) & set(map(str, case.audio))), None)
    if lender is None:
        raise none_left("foreign_question", by)
    shown = replace(
        view,
        question=lender.question,
        choices=lender.choices,
        distractor_types=(),
        order=(-1,) * len(lender.choices),
        answer=None,
        answers=(),
        answer_index=None,
        answerable=False,
    )
    return shown.with_none(right=True) if offer_none and lender.choices else shown
