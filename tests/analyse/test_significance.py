"""p-values by clip: exact, at their level whatever questions of a clip share; and the power that is promised."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from audiotest.analyse.change import Change, change, key
from audiotest.analyse.compare import compare, corrected
from audiotest.analyse.power import clustered_power, detectable, mcnemar_power, seen
from audiotest.analyse.signflip import sign_flip_p
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.registry import METRICS
from bench.simulate import clip_names, record, right_by_clip

RUNS = 400


def records(rights, clips, condition="original", **more):
    rows = [record(i, condition, 0, 0 if right else 1) for i, right in enumerate(rights)]
    return [replace(r, clip=str(clip), **more) for r, clip in zip(rows, clips, strict=True)]


def by_flips(nets):
    """The definition: all assignments of signs, one by one; those that are as far count one half, if clips changed by
    different amounts."""
    total = abs(sum(nets))
    flipped = np.array([abs(np.dot(signs, nets)) for signs in product((1, -1), repeat=len(nets))])
    as_far = 1.0 if total == 0 or len({abs(net) for net in nets if net}) == 1 else 0.5
    return np.mean(flipped > total) + as_far * np.mean(flipped == total)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-7, 7), min_size=1, max_size=9))
def test_the_test_is_the_share_of_sign_flips(nets):
    assert sign_flip_p(Counter(nets)) == pytest.approx(by_flips(nets), abs=1e-12)


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(0, 300))
def test_with_a_clip_each_it_is_mcnemars_exact_test(worse, better):
    from scipy.stats import binomtest

    wanted = binomtest(worse, worse + better, 0.5).pvalue if worse + better else 1.0
    assert Change(worse, better, 0, 1000).p == pytest.approx(wanted, abs=1e-12)
    assert Change(worse, better, 0, 1000, ((-1, worse), (1, better))).p == pytest.approx(wanted, abs=1e-12)


def test_very_many_clips_take_the_normal_distribution_which_is_as_good(monkeypatch):
    nets = {-3: 200, -2: 450, -1: 2000, 1: 2080, 2: 455, 3: 198}
    exact = sign_flip_p(nets)
    monkeypatch.setattr("audiotest.analyse.signflip._DEAREST", 0)
    assert sign_flip_p(nets) == pytest.approx(exact, abs=1e-3)
    assert 0.2 < exact < 0.5


@pytest.mark.parametrize(("clips", "questions"), [(50, 6), (12, 20), (300, 1)])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_under_the_null_one_in_twenty_is_called_a_change(clips, questions, share):
    """McNemar's test by question: 65% at 12 clips of 20 questions that mostly stand or fall together."""
    rng = np.random.default_rng(1)
    ps = []
    for _ in range(RUNS):
        then, now = (np.reshape(right_by_clip(rng, clips, questions, 0.6, share), (clips, -1)) for _ in range(2))
        ps.append(sign_flip_p(Counter((now.sum(axis=1) - then.sum(axis=1)).tolist())))
    assert 0.03 <= np.mean(np.array(ps) < 0.05) <= 0.07


@pytest.mark.parametrize("ps", [[0.0], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 1.0, 0.2, 0.2, 1e-9], [0.02] * 7])
def test_holms_correction_is_that_of_statsmodels(ps):
    from statsmodels.stats.multitest import multipletests

    assert corrected(ps) == pytest.approx(multipletests(ps, method="holm")[1].tolist())


def test_comparing_two_runs_counts_clips():
    """Six questions of one clip that all got worse are one thing that happened."""
    clips = clip_names(20, 6)
    old = records([True] * 120, clips, tags={"skill": ("pitch",)})
    new = records([i >= 12 for i in range(120)], clips, tags={"skill": ("pitch",)})
    (whole,) = compare(old, new)  # a tag with one value is the whole again
    assert (whole.worse, whole.better, whole.p) == (12, 0, 0.5)
    before = {key(r): True for r in old}
    now = [replace(r, outcome="passed" if r.verdicts["choice"].correct else "missed") for r in new]
    held = change(before, now)
    assert (held.regressed, held.improved, held.clips, held.p) == (12, 0, ((-6, 2),), 0.5)


