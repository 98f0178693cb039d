"""``relabelled(style)``: other labels before the options, to see whether answers hang on the letters.

=============  =================================
style          labels
=============  =================================
``numbers``    (1), (2), (3)...
``lower``      (a), (b), (c)...
``none``       none: an option is its text alone
=============  =================================

The prompt asks for the *number* or the *text* accordingly (``label_word`` in templates), and scorers read the labels
that were shown. Order and texts stay. Models that choose by label more than by text: Zheng et al., arXiv 2309.03882.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import NotApplicable, View
from audiotest.declare.prompt import STYLES
from audiotest.registry import unknown

rewords = True
EXAMPLES = ("relabelled(style=numbers)",)


def check(*, style: str) -> None:
    """Raise ValueError for a style that there is not."""
    if style not in STYLES[1:]:
        raise ValueError(unknown("style of labels", style, list(STYLES[1:])))


def apply(view: View, rng: np.random.Generator, *, style: str) -> View:
    """Set the labels.

    Raises :class:`NotApplicable` for an open question, and where options that are numbers would be taken for labels
    (:func:`audiotest.declare.trial.prompt_of` raises it for a template that shows no labels).
    """
    check(style=style)
    if not view.choices:
        raise NotApplicable("relabelled needs choices; this question is open")
    if style == "numbers" and any(choice.strip(" .").isdigit() for choice in view.choices):
        raise NotApplicable("options that are numbers themselves cannot be distinguished from numbers as labels")
    return replace(view, label_style=style)
