"""``rotated(k)``: the options turned by ``k`` places, so that each comes to stand elsewhere.

The option shown at place ``i`` is the one that stands at place ``(i + k) mod n`` in the case: ``rotated(k=1)`` shows
A B C D as B C D A. A sweep over 1 to n-1 together with ``original`` puts every option at every place once, the circular
evaluation of MMBench (arXiv 2307.06281); an answer that is right in all of them does not hang on the place.
"""

from __future__ import annotations

import numpy as np

from audiotest.declare.conditions.view import NotApplicable, View


def check(*, k: int) -> None:
    """Raise ValueError for ``k`` below 1."""
    if k < 1:
        raise ValueError(f"rotated takes a k of 1 or more, not {k}")


def apply(view: View, rng: np.random.Generator, *, k: int) -> View:
    """Turn the choices; the answer goes along.

    Raises :class:`NotApplicable` for an open question, and where ``k`` turns have them stand as they stood.
    """
    check(k=k)
    count = len(view.choices)
    if count < 2:
        raise NotApplicable("rotated needs choices; this question is open")
    if k % count == 0:
        raise NotApplicable(f"turning {count} options by {k} places leaves them as they stand")
    return view.reordered(tuple((i + k) % count for i in range(count)))
