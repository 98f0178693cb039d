"""How large a difference between two runs has to be before the test of ``compare`` finds it.

Power is the probability that the sign-flip test by clip (:mod:`audiotest.analyse.signflip`) gives p < 0.05. With one
question a clip that test is McNemar's, and its power is worked out exactly (Miettinen 1968, Biometrics 24: 339): of n
pairs a binomial number differ, and of those a binomial number got worse. With several questions a clip the power is
that of Student's t over clips, which the sign-flip test shares to first order (Pitman 1937), at the effective n.

It depends on the *discordance*, the share of pairs that differ: two runs that agree on most items show a small
difference better than two that do not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from audiotest.analyse.clusters import Floats, quantile

POWER = 0.8
_ALPHA = 0.05
_EXACT = 5000
"""Pairs up to which McNemar's power is worked out exactly; beyond, that of the normal distribution is within 0.1%."""
_STEPS = 30
_SD = 8.0

Ints = npt.NDArray[np.intp]
Discordance = Callable[[float], float]
"""From a difference in accuracy to the share of pairs that differ, were that the difference."""


def seen(discordance: float) -> Discordance:
    """A discordance that was seen: it stays, and is never less than the difference itself."""
    return lambda difference: max(discordance, difference)


def independent(accuracy: float) -> Discordance:
    """That of another model which answers independently of one of this ``accuracy``, and is worse by the difference
    (or better, for an accuracy below one half: the direction that has room). No two real models differ on more items,
    since both find the hard ones hard."""
    one = max(accuracy, 1 - accuracy)
    return lambda difference: max(difference, one * (1 - one + difference) + (1 - one) * (one - difference))


def detectable(n: int, discordance: Discordance, *, most: float, effective_n: float, clips: int) -> float | None:
    """The smallest difference, in (0, ``most``], that is found with a probability of 80%; None where none is.

    ``n`` pairs of ``clips`` clips are worth ``effective_n`` independent ones, and for a promise no more than ``n``.
    """
    worth = min(effective_n, float(n))

    def power(difference: float) -> float:
        differing = discordance(difference)
        if clips == n:
            return mcnemar_power(n, difference, differing)
        return clustered_power(difference, differing, worth, clips)

    if power(most) < POWER:
        return None
    low, high = 0.0, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high


def mcnemar_power(n: int, difference: float, discordance: float) -> float:
    """The power of McNemar's exact test over ``n`` independent pairs; none where all of them could differ in one
    direction and the test would not reject."""
    if 2.0 ** (1 - n) >= _ALPHA:
        return 0.0
    worse = min((discordance + difference) / 2 / discordance, 1.0)
    if n > _EXACT:
        spread = sqrt(max(0.0, discordance - difference**2))
        if spread == 0.0:  # every pair differs, and in one direction
            return 1.0
        return NormalDist().cdf((difference * sqrt(n) - quantile() * sqrt(discordance) - 1 / sqrt(n)) / spread)
    reach = _SD * sqrt(n * discordance * (1 - discordance)) + 1
    differing = np.arange(max(0, int(n * discordance - reach)), min(n, int(n * discordance + reach)) + 1)
    critical = _critical()[differing]
    rejected = _at_most(critical, differing, worse) + _at_most(critical, differing, 1 - worse)
    return float((_binomial(differing, n, discordance) * rejected).sum())


# Binomial probabilities by numpy alone: importing scipy.special adds a fifth to the memory of a run.


@cache
def _log_factorials() -> Floats:
    """Those of 0 to the most pairs that are worked out exactly."""
    return np.concatenate([[0.0], np.log(np.arange(1, _EXACT + 1)).cumsum()])


def _binomial(counts: Ints, n: Ints | int, p: float) -> Floats:
    """The probability of each of ``counts`` successes in ``n`` trials; 0 for a count below 0."""
    logs, kept = _log_factorials(), np.maximum(counts, 0)
    rest = n - kept
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p, log_q = np.log(p), np.log1p(-p)
        successes, failures = np.where(kept == 0, 0.0, kept * log_p), np.where(rest == 0, 0.0, rest * log_q)
    chances = np.exp(logs[n] - logs[kept] - logs[rest] + successes + failures)
    return np.asarray(np.where(counts < 0, 0.0, chances), dtype=np.float64)


def _at_most(counts: Ints, n: Ints, p: float) -> Floats:
    """The probability of at most each of ``counts`` successes in ``n`` trials, ``n`` rising by one from place to place
    and ``counts`` by one or none: P(X_n+1 <= c) = P(X_n <= c) - p P(X_n = c)."""
    exactly = _binomial(counts, n, p)
    first = _binomial(np.arange(counts[0] + 1), int(n[0]), p).sum()
    steps = np.where(np.diff(counts) > 0, exactly[1:], 0.0) - p * exactly[:-1]
    return np.asarray(np.clip(first + np.concatenate([[0.0], steps.cumsum()]), 0.0, 1.0), dtype=np.float64)


@cache
def _critical() -> Ints:
    """For each number of pairs that differ, from 0 to the most that are worked out exactly, the largest count of the
    rarer kind that the exact test rejects; or -1. By the recurrence of :func:`_at_most`."""
    critical, count, below, exactly = [-1], -1, 0.0, 0.0
    for n in range(1, _EXACT + 1):
        below -= exactly / 2
        exactly = exactly * n / (n - count) / 2 if count >= 0 else 0.0
        following = exactly * (n - count) / (count + 1) if count >= 0 else 2.0**-n
        if 2 * (below + following) < _ALPHA:
            count, below, exactly = count + 1, below + following, following
        critical.append(count)
    return np.array(critical)


def clustered_power(difference: float, discordance: float, effective_n: float, clips: int) -> float:
    """The power of Student's test over clips."""
    from scipy.special import nctdtr

    if 2.0 ** (1 - clips) >= _ALPHA:
        return 0.0  # all clips changed alike, and p is 2 / 2^clips
    spread = sqrt(max(discordance - difference**2, 1e-9) / effective_n)
    return float(1 - nctdtr(clips - 1, difference / spread, quantile(clips - 1)))
