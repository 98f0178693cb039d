"""``rephrased(k)``: the question in the case's own ``k``-th other wording.

Sensitivity to paraphrases: López et al., arXiv 2510.04584; MMAU-Pro (arXiv 2508.13992) finds up to five points.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.words import NotApplicable


def apply(view: View, rng: np.random.Generator, *, k: int = 1) -> View:
    """Ask in the ``k``-th paraphrase, counted from 1; raises :class:`NotApplicable` if the case has no such one."""
    if not 1 <= k <= len(view.paraphrases):
        raise NotApplicable(f"rephrased(k={k}) needs as many `paraphrases`; this case has {len(view.paraphrases)}")
    return replace(view, question=view.paraphrases[k - 1])
