"""``rotated(k)``: the options cyclically shifted by ``k``, the last ones coming to the front.

A sweep over all k shows a question under every rotation, so that each option is once in each position: what is right
under all of them was not right by its place. (CircularEval of MMBench, arXiv 2307.06281.)
"""

from __future__ import annotations

import numpy as np

from audiotest.declare.conditions.view import View
from audiotest.types import NotApplicable

reorders = True
EXAMPLES = ("rotated(k=1)",)


def check(*, k: int) -> None:
    """Raise ValueError for values out of range."""
    if k < 1:
        raise ValueError(f"rotated takes a k of 1 or more, not {k}")


def apply(view: View, rng: np.random.Generator, *, k: int) -> View:
    """Rotate; raises :class:`NotApplicable` for open questions and where nothing would move."""
    check(k=k)
    count = len(view.choices)
    if count < 2:
        raise NotApplicable("rotated needs choices; this question is open")
    if k % count == 0:
        raise NotApplicable(f"{count} choices rotated by {k} stand as before")
    return view.reordered(tuple((i - k) % count for i in range(count)))
