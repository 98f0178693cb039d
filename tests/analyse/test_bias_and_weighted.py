"""Wrong answers that stay whatever is heard, and precision, recall and F1 of options as MMAU-Pro's script has them."""

import random

import pytest

from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.registry import METRICS
from audiotest.types import Record, Verdict


def record(case, condition, choice, *, right=0, choices=("a", "b", "c"), order=(0, 1, 2), scorer="choice", **details):
    answer = order.index(right)
    verdict = Verdict(choice == answer, choice=choice, details=details)
    return Record(suite="s", case=case, condition=condition, nodeid=f"{condition}{case}", expectation="recorded",
                  outcome="recorded", question="?", choices=tuple(choices[i] for i in order), order=order,
                  answer=choices[right], answer_index=answer, clip=case, verdicts={scorer: verdict})  # fmt: skip


def measure(name, records, **more):
    return METRICS.get(name).measure(Trials(records), **more)


def test_a_wrong_answer_stays_where_the_same_option_is_chosen_without_the_sound_and_with_another():
    rows = [
        *(record("stays", c, 1) for c in ("original", "text_only", "other_audio")),
        *(record("moves", c, n) for c, n in (("original", 1), ("text_only", 1), ("other_audio", 2))),
        *(record("right", c, 0) for c in ("original", "text_only", "other_audio")),
        *(record("unread", c, None) for c in ("original", "text_only", "other_audio")),
        record("turned", "original", 1),
        record("turned", "text_only", 0, order=(1, 0, 2)),
        record("turned", "other_audio", 1),
        record("stays", "noise(snr_db=0)", 2),
    ]
    estimate = measure("training_data_bias", rows)
    assert (estimate.value, estimate.n) == (pytest.approx(2 / 3), 3)
    assert measure("training_data_bias", rows, versus="text_only").value == 1
    member = METRICS.get("training_data_bias")
    assert member.shown_if(Trials(rows), "original", None)
    assert not member.shown_if(Trials([r for r in rows if r.condition == "original"]), "original", None)
    with pytest.raises(NotMeasured, match="no condition ran"):
        measure("training_data_bias", rows[:1])


def test_weighted_figures_are_scikit_learns():
    rng = random.Random(3)
    rows = []
    for i in range(200):
        choices = rng.sample("abcdefgh", 4)
        rows.append(record(f"c{i % 60}-{i}", "original", rng.choice([0, 0, 1, 2, 3]), choices=choices, order=(0, 1, 2, 3),
                           scorer="mmau_pro", similarities=[1, 0, 0, 0]))  # fmt: skip
    # precision_recall_fscore_support(average="weighted", zero_division=0) of scikit-learn 1.9.1 on the same answers
    wanted = {"precision": 0.320322830595143, "recall": 0.32, "f1": 0.31552924228121904}
    for name, value in wanted.items():
        estimate = measure(f"weighted_{name}", rows)
        assert estimate.value == pytest.approx(value, abs=1e-12)
        assert estimate.low < estimate.value < estimate.high
    assert measure("weighted_recall", rows).value == pytest.approx(measure("accuracy", rows).value)


def test_weighted_figures_by_hand():
    rows = [record(str(i), "original", c, scorer="mmau_pro", similarities=[]) for i, c in enumerate((0, 0, 1, None))]
    rows.append(record("b", "original", 0, right=1, scorer="mmau_pro", similarities=[]))
    assert measure("weighted_precision", rows).value == pytest.approx((4 * 2 / 3 + 1 * 0) / 5)
    assert measure("weighted_recall", rows).value == pytest.approx((4 * 2 / 4) / 5)
    assert measure("weighted_f1", rows).value == pytest.approx((4 * 4 / 7) / 5)
    assert METRICS.get("weighted_f1").shown_if(Trials(rows), "original", None)
    assert not METRICS.get("weighted_f1").shown_if(Trials([record("x", "original", 0)]), "original", None)
