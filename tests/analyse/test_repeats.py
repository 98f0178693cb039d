"""Repeats of the same trials: figures by hand, the estimator of pass@k, and intervals that do not count repeats as trials."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from audiotest.analyse.repeats import over_repeats, pass_at_k
from audiotest.analyse.trials import NotMeasured
from audiotest.types import Verdict
from bench.simulate import record


def runs(*choices_by_case):
    """One list of records a repeat; the right choice is 0."""
    return [[record(2 * i, "original", 0, chosen[r]) for i, chosen in enumerate(choices_by_case)]
            for r in range(len(choices_by_case[0]))]  # fmt: skip


def test_by_hand():
    found = over_repeats(runs((0, 0, 0, 0), (0, 0, 1, 2), (1, 1, 1, 0), (0, 0, 1, 1)))
    assert (found.trials, found.repeats, found.incomplete) == (4, 4, 0)
    assert found.accuracy.value == pytest.approx((1 + 0.5 + 0.25 + 0.5) / 4)
    assert found.between_repeats == pytest.approx(np.std([0.75, 0.75, 0.25, 0.5], ddof=1))
    assert found.pass_at[1].value == pytest.approx(found.accuracy.value)
    assert found.pass_at[2].value == pytest.approx((1 + 5 / 6 + 1 / 2 + 5 / 6) / 4)
    assert found.pass_at[4].value == 1.0
    assert found.majority.value == pytest.approx((1 + 1 + 0 + 0.5) / 4)  # the last one is a tie
    assert found.consistency.value == pytest.approx((6 + 1 + 3 + 2) / 6 / 4)
    for figure in (found.accuracy, *found.pass_at.values(), found.majority, found.consistency):
        assert figure.n == 4
        assert figure.low < figure.high
        assert figure.low <= figure.value <= figure.high


@given(st.lists(st.booleans(), min_size=1, max_size=7).flatmap(lambda o: st.tuples(st.just(o), st.integers(1, len(o)))))
def test_pass_at_k_is_the_share_of_subsets_with_a_right_one(case):
    outcomes, k = case
    wanted = np.mean([any(subset) for subset in combinations(outcomes, k)])
    assert pass_at_k(len(outcomes), sum(outcomes), k) == pytest.approx(wanted)


def test_pass_at_more_than_there_are_is_refused():
    with pytest.raises(ValueError, match="between 1 and 3 repeats"):
        pass_at_k(3, 1, 4)


def test_repeats_are_no_further_trials():
    """A model that never changes its mind: five repeats say no more than one, a hundred cases more than twenty."""
    rng = np.random.default_rng(0)
    answers = rng.integers(0, 2, 40).tolist()
    once, five = over_repeats(runs(*([a] for a in answers))), over_repeats(runs(*([a] * 5 for a in answers)))
    assert five.accuracy == once.accuracy
    assert five.between_repeats == 0
    assert five.consistency.value == 1.0
    assert five.consistency.low < 1
    assert (once.between_repeats, once.consistency) == (None, None)


def test_repeats_of_clips_that_stand_or_fall_together_cover():
    rng, hits = np.random.default_rng(1), []
    for _ in range(120):
        rate = rng.beta(2, 1, (20, 1, 1))  # each clip has a rate of its own; the mean is 2/3
        right = rng.random((20, 3, 4)) < rate
        rows = [[replace(record(0, "original", 0, 0 if right[c, q, r] else 1), case=f"{c} {q}", clip=f"k{c}")
                 for c in range(20) for q in range(3)] for r in range(4)]  # fmt: skip
        figure = over_repeats(rows).accuracy
        hits.append(figure.low <= 2 / 3 <= figure.high)
    assert 0.91 <= np.mean(hits) <= 0.99


def test_open_questions_vote_by_being_right():
    def graded(i, right):
        return replace(record(i, "original", 0, 0), choices=(), verdicts={"rouge": Verdict(right, score=float(right))})

    found = over_repeats([[graded(0, True), graded(2, True)], [graded(0, True), graded(2, False)], [graded(0, False), graded(2, False)]])  # fmt: skip
    assert found.majority.value == 0.5
    assert found.consistency.value == pytest.approx(1 / 3)


def test_a_repeat_that_broke_is_counted_as_missing():
    whole = runs((0, 0, 0), (0, 1, 0))
    broken = [whole[0], whole[1], whole[2][:1]]
    found = over_repeats(broken)
    assert (found.incomplete, found.pass_at[3].n, found.pass_at[2].n) == (1, 1, 2)
    with pytest.raises(NotMeasured, match="in any of 2 repeats"):
        over_repeats([[], []])
