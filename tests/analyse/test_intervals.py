"""Intervals respect clips, cover at their level, and are never of width zero. Seeded simulations; the whole grid is in
``bench.coverage``."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiotest.analyse.intervals import (
    bootstrap,
    clustered_proportion,
    mean,
    mean_of_shares,
    paired_difference,
    proportion,
)
from audiotest.analyse.trials import Trials
from audiotest.registry import METRICS
from bench.simulate import clip_names, record, right_by_clip

RUNS = 300


def covered(estimates, truth):
    return np.mean([e.low - 1e-12 <= truth <= e.high + 1e-12 for e in estimates])


@pytest.mark.parametrize(("clips", "questions"), [(50, 6), (12, 20)])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_share_covers_where_questions_share_a_clip(clips, questions, share):
    rng, names = np.random.default_rng(1), clip_names(clips, questions)
    runs = (right_by_clip(rng, clips, questions, 0.6, share) for _ in range(RUNS))
    assert 0.92 <= covered([clustered_proportion(right, names) for right in runs], 0.6) <= 0.98


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_with_a_clip_each_it_is_wilsons(rights):
    assert clustered_proportion(rights, range(len(rights))) == proportion(sum(rights), len(rights))


def test_a_repeated_question_is_no_further_question():
    rng = np.random.default_rng(4)
    once = (rng.random(40) < 0.7).tolist()
    ten = clustered_proportion(np.repeat(once, 10).tolist(), np.repeat(np.arange(40), 10).tolist())
    alone = clustered_proportion(once, range(40))
    assert ten.value == pytest.approx(alone.value)
    assert ten.high - ten.low == pytest.approx(alone.high - alone.low, rel=0.06)


@pytest.mark.parametrize("share", [0.0, 0.9])
def test_a_paired_difference_covers_where_questions_share_a_clip(share):
    rng, names = np.random.default_rng(2), clip_names(25, 4)
    runs = [[right_by_clip(rng, 25, 4, p, share) for p in (0.9, 0.4)] for _ in range(RUNS)]
    assert 0.92 <= covered([paired_difference(now, before, names) for now, before in runs], 0.5) <= 0.985


def test_a_gap_near_one_is_covered():
    """The bootstrap covers it in 57%."""
    rng = np.random.default_rng(3)
    gaps = [paired_difference(rng.random(20) < 0.96, [False] * 20, range(20)) for _ in range(RUNS)]
    assert covered(gaps, 0.96) >= 0.92


def test_tangos_interval_is_the_published_one():
    """Fagerland, Lydersen and Laake 2014: airways of 21 patients, 1 better, 7 worse: -0.517 to -0.026."""
    before, now = [1] * 7 + [0] + [1] + [0] * 12, [0] * 7 + [1] + [1] + [0] * 12
    found = paired_difference(now, before, range(21))
    assert (found.value, found.low, found.high) == pytest.approx((-6 / 21, -0.517, -0.026), abs=5e-4)
    assert paired_difference([True] * 50, [True] * 50, range(50)).high == pytest.approx(3.8415 / 53.8415, abs=1e-4)


def test_a_chance_corrected_accuracy_near_one_is_covered():
    """The bootstrap covers it in 30%."""
    rng = np.random.default_rng(5)
    metric = METRICS.get("chance_corrected_accuracy").measure
    runs = (rng.random(40) < 0.98 for _ in range(RUNS))
    found = [metric(Trials([record(2 * i, "original", 0, 0 if r else 1) for i, r in enumerate(run)])) for run in runs]
    assert covered(found, (0.98 - 0.25) / 0.75) >= 0.92


@pytest.mark.parametrize("share", [0.0, 0.9])
def test_a_mean_of_bounded_scores_covers(share):
    rng, names = np.random.default_rng(6), clip_names(15, 4)
    runs = [np.mean([right_by_clip(rng, 15, 4, 0.8, share) for _ in range(3)], axis=0) for _ in range(RUNS)]
    assert 0.92 <= covered([mean(run, names, low=0, high=1) for run in runs], 0.8) <= 0.99


def test_a_mean_of_shares_covers_where_a_clip_has_both_kinds():
    rng, names = np.random.default_rng(7), clip_names(30, 2)
    found = []
    for _ in range(RUNS):
        yes, no = np.hsplit(np.reshape(right_by_clip(rng, 30, 4, 0.8, 0.9), (30, 4)), 2)
        found.append(mean_of_shares((yes.ravel().tolist(), names), (no.ravel().tolist(), names)))
    assert 0.92 <= covered(found, 0.8) <= 0.98
    together = mean_of_shares((yes.ravel().tolist(), names), (yes.ravel().tolist(), names))
    alone = clustered_proportion(yes.ravel().tolist(), names)
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high))  # the same errors twice


def intervals(values, clips):
    rights, others = [v > 0 for v in values], [v < 0 for v in values]
    yield clustered_proportion(rights, clips)
    yield paired_difference(rights, others, clips)
    yield mean(values, clips, low=-1, high=1)
    yield mean(values, clips)
    yield mean_of_shares((rights, clips), (others, clips))
    columns = np.array([[v, 1.0] for v in values])
    yield bootstrap(columns, lambda sums: sums[..., 0] / sums[..., 1], clips)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.sampled_from(["a", "b", "c", ""])), min_size=1, max_size=12))
def test_no_interval_is_of_width_zero_and_none_is_nan(trials):
    """All right, all wrong, all tied, one trial, one clip for all: each is an example of this."""
    values, clips = zip(*trials, strict=True)
    for found in intervals(list(values), list(clips)):
        assert found.n >= len(trials)
        assert found.value == found.value
        assert (found.low is None) == (found.high is None)
        if found.low is not None:
            assert found.low < found.high
            assert found.low <= found.value <= found.high


@pytest.mark.parametrize("n", [2, 18, 400])
def test_all_right_is_no_certainty(n):
    found = paired_difference([True] * n, [False] * n, range(n))
    assert found.value == found.high == 1.0
    assert found.low < 1 - 1 / n


def test_trials_that_all_share_one_clip_count_as_one():
    share, gap, bounded, unbounded, *_ = intervals([1] * 9, ["a"] * 9)
    assert (share.low, share.high, share.n) == (proportion(1, 1).low, 1.0, 9)
    for found in (gap, bounded, unbounded):
        assert (found.value, found.low, found.high) == (1.0, None, None)


def test_nothing_has_no_value():
    for found in (
        clustered_proportion([], []),
        paired_difference([], [], []),
        mean([]),
        mean_of_shares(([], []), ([1], "a")),
    ):
        assert (found.value, found.low, found.high) == (None, None, None)


@pytest.mark.parametrize("freedom", [1, 1.3, 2, 3, 12.5, 99, 100, 101.5, 250, 5000, 9999, 10_001, 20_000, 1e7])
def test_the_quantile_of_students_t_is_scipys(freedom):
    from scipy.stats import t

    from audiotest.analyse.clusters import quantile

    assert quantile(freedom) == pytest.approx(t.ppf(0.975, freedom), abs=2e-9)
