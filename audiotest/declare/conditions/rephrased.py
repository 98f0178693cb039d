"""``rephrased(k)``: the question in the words of the case's own ``k``-th paraphrase; options and order stay.

Paraphrases are the author's (``paraphrases`` of a case), so the meaning is vouched for. How far answers follow the
wording of the question: López et al., arXiv 2510.04584.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import NotApplicable, View


def check(*, k: int = 1) -> None:
    """Raise ValueError for ``k`` below 1."""
    if k < 1:
        raise ValueError(f"rephrased counts paraphrases from 1, not {k}")


def apply(view: View, rng: np.random.Generator, *, k: int = 1) -> View:
    """Ask by paraphrase ``k``, counted from 1.

    Raises :class:`NotApplicable` where the case has not so many, or the question is not its own any more.
    """
    check(k=k)
    if view.question != view.case.question:
        raise NotApplicable("rephrased rewords the case's own question; another one is shown")
    count = len(view.case.paraphrases)
    if count < k:
        raise NotApplicable(f"rephrased({k}) needs {k} paraphrases; this case has {count or 'none'}")
    return replace(view, question=view.case.paraphrases[k - 1])
