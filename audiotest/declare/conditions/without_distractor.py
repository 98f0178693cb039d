"""``without_distractor(k)``: the question without its ``k``-th distractor, counted from 1 in the case's own order.

Leave-one-out over the distractors, as RUL-MuchoMusic (Zang et al., arXiv 2504.00369) is run: a sweep
``without_distractor(k=[1, 2, 3, 4]) + shuffled`` asks each question of five options four times with four of them, each
time in another order. What depends on a single tempting, or hopeless, distractor shows as an answer that changes.
The metric ``leave_one_out_accuracy`` takes the vote.
"""

from __future__ import annotations

import numpy as np

from audiotest.declare.conditions.view import View
from audiotest.types import NotApplicable

EXAMPLES = ("without_distractor(k=1)",)


def check(*, k: int) -> None:
    """Raise ValueError for values out of range."""
    if k < 1:
        raise ValueError(f"without_distractor takes a k of 1 or more, not {k}")


def apply(view: View, rng: np.random.Generator, *, k: int) -> View:
    """Leave one distractor out; the others keep their order. Raises :class:`NotApplicable` without an answer, without
    a ``k``-th distractor, and where one option would be left."""
    check(k=k)
    if view.answer_index is None:
        raise NotApplicable("without_distractor needs choices with a right one among them")
    own = sorted(range(len(view.choices)), key=lambda i: view.order[i])
    wrong = [i for i in own if i not in view.rights]
    if k > len(wrong) or len(wrong) < 2:
        raise NotApplicable(f"{len(view.choices)} choices have no {k}. distractor that can be left out")
    return view.reordered(tuple(i for i in range(len(view.choices)) if i != wrong[k - 1]))
