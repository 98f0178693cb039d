"""Agreement of ratings: the measures against scikit-learn's and scipy's definitions, and intervals by simulation."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from audiotest.analyse.agreement import LEAST, agreement, among

LABELS = st.sampled_from("abc")


@given(st.lists(st.tuples(LABELS, LABELS), min_size=LEAST, max_size=40))
def test_kappa_is_cohens(pairs):
    labels = sorted({label for pair in pairs for label in pair})
    table = np.array([[pairs.count((a, b)) for b in labels] for a in labels]) / len(pairs)
    chance = float((table.sum(0) * table.sum(1)).sum())
    measures = agreement(pairs, ["one clip"] * len(pairs)).measures
    if chance > 1 - 1e-12:
        assert "kappa" not in measures
    else:
        assert measures["kappa"].value == pytest.approx((np.trace(table) - chance) / (1 - chance))


def test_labels_that_are_all_different_take_no_square_of_memory():
    pairs = [(f"{i}", f"{i}" if i % 2 else "other") for i in range(4000)]
    tracemalloc.start()
    try:
        measures = agreement(pairs, range(4000), only=("kappa",)).measures
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert measures["kappa"].value == pytest.approx((0.5 - 0.5 / 4000) / (1 - 0.5 / 4000))
    assert peak < 120e6, "an entry for each label of each item: 128 MB on either side"


def test_rank_correlations_are_scipys():
    rng = np.random.default_rng(0)
    pairs = [(float(a), float(a + b)) for a, b in rng.integers(0, 6, (40, 2))]
    figures = agreement(pairs, range(40)).measures
    left, right = zip(*pairs, strict=True)
    assert figures["spearman"].value == pytest.approx(spearmanr(left, right).statistic)
    assert figures["kendall"].value == pytest.approx(kendalltau(left, right).statistic)
    for figure in figures.values():
        assert figure.low < figure.value < figure.high


def test_what_has_no_value_says_why():
    few = agreement([("a", "a")] * (LEAST - 1), range(LEAST - 1))
    assert (few.measures, few.why) == ({}, "4 items were rated by both, and 5 are the least")
    same = agreement([("a", "a")] * 9, range(9))
    assert same.measures.keys() == {"exact"}
    assert same.why == "one side says the same of every item"
    one_clip = agreement([("a", "b"), ("b", "b"), ("a", "a"), ("b", "a"), ("a", "a")], ["clip"] * 5)
    assert one_clip.measures["kappa"].low is None


def test_intervals_cover_and_know_that_items_share_clips():
    rng = np.random.default_rng(7)
    covered, widths = [], {True: [], False: []}
    for _ in range(12):
        shared = rng.normal(size=(40, 1))
        truth = shared + 0.3 * rng.normal(size=(40, 3))
        noisy = truth + rng.normal(size=(40, 1)) + 0.3 * rng.normal(size=(40, 3))
        pairs = list(zip(truth.ravel().tolist(), noisy.ravel().tolist(), strict=True))
        clips = np.repeat(np.arange(40), 3).tolist()
        by_clip = agreement(pairs, clips, only=["spearman"]).measures["spearman"]
        covered.append(by_clip.low <= 0.69 <= by_clip.high)
        alone = agreement(pairs, range(len(pairs)), only=["spearman"]).measures["spearman"]
        widths[True].append(by_clip.high - by_clip.low)
        widths[False].append(alone.high - alone.low)
    assert sum(covered) >= 11
    assert np.mean(widths[True]) > 1.3 * np.mean(widths[False])


def test_pairs_of_people_are_of_what_both_rated():
    [(one, other, pairs, items)] = among({"ann": {1: "a", 2: "b"}, "bob": {2: "b", 3: "c"}})
    assert (one, other, pairs, items) == ("ann", "bob", [("b", "b")], [2])
