"""``foreign_choices(by, offer_none)``: the case's question over the choices of another one, which do not answer it.

The choices are those of the next case in the suite's seeded cycle that has another question and no choice in common
with this one. In a suite whose questions are all of one sort such choices may fit by accident: name a tag with
``by``, and they come from a case that has another value of it (``by=skill``).

Nothing is right then: only a reply that declines, or says so, ``abstains``. With ``offer_none=yes`` "none of the above"
is the last option and the answer, so ``correct`` makes sense as well.

*Incompatible answer set detection* of AQUA-Bench (arXiv 2601.12248).
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
    """Put the other choices in the place of these.

    Raises :class:`NotApplicable` for an open question and where no case of the suite has choices that are unlike these.
    """
    if not view.choices:
        raise NotApplicable("foreign_choices needs choices; this question is open")
    if view.case.choice_sounds:
        raise NotApplicable("the options of this question are sounds, which other options cannot stand for")
    candidates = unlike(view.case, others, by, "foreign_choices")
    lender = next((c for c in candidates if c.choices and not c.choice_sounds), None)
    if lender is None:
        raise none_left("foreign_choices", by)
    shown = replace(
        view,
        choices=lender.choices,
        distractor_types=(),
        order=(-1,) * len(lender.choices),
        answer=None,
        answers=(),
        answer_index=None,
        answerable=False,
    )
    return shown.with_none(right=True) if offer_none else shown
