"""Drift: whether a listener's threshold changed in the course of a run.

Goal
    A threshold is one figure only if the listener stayed the same: contexts that grow, a server that is replaced, or a
    person who tires change it. The answers to the first half of a track's questions are held against those to the
    second.

Method
    The likelihood-ratio test of :mod:`audiotest.hearing.parts` on the halves. Its root with the sign of the change, z,
    is close to normal. Over many tracks the sum of z over the root of their number is normal, too (Stouffer's method):
    a change that all share is found there before it is found in any. The inflation rises with the width of the
    threshold's interval, since the levels of the second half depend on what the first has left open. ``python -m
    bench.hearing drift`` has the rate of false findings and the power.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from scipy.stats import norm

from audiotest.hearing.parts import likelihood_ratio
from audiotest.hearing.tracks import Heard, Track

LEAST = 40
"""Answers below which a half says too little."""
INFLATION = (1.07, 1.08)
"""That of an interval without width, and what each decade of its width adds."""


class Drift(Struct, frozen=True):
    """``decades``: by how much the threshold of the second half lies above that of the first (in the direction in which
    hearing gets worse); ``z``: the signed root of the likelihood ratio; ``p``: the probability of as large a change by
    chance, two-sided."""

    decades: float
    z: float
    p: float


def drift(track: Track, answers: Sequence[Heard]) -> Drift | None:
    """The change from the first half of ``answers`` to the second; None where there are fewer than :data:`LEAST`."""
    if len(answers) < LEAST:
        return None
    middle = (len(answers) + 1) // 2
    ratio, (first, second) = likelihood_ratio(track, (answers[:middle], answers[middle:]))
    known = track.posterior()
    inflation = INFLATION[0] + INFLATION[1] * (known.high - known.low)
    z = float(np.sign(second - first) * np.sqrt(ratio / inflation))
    return Drift(second - first, z, float(2 * norm.sf(abs(z))))


def together(z: Sequence[float]) -> tuple[float, float]:
    """(z, p) of the changes of several tracks, taken as independent."""
    combined = float(np.sum(z) / np.sqrt(len(z)))
    return combined, float(2 * norm.sf(abs(combined)))
