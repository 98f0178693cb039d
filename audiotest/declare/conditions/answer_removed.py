"""``answer_removed``: the right option's place is taken by "none of the above", which is then right.

Absent answer detection of AQUA-Bench (arXiv 2601.12248). A model that listened finds no fitting option and says so; one
that guesses picks another. Expect ``abstains``, or ``correct``: both pass for the option that stands there now.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.words import NotApplicable

NONE = "none of the above"


def apply(view: View, rng: np.random.Generator) -> View:
    """Take the answer away; raises :class:`NotApplicable` without one, or where it stands there already."""
    if view.answer_index is None:
        raise NotApplicable("answer_removed needs choices with a right one among them")
    if any(choice.strip().lower() == NONE for choice in view.choices):
        raise NotApplicable(f"{NONE!r} is among the choices already")
    choices = list(view.choices)
    choices[view.answer_index] = NONE
    return replace(view, choices=tuple(choices), answer=NONE)
