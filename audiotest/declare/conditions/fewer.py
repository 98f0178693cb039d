"""``fewer(k, kind)``: ``k`` options, the right one among them; the distractors that stay may be of one kind.

``fewer(k=2, kind=incorrect_but_related)`` is the one-distractor test of MuChoMusic (arXiv 2408.01337): the right option
against a single distractor of one kind tells what kind a model falls for. Chance is 1/k. Which distractors stay is
drawn anew for every case; the options that stay keep their order.
"""

from __future__ import annotations

import numpy as np

from audiotest.declare.conditions.view import NotApplicable, View


def check(*, k: int, kind: str | None = None) -> None:
    """Raise ValueError for ``k`` below 2."""
    if k < 2:
        raise ValueError(f"fewer leaves 2 options or more, not {k}: a single one is no choice")


def apply(view: View, rng: np.random.Generator, *, k: int, kind: str | None = None) -> View:
    """Leave ``k`` options: the answer and ``k - 1`` distractors (of ``kind``).

    Raises :class:`NotApplicable` for an open question, one without a right option, or without so many distractors, and
    where all options would stay.
    """
    check(k=k, kind=kind)
    if not view.choices:
        raise NotApplicable("fewer needs choices; this question is open")
    if view.answer_index is None:
        raise NotApplicable("fewer needs to know the right option, to keep it")
    places = [i for i in range(len(view.choices)) if i != view.answer_index]
    if kind is not None:
        kinds = view.kinds or (None,) * len(view.choices)
        places = [i for i in places if kinds[i] == kind]
    if len(places) < k - 1:
        of_kind = f" of the kind {kind}" if kind is not None else ""
        raise NotApplicable(f"fewer({k}) needs {k - 1} distractors{of_kind}; this question has {len(places) or 'none'}")
    if k >= len(view.choices):
        raise NotApplicable(f"the question has {len(view.choices)} options, so fewer({k}) leaves none out")
    kept = rng.choice(len(places), size=k - 1, replace=False)
    return view.reordered(tuple(sorted([view.answer_index, *(places[int(i)] for i in kept)])))
