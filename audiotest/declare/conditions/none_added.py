"""``none_added``: "none of the above" as one more option, though the right one is there.

The control of ``answer_removed``: a model that declines there only because it takes the new option whenever it is
offered is found out here, where it is wrong. Position, texts and answer of the others stay.
"""

from __future__ import annotations

import numpy as np

from audiotest.declare.conditions.view import NotApplicable, View


def apply(view: View, rng: np.random.Generator) -> View:
    """Add the option, last. Raises :class:`NotApplicable` for an open question, and where it is there already."""
    if not view.choices:
        raise NotApplicable("none_added needs choices; this question is open")
    return view.with_none(right=False)
