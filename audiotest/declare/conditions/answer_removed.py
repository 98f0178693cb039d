"""``answer_removed(offer_none)``: the right option is taken away; does the model notice that none is right?

With ``offer_none=yes`` (the default) "none of the above" takes its place and is the answer, so ``correct`` and
``abstains`` both make sense; hold it against ``none_added``. With ``offer_none=no`` the option is left out and
nothing is right: only a reply that declines or says so ``abstains``. Where several options are right all of them go.

*Absent answer detection* of AQUA-Bench (arXiv 2601.12248), after Unsolvable Problem Detection (arXiv 2403.20331).
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import NONE, NotApplicable, View

unanswerable = True


def apply(view: View, rng: np.random.Generator, *, offer_none: bool = True) -> View:
    """Replace the right option, or leave it out, and leave out all others that are right; the rest keep their order.

    Raises :class:`NotApplicable` for an open question, one without a right option or with two of it, or with "none of
    the above" among its options, and where leaving one out leaves a single one.
    """
    if not view.choices or view.answer_index is None or not view.answerable:
        raise NotApplicable("answer_removed needs choices with the right one among them")
    view.require_no_none()
    if not view.answers and view.choices.count(view.choices[view.answer_index]) > 1:
        raise NotApplicable("the right option stands there twice, so one of it would be left")
    rest = tuple(i for i in range(len(view.choices)) if i not in view.rights)
    if not offer_none:
        if len(rest) < 2:
            raise NotApplicable("without the right option a single one would be left, which is no choice")
        return replace(view.reordered(rest), answer=None, answers=(), answerable=False)

    if view.answers:
        view = view.reordered(tuple(sorted((*rest, view.answer_index))))
    right = view.answer_index
    assert right is not None
    types = view.distractor_types

    def put(old: tuple[str, ...], new: str) -> tuple[str, ...]:
        return (*old[:right], new, *old[right + 1 :])

    return replace(
        view,
        choices=put(view.choices, NONE),
        distractor_types=(*types[:right], None, *types[right + 1 :]) if types else (),
        order=(*view.order[:right], -1, *view.order[right + 1 :]),
        answer=NONE,
        answerable=False,
    )
