"""Two runs by listening gap, threshold and profile; thresholds that lie outside the sweep."""

import numpy as np
import pytest

from audiotest.analyse.compare import NotComparable
from audiotest.analyse.headlines import headline_differences
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.registry import METRICS
from bench.simulate import LAPSE, SLOPE, K, answer, record

SWEEP = (-15, -10, -5, 0, 5, 10, 15)


def sweep(threshold, seed=0, cases=120, ratios=SWEEP):
    rng = np.random.default_rng(seed)
    return [
        record(i, f"noise(snr_db={snr})", 0, answer(rng, 0, 1 / K + (1 - 1 / K - LAPSE) / (1 + np.exp(-(snr - threshold) / SLOPE))))
        for i in range(cases) for snr in ratios
    ]  # fmt: skip


def listener(rates, seed=0, cases=150):
    rng = np.random.default_rng(seed)
    return [record(i, condition, 0, answer(rng, 0, rate)) for condition, rate in rates.items() for i in range(cases)]


def by_figure(rows):
    return {row.figure: row for row in rows}


def test_a_model_that_stops_listening_is_seen_in_gap_and_profile():
    before = listener({"original": 0.9, "text_only": 0.3}, seed=1)
    after = listener({"original": 0.9, "text_only": 0.8}, seed=2)
    found = by_figure(headline_differences(before, after))
    gap = found["listening_gap"]
    assert (gap.versus, gap.better) == ("text_only", 1)
    assert gap.difference.value == pytest.approx(gap.second.value - gap.first.value)
    assert gap.difference.low < gap.difference.value < gap.difference.high < 0
    assert gap.p < 1e-6
    assert found["listened"].difference.high < 0
    assert found["listened"].p < 1e-6
    assert found["guessable"].difference.low > 0
    assert found["guessable"].better == 0  # that more can be guessed is no gain
    assert found["misheard"].p > 0.05


def test_the_same_run_differs_in_nothing():
    run = listener({"original": 0.9, "text_only": 0.3}) + sweep(0)
    for row in headline_differences(run, run):
        assert row.difference.value == 0
        assert row.p == 1.0
        if row.figure == "threshold_snr":  # the bootstrap has nothing to vary
            assert "runs that are alike" in row.reason
        else:
            assert row.difference.low < 0 < row.difference.high


def test_under_the_null_gaps_differ_in_one_of_twenty():
    rates = {"original": 0.8, "text_only": 0.4}
    rows = [by_figure(headline_differences(listener(rates, 2 * i, 40), listener(rates, 2 * i + 1, 40)))["listening_gap"]
            for i in range(120)]  # fmt: skip
    assert np.mean([row.p < 0.05 for row in rows]) <= 0.1
    assert np.mean([row.difference.low <= 0 <= row.difference.high for row in rows]) >= 0.9


def test_a_threshold_that_moved_is_found_with_its_interval():
    found = by_figure(headline_differences(sweep(3.0, seed=1), sweep(-3.0, seed=2)))["threshold_snr"]
    assert found.difference.value == pytest.approx(-6, abs=2)
    assert found.difference.low < -6 + 1.5
    assert found.difference.high < 0
    assert (found.better, found.reason) == (-1, "")
    assert found.p < 0.01
    same = by_figure(headline_differences(sweep(0.0, seed=3), sweep(0.0, seed=4)))["threshold_snr"]
    assert same.difference.low < 0 < same.difference.high
    assert same.p > 0.05


def test_what_one_run_cannot_give_is_there_with_the_reason():
    deaf = [record(i, f"noise(snr_db={snr})", 0, i % 4) for i in range(120) for snr in SWEEP]
    found = by_figure(headline_differences(sweep(0.0), deaf))["threshold_snr"]
    assert found.p is None
    assert (found.difference.value, found.second.value) == (None, None)
    assert found.first.value is not None
    assert "second run: above 15 dB, not measured" in found.reason


def test_other_trials_are_refused_as_by_compare():
    run = listener({"original": 0.9}, cases=20)
    with pytest.raises(NotComparable, match="--common compares the others"):
        headline_differences(run, run[:10])
    assert by_figure(headline_differences(run, run[:10], common=True))["right"].difference.n == 10


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (sweep(40.0), "above 15 dB, not measured.*near guessing"),
        (sweep(-40.0), "below -15 dB, not measured.*where it is high"),
        (sweep(14.0, ratios=(-15, -5, 5, 10)), "above 10 dB, not measured: that is the highest ratio"),
        (sweep(-12.0, ratios=(-10, -5, 5)), "below -10 dB, not measured: that is the lowest ratio"),
    ],
    ids=["all lost", "all heard", "just above", "just below"],
)
def test_a_threshold_outside_the_sweep_is_a_reason_and_no_figure(records, reason):
    with pytest.raises(NotMeasured, match=reason):
        METRICS.get("threshold_snr").measure(Trials(records))


def test_an_end_outside_the_sweep_is_open():
    found = METRICS.get("threshold_snr").measure(Trials(sweep(9.0, cases=60, ratios=(-15, -5, 5, 10))))
    assert found.low < found.value <= 10
    assert found.high is None


def test_a_threshold_is_covered_within_the_sweep():
    found = [METRICS.get("threshold_snr").measure(Trials(sweep(-1.5, seed, 80))) for seed in range(16)]
    assert np.mean([f.low <= -1.5 <= f.high for f in found]) >= 0.8
    assert np.mean([f.value for f in found]) == pytest.approx(-1.5, abs=0.4)
    single = Trials([r for r in sweep(-1.5, 1, 80) if r.clip == "clip0"])
    assert METRICS.get("threshold_snr").measure(single).low is None
