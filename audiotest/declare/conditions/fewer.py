"""``fewer(k, kind)``: the answer and ``k`` - 1 of the distractors, all of one ``kind`` if that is named. Where several
options are right the first of the answers stays.

MuChoMusic's test with one distractor (arXiv 2408.01337), ``fewer(k=2, kind=incorrect_but_related)``, shows which
kind of distractor draws a model; MMAU-Pro (arXiv 2508.13992) compares three options with ten. Which distractors
stay is drawn by the trial's seed; the order stays. Chance is 1/k.
"""

from __future__ import annotations

import numpy as np

from audiotest.declare.conditions.view import View
from audiotest.types import NotApplicable

EXAMPLES = ("fewer(k=2)",)


def check(*, k: int = 2, kind: str | None = None) -> None:
    """Raise ValueError for values out of range."""
    if k < 2:
        raise ValueError(f"fewer takes a number of options from 2 on, not {k}")


def apply(view: View, rng: np.random.Generator, *, k: int = 2, kind: str | None = None) -> View:
    """Keep ``k`` options; ValueError below 2, :class:`NotApplicable` without an answer or enough distractors."""
    check(k=k, kind=kind)
    if view.answer_index is None:
        raise NotApplicable("fewer needs choices with a right one among them")
    wrong = [i for i in range(len(view.choices)) if i not in view.rights]
    wrong = [i for i in wrong if kind is None or (i < len(view.distractor_types) and view.distractor_types[i] == kind)]
    if len(wrong) < k - 1 or k >= len(view.choices):
        of = f" of the kind {kind}" if kind else ""
        raise NotApplicable(f"{len(view.choices)} choices with {len(wrong)} distractors{of} cannot become fewer: {k}")
    kept = {view.answer_index, *(int(i) for i in rng.choice(wrong, k - 1, replace=False))}
    return view.reordered(tuple(sorted(kept)))
