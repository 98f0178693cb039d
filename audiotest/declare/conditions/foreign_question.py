"""``foreign_question``: this clip, with the question and the options of another.

Incompatible audio question detection of AQUA-Bench (arXiv 2601.12248): what is asked about is not in the clip, and
a model that listened says so. The other case follows this one in a fixed cycle and has another question and another
clip. Expect ``abstains``. It makes sense in suites whose questions differ in kind: "Which note is higher?" can be
asked of any clip with two notes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.words import Case, NotApplicable


def apply(view: View, rng: np.random.Generator, *, others: Iterator[Case]) -> View:
    """Ask another case's question; raises :class:`NotApplicable` if every case asks the same."""
    for other in others:
        if other.question != view.question:
            return replace(
                view,
                question=other.question,
                choices=other.choices,
                kinds=(),
                order=tuple(range(len(other.choices))),
                answer=None,
                answer_index=None,
                labels=(),
                paraphrases=(),
            )
    raise NotApplicable("foreign_question needs another question in the suite")
