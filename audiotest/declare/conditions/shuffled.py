"""``shuffled``: the same options in another order, to see whether the choice follows the text.

The order is drawn uniformly from all orders but the given one (a shuffle that changes nothing would test
nothing). Order sensitivity of audio-language models on multiple choice: López et al., arXiv 2510.04584.
"""

from __future__ import annotations

import numpy as np

from audiotest.declare.conditions.view import View
from audiotest.types import NotApplicable

reorders = True


def apply(view: View, rng: np.random.Generator) -> View:
    """Reorder the choices; the answer goes along. Raises :class:`NotApplicable` for open questions."""
    count = len(view.choices)
    if count < 2:
        raise NotApplicable("shuffled needs choices; this question is open")
    places = tuple(range(count))
    while places == tuple(range(count)):
        places = tuple(int(i) for i in rng.permutation(count))
    return view.reordered(places)
