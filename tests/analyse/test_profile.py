"""The listening profile: what makes an item fragile, and what its shares are worth."""

import numpy as np
import pytest
from msgspec.structs import replace

from audiotest.analyse.profile import labels, profile, survivable_conditions
from audiotest.analyse.trials import Trials
from bench.simulate import CHOICES, answer, record


def a_case(i, original, text_only=None, noise=None, expectation="stays_correct"):
    rows = [record(i, "original", 0, original)]
    rows += [record(i, "text_only", 0, text_only)] if text_only is not None else []
    return rows + ([record(i, "noise(snr_db=10)", 0, noise, expectation=expectation)] if noise is not None else [])


def test_the_profile_tells_listening_from_guessing():
    rows = a_case(0, 0, 1, 0) + a_case(1, 0, 0, 0) + a_case(2, 0, 1, 2) + a_case(3, 2, 1, 0) + a_case(4, 0)
    rows += [record(5, "original", 0, None, status="none"), record(6, "original", 0, None, status="refused")]
    assert labels(Trials(rows)) == {"c0": "listened", "c1": "guessable", "c2": "fragile", "c3": "misheard",
                                    "c4": "right", "c5": "unparsed", "c6": "unparsed"}  # fmt: skip
    whole = profile(Trials(rows))
    assert whole["shares"]["listened"]["value"] == pytest.approx(1 / 7)
    assert whole["shares"]["unparsed"]["n"] == 7
    assert whole["survivable"] == ["noise(snr_db=10)"]
    assert whole["positions"][0] == {"chosen": 4, "right": 7}
    assert whole["errors"] == {"wrong option": 1, "format failure": 1, "refusal": 1}
    assert profile(Trials([record(0, "text_only", 0, 0)])) is None


def listener(n=200):
    """Right in 90% with sound, in 20% without, in 80% at 10 dB and in 35% at -10 dB, where nothing is expected of it."""
    rng = np.random.default_rng(3)
    rates = {"original": 0.9, "text_only": 0.2, "noise(snr_db=10)": 0.8, "noise(snr_db=-10)": 0.35, "other_audio": 0.25}
    return [record(i, name, 0, answer(rng, 0, rate)) for name, rate in rates.items() for i in range(n)]


def test_a_condition_in_which_hardly_anything_is_heard_makes_no_item_fragile():
    trials = Trials(listener())
    assert survivable_conditions(trials) == ["noise(snr_db=10)"]
    shares = profile(trials)["shares"]
    assert shares["listened"]["value"] == pytest.approx(0.9 * 0.8 * 0.8, abs=0.08)
    assert shares["fragile"]["value"] == pytest.approx(0.9 * 0.8 * 0.2, abs=0.08)
    declared = [replace(r, expectation="same") if r.condition == "noise(snr_db=-10)" else r for r in trials.records]
    assert survivable_conditions(Trials(declared)) == ["noise(snr_db=10)", "noise(snr_db=-10)"]


def test_a_model_that_takes_the_first_option_is_fragile_under_another_order_at_whatever_accuracy():
    order = (1, 2, 3, 0)
    shown = [CHOICES[place] for place in order]
    rows = [row for i in range(20) for row in a_case(i, 0, 1)]
    rows += [record(i, "shuffled", 3, 0, choices=shown, order=order) for i in range(20)]
    assert set(labels(Trials(rows)).values()) == {"fragile"}


def test_a_right_answer_to_another_question_says_nothing():
    rows = [row for i in range(20) for row in a_case(i, 0, 1)]
    rows += [record(i, "answer_removed+shuffled", 0, 1, expectation="same") for i in range(20)]
    rows += [record(i, "other_audio", 0, 1, expectation="correct") for i in range(20)]
    assert set(labels(Trials(rows)).values()) == {"listened"}


def test_a_share_of_all_or_none_has_an_interval_and_knows_its_clips():
    rows = [row for i in range(20) for row in a_case(i, 0, 1)]  # two cases a clip
    share = profile(Trials(rows))["shares"]["listened"]
    assert (share["value"], share["high"], share["n"]) == (1.0, 1.0, 20)
    assert share["low"] == pytest.approx(1 - 2.1 / 10, abs=0.15)  # worth ten clips, not twenty cases
    one = profile(Trials([replace(r, clip="the only one") for r in rows]))["shares"]["listened"]
    assert (one["value"], one["low"]) == (1.0, pytest.approx(0.2065, abs=1e-4))  # worth one
