"""``foreign_choices``: this clip and question, with the options of another question.

Incompatible answer set detection of AQUA-Bench (arXiv 2601.12248): no option fits, and a model that listened says so.
The other case follows this one in a fixed cycle; one whose options hold this case's answer is passed over. Expect
``abstains``. Make sure that the suite's questions differ enough for no foreign option to be true.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.words import Case, NotApplicable


def apply(view: View, rng: np.random.Generator, *, others: Iterator[Case]) -> View:
    """Show another case's choices; raises :class:`NotApplicable` if no case has fitting ones."""
    if not view.choices:
        raise NotApplicable("foreign_choices needs choices; this question is open")
    own = {choice.strip().lower() for choice in view.choices}
    for other in others:
        if len(other.choices) > 1 and not own & {choice.strip().lower() for choice in other.choices}:
            return replace(
                view,
                choices=other.choices,
                kinds=(),
                order=tuple(range(len(other.choices))),
                answer=None,
                answer_index=None,
                labels=(),
            )
    raise NotApplicable("foreign_choices needs another case in the suite with wholly other choices")