def test_one_clip_for_all_or_no_clip_at_all():
    old, new = [True] * 8, [False] * 8
    (one,) = compare(records(old, [1] * 8), records(new, [1] * 8))
    assert (one.p, one.difference.low, one.detectable) == (1.0, None, None)
    none = [replace(r, clip="") for r in records(old, range(8))], [replace(r, clip="") for r in records(new, range(8))]
    (single,) = compare(*none)
    assert single.p == pytest.approx(2 / 2**8)
    assert single.difference.low < single.difference.high < -0.3


def test_a_gain_without_the_sound_is_none():
    clips = range(10)
    for condition, gain in (("original", True), ("text_only", False), ("shuffled+silence", False), ("noise", True)):
        old = records([False] * 10, clips, condition)
        (row,) = compare(old, records([True] * 10, clips, condition))
        assert (row.better, row.gain) == (10, gain)


@pytest.mark.parametrize(("n", "accuracy"), [(50, 0.5), (60, 0.95), (200, 0.98), (500, 0.9)])
def test_the_promised_power_is_kept_near_the_edges_too(n, accuracy):
    rights = [i < round(n * accuracy) for i in range(n)]
    promised = METRICS.get("detectable_difference").measure(Trials(records(rights, range(n)))).value
    rng = np.random.default_rng(2)
    first, second = (rng.random((4000, n)) < p for p in (accuracy, accuracy - promised))
    pairs = Counter(zip((first & ~second).sum(axis=1).tolist(), (second & ~first).sum(axis=1).tolist(), strict=True))
    power = sum(count * (Change(w, b, 0, n).p < 0.05) for (w, b), count in pairs.items()) / 4000
    assert 0.78 <= power <= 0.83


@pytest.mark.parametrize("share", [0.0, 0.9])
def test_the_promised_power_is_kept_where_questions_share_a_clip(share):
    clips, questions, accuracy = 50, 6, 0.75
    worth = 300 / (1 + 5 * share**2)
    discordance = 2 * accuracy * (1 - accuracy)
    found = detectable(300, seen(discordance), most=1.0, effective_n=worth, clips=clips)
    rng = np.random.default_rng(3)
    called = 0
    for _ in range(RUNS):
        then = np.reshape(right_by_clip(rng, clips, questions, accuracy + found / 2, share), (clips, -1))
        now = np.reshape(right_by_clip(rng, clips, questions, accuracy - found / 2, share), (clips, -1))
        called += sign_flip_p(Counter((now.sum(axis=1) - then.sum(axis=1)).tolist())) < 0.05
    assert 0.74 <= called / RUNS <= 0.86


def test_mcnemars_power_by_all_tables():
    from math import comb

    n, worse, better = 12, 0.5, 0.05
    wanted = sum(
        comb(n, w) * comb(n - w, b) * worse**w * better**b * (1 - worse - better) ** (n - w - b)
        for w in range(n + 1)
        for b in range(n + 1 - w)
        if Change(w, b, 0, n).p < 0.05
    )
    assert mcnemar_power(n, worse - better, worse + better) == pytest.approx(wanted, abs=1e-9)


def test_exact_and_asymptotic_power_meet():
    assert mcnemar_power(5000, 0.02, 0.2) == pytest.approx(mcnemar_power(5001, 0.02, 0.2), abs=0.01)
    assert mcnemar_power(2000, 0.03, 0.2) == pytest.approx(clustered_power(0.03, 0.2, 2000, 1999), abs=0.015)


def test_no_difference_can_be_found_with_five_trials():
    with pytest.raises(NotMeasured, match="5 trials of 5 clips under original are too few"):
        METRICS.get("detectable_difference").measure(Trials(records([True] * 5, range(5))))
    with pytest.raises(NotMeasured, match="40 trials of 1 clips"):
        METRICS.get("detectable_difference").measure(Trials(records([True] * 40, [1] * 40)))


def test_the_discordance_between_two_conditions_is_used():
    rights = [i % 10 > 0 for i in range(200)]
    rows = records(rights, range(200)) + records(rights[1:] + rights[:1], range(200), "noise")
    alike = records(rights, range(200)) + records([*rights[:199], not rights[199]], range(200), "noise")
    metric = METRICS.get("detectable_difference").measure
    assert metric(Trials(alike), versus="noise").value < metric(Trials(rows), versus="noise").value
