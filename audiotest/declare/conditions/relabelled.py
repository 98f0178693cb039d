"""``relabelled(style)``: other labels before the options: ``numbers`` (1, 2), ``lower`` (a, b), ``roman`` (i, ii) or
``none``.

``none`` shows the options one a line by the template ``choices_listed``, which asks for no label. The order stays.
"""

from __future__ import annotations

from string import ascii_lowercase

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.words import NotApplicable

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_STYLES = {
    "numbers": [str(i) for i in range(1, 100)],
    "lower": list(ascii_lowercase),
    "roman": list(_ROMAN),
}


def apply(view: View, rng: np.random.Generator, *, style: str) -> View:
    """Set the labels; ValueError for another style, :class:`NotApplicable` for open questions."""
    if style not in (*_STYLES, "none"):
        raise ValueError(f"relabelled takes a style of {', '.join((*_STYLES, 'none'))}, not {style!r}")
    if not view.choices:
        raise NotApplicable("relabelled needs choices; this question is open")
    if style == "none":
        return replace(view, prompt="choices_listed")
    if len(view.choices) > len(_STYLES[style]):
        raise NotApplicable(f"there are no {style} labels for {len(view.choices)} choices")
    return replace(view, labels=tuple(_STYLES[style][: len(view.choices)]))
