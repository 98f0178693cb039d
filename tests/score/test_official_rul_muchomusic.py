"""RUL-MuchoMusic's rule, step by step, and its leave-one-out figure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.analyse.metrics import leave_one_out_accuracy
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.declare.condition import ConditionError, parse
from audiotest.score.rul_muchomusic import extract, score
from audiotest.types import Question, Record, Verdict

CHOICES = ("a harp", "a flute", "an oboe", "a harpsichord", "a cello")


@pytest.mark.parametrize(
    ("reply", "place", "by"),
    [
        ("[[B]]", 1, "brackets"),
        ("such as [[A]], [[B]], so [[C]].", 2, "brackets"),
        ("(A) is wrong. [[E]]", 4, "brackets"),
        ("[[b]], the answer is c", 2, "phrase"),
        ("The answer is a piano", 0, "phrase"),
        ("I choose B, no, I select D.", 3, "phrase"),
        ("The answer is: B", None, ""),
        ("It is not (C), but (B)", 1, "mention"),
        ("Option C and option B", 1, "mention"),
        ("A HARPSICHORD", 0, "text"),
        ("it is an oboe", 2, "text"),
        ("B", None, ""),
        ("", None, ""),
    ],
)
def test_what_is_read(reply: str, place: int | None, by: str) -> None:
    assert extract(reply, CHOICES) == (place, by)
    verdict = score(Question("Which?", CHOICES, "a flute", 1), reply)
    assert (verdict.correct, verdict.choice, verdict.counted) == (place == 1, place, True)
    assert verdict.format_kept == (by == "brackets")


def test_a_letter_beyond_the_options_and_a_question_without_an_answer() -> None:
    verdict = score(Question("Which?", CHOICES[:4], "a flute", 1), "[[E]]")
    assert (verdict.correct, verdict.choice, verdict.counted) == (False, None, True)
    assert verdict.details["extracted"] == "E"
    assert not score(Question("Which?", CHOICES), "[[A]]").counted


@given(st.text(alphabet="ABCDEabe[]() option\n", max_size=30))
def test_never_raises(reply: str) -> None:
    place, by = extract(reply, CHOICES)
    assert (place is None) == (by == "")


def passed(case: str, k: int, choice: int | None, order: tuple[int, ...], right: int) -> Record:
    index = order.index(right)
    condition = f"without_distractor(k={k})+shuffled"
    verdict = Verdict(choice == index, choice=choice)
    return Record(
        "s", case, condition, "", "recorded", "recorded", "q", tuple(map(str, order)), order=order, answer=str(right),
        answer_index=index, clip=case, verdicts={"rul_muchomusic": verdict},
    )  # fmt: skip


def test_the_vote_over_the_passes() -> None:
    orders = {1: (0, 2, 3, 4), 2: (4, 3, 1, 0), 3: (1, 0, 2, 4), 4: (3, 2, 1, 0)}  # the right one is 0

    def case(name: str, chosen: list[int | None]) -> list[Record]:
        return [
            passed(name, k, None if own is None else orders[k].index(own), orders[k], 0)
            for k, own in zip(orders, chosen, strict=True)
        ]

    records = [
        *case("right", [0, 0, 2, 3]),
        *case("tie-first-right", [0, 0, 2, 2]),
        *case("tie-first-wrong", [2, 0, 2, 0]),
        *case("unread", [None, None, None, None]),
        *case("one-vote", [None, None, 0, None]),
    ]
    estimate = leave_one_out_accuracy.measure(Trials(reversed(records)))
    assert (estimate.value, estimate.n) == (3 / 5, 5)
    with pytest.raises(NotMeasured, match="no without_distractor"):
        leave_one_out_accuracy.measure(Trials([]))


def test_the_condition_refuses_what_makes_no_sense() -> None:
    with pytest.raises(ConditionError, match="1 or more"):
        parse("without_distractor(k=0)")
    names = [condition.name for condition in parse("without_distractor(k=[1, 2]) + shuffled")]
    assert names == ["without_distractor(k=1)+shuffled", "without_distractor(k=2)+shuffled"]
