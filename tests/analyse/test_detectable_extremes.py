"""The smallest detectable difference where every answer is right, or none, or nearly so, at every size of a suite."""

import numpy as np
import pytest
from scipy.stats import binom

from audiotest.analyse.power import detectable, independent, mcnemar_power, seen


@pytest.mark.parametrize("n", [1, 2, 6, 20, 200, 999, 1000, 1001, 5000, 10_000, 100_000])
@pytest.mark.parametrize("right", [0.0, 0.001, 0.5, 0.999, 1.0])
@pytest.mark.parametrize("each", [1, 5])
def test_there_is_one_or_none_and_never_an_error(n, right, each):
    smoothed = (right * n + 1) / (n + 2)
    clips = max(1, n // each)
    for discordance in (independent(smoothed), independent(right), seen(0.0), seen(1.0)):
        most = max(right, 1 - right)
        value = detectable(n, discordance, most=most, effective_n=float(clips), clips=clips)
        assert value is None or 0 < value <= most


def test_it_shrinks_as_a_suite_of_right_answers_grows():
    values = [
        detectable(n, independent((n + 1) / (n + 2)), most=1.0, effective_n=float(n), clips=n)
        for n in (20, 200, 2000, 10_000)
    ]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.01


@pytest.mark.parametrize("n", [20, 10_000])
def test_pairs_that_all_differ_in_one_direction_are_found(n):
    assert mcnemar_power(n, 1.0, 1.0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("n", "difference", "discordance"), [(6, 0.9, 0.9), (30, 0.3, 0.4), (500, 0.1, 0.1), (4999, 0.02, 0.3)]
)
def test_power_is_the_probability_that_the_exact_test_rejects(n, difference, discordance):
    worse = (discordance + difference) / 2 / discordance
    power = 0.0
    for differing in range(n + 1):
        weight = binom.pmf(differing, n, discordance)
        if weight > 1e-14:
            rarer = np.arange(differing // 2 + 1)
            rejected = rarer[2 * binom.cdf(rarer, differing, 0.5) < 0.05]
            if len(rejected):
                power += weight * (
                    binom.cdf(rejected[-1], differing, worse) + binom.cdf(rejected[-1], differing, 1 - worse)
                )
    assert mcnemar_power(n, difference, discordance) == pytest.approx(power, abs=1e-9)
