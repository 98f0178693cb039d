"""``rephrased(k)``: the question in the case's own ``k``-th other wording.

Sensitivity to paraphrases: López et al., arXiv 2510.04584; MMAU-Pro (arXiv 2508.13992) finds up to five percentage
points.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.types import NotApplicable

rewords = True
EXAMPLES = ("rephrased(k=1)",)


def check(*, k: int = 1) -> None:
    """Raise ValueError for values out of range."""
    if k < 1:
        raise ValueError(f"rephrased counts paraphrases from 1, not {k}")


def apply(view: View, rng: np.random.Generator, *, k: int = 1) -> View:
    """Ask in the ``k``-th paraphrase, counted from 1; raises :class:`NotApplicable` if the case has no such one."""
    check(k=k)
    case = view.case
    if view.question != case.question:
        raise NotApplicable("rephrased rewords the case's own question; another one is shown")
    if k > len(case.paraphrases):
        raise NotApplicable(f"rephrased(k={k}) needs as many `paraphrases`; this case has {len(case.paraphrases)}")
    return replace(view, question=case.paraphrases[k - 1])
