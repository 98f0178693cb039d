"""Is a paired difference more than chance? An exact test by sign flips, with clips as the units.

If nothing has changed, what a clip gained in one run it could as well have lost: the sign of each clip's net change is
arbitrary. The p-value is the share of all assignments of signs under which the total is as far from zero as it is or
farther (Fisher 1935, The Design of Experiments). Net changes are whole numbers, so the distribution of the total is
worked out exactly, by convolution, in place of drawing signs at random.

Where all clips that changed did so by the same amount, as with one question a clip, this is McNemar's exact test
(McNemar 1947). Otherwise assignments whose total is just as far from zero count one half (the mid-p value, Lancaster
1961; Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13: 91): counted whole, they make the test
reject 3 to 4% in place of 5%.

It assumes that the two runs are exchangeable within a clip and that clips are independent; nothing about how the
questions of a clip hang together.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import comb, erfc, log, sqrt

import numpy as np

from audiotest.analyse.clusters import Floats

_DEAREST = 200_000_000
"""Multiplications above which the normal distribution stands in: well above 10,000 clips that differ."""

_WHOLE_NUMBERS = 1000
"""Clips that differ up to which binomial coefficients are added as whole numbers; beyond, their logarithms serve."""


def sign_flip_p(nets: Mapping[int, int]) -> float:
    """The two-sided p-value of ``nets``, from net change to the number of clips that have it; 1 where none differs."""
    counts: dict[int, int] = {}
    for net, count in nets.items():
        if net and count:
            counts[abs(net)] = counts.get(abs(net), 0) + count
    total = abs(sum(net * count for net, count in nets.items()))
    if not total:
        return 1.0
    whole = sum(size * count for size, count in counts.items())
    if len(counts) == 1:
        ((size, count),) = counts.items()  # two-sided and exact: the binomial with 1/2 is symmetric
        rarer = (count - total // size) // 2
        if count <= _WHOLE_NUMBERS:
            tail: int = sum(comb(count, heads) for heads in range(rarer + 1))
            return min(1.0, float(tail / 2 ** (count - 1)))
        return min(1.0, 2 * float(_fair(count)[: rarer + 1].sum()))
    if whole * sum(counts.values()) > _DEAREST:
        spread = sqrt(sum(size * size * count for size, count in counts.items()))
        return erfc(total / spread / sqrt(2))
    # The total is -whole + 2 x what has the sign plus: -total where that is (whole - total) / 2.
    sums, at = _sums(counts), (whole - total) // 2
    return float(2 * sums[:at].sum() + sums[at])


def _sums(counts: Mapping[int, int]) -> Floats:
    """The probability of each sum of the sizes that have the sign plus, from 0 to all of them."""
    chances = np.ones(1)
    for size, count in sorted(counts.items()):
        shares = _fair(count)
        wider = np.zeros(len(chances) + size * count)
        for rest in range(min(size, len(chances))):  # sums that differ by multiples of the size
            wider[rest::size] = np.convolve(chances[rest::size], shares)
        chances = wider
    return chances


def _fair(count: int) -> Floats:
    """How many of ``count`` fair coins show heads: the probability of 0, 1, ... ``count``."""
    steps = np.arange(1, count + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log((count - steps + 1) / steps))]) - count * log(2)
    return np.asarray(np.exp(logs), dtype=np.float64)
