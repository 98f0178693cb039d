"""Drift: whether a listener's threshold changed in the course of a run.

Goal
    A threshold is one figure only if the listener stayed the same: contexts that grow, a server that is replaced, or a
    person who tires change it. The answers to the first half of a track's questions are held against those to the
    second.

Method
    A likelihood-ratio test on the grid of :mod:`audiotest.hearing.procedure`: two thresholds, one a half, against one
    for both, with the same slope and lapse rate. Twice the difference of the greatest log-likelihoods is compared with
    chi-squared of one degree of freedom; its root with the sign of the change, z, is close to normal. Over many tracks
    the sum of z over the root of their number is normal, too (Stouffer's method): a change that all share is found
    there before it is found in any. ``python -m bench.hearing drift`` has the rate of false findings and the power.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from scipy.stats import norm

from audiotest.hearing.procedure import Procedure
from audiotest.hearing.tracks import Heard, Track

LEAST = 40
"""Answers below which a half says too little."""


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
    halves = [Procedure(track.grid), Procedure(track.grid)]
    for number, heard in enumerate(answers):
        halves[2 * number // len(answers)].update(heard.level, heard.credit(track.options))
    first, second = (half.log_likelihoods() for half in halves)
    one_threshold = float((first + second).max())
    of_nuisance = first.max(axis=0) + second.max(axis=0)
    best = int(of_nuisance.argmax())
    thresholds = track.grid.thresholds
    change = float(thresholds[second[:, best].argmax()] - thresholds[first[:, best].argmax()])
    z = float(np.sign(change) * np.sqrt(max(0.0, 2 * (float(of_nuisance[best]) - one_threshold))))
    return Drift(change, z, float(2 * norm.sf(abs(z))))


def together(z: Sequence[float]) -> tuple[float, float]:
    """(z, p) of the changes of several tracks, taken as independent."""
    combined = float(np.sum(z) / np.sqrt(len(z)))
    return combined, float(2 * norm.sf(abs(combined)))
