"""MuChoMusic's rule: every branch, and every defect that its docstring names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.score.muchomusic import score
from audiotest.types import Question, Verdict

INSTRUMENTS = ("Viola", "Cello", "Oboe", "Horn")


def say(reply: Any, choices: tuple[str, ...] = INSTRUMENTS, order: Any = (1, 0, 2, 3), **known: Any) -> Verdict:
    return score(Question("Which instrument?", choices, metadata={"answer_order": order}, **known), reply)


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("B", "B"),
        ("(B)", "B"),
        ("B, B and B again", "B"),
        ("The correct answer is: B", "B"),
        ("The correct answer is: C. No. The correct answer is: B", "B"),
        ("The correct answer is:A The correct answer is:", None),
        ("it is a cello", "B"),
        ("cello or viola", "A"),
        ("answer: b", None),
        ("", None),
        ("E", None),
    ],
)
def test_rule(reply: str, letter: str | None) -> None:
    verdict = say(reply)
    assert verdict.details["extracted"] == letter
    assert verdict.correct == (letter == "B")
    assert verdict.choice == (None if letter is None else "ABCD".index(letter))
    assert verdict.status == ("unparsed" if letter is None else "read")
    assert verdict.format_kept == (letter is not None)
    assert verdict.counted


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("Answer: B", None),
        ("Answer: A", "A"),
        ("b", None),
        ("Cello", "C"),
        ("An oboe", "A"),
        ("AI", "A"),
        ("Definitely", "D"),
        ("It is not (B).", "B"),
    ],
)
def test_known_defects(reply: str, letter: str | None) -> None:
    assert say(reply).details["extracted"] == letter


def test_of_options_within_each_other_the_first_listed_wins() -> None:
    assert say("sings softly", ("Sings", "Sings softly", "Raps", "Hums")).choice == 0


def test_an_empty_option_is_in_everything() -> None:
    assert say("horn", ("viola", " ", "oboe", "horn")).choice == 1


def test_options_are_stripped_and_lowered() -> None:
    assert say("the CELLO and the BASS", (" viola", " cello ", "oboe", "horn")).choice == 1


def test_several_letters_fall_to_the_text() -> None:
    verdict = say("A or B: the horn")
    assert (verdict.choice, verdict.details["by"]) == (3, "text")


def test_a_letter_beyond_the_options_is_wrong_and_no_choice() -> None:
    verdict = say("D", ("Yes", "No"), (1, 0))
    assert (verdict.correct, verdict.choice, verdict.details["extracted"]) == (False, None, "D")
    assert (verdict.status, verdict.format_kept) == ("read", True)


def test_a_fifth_option_has_text_only() -> None:
    choices = (*INSTRUMENTS, "Tuba")
    assert say("E", choices).choice is None
    assert say("the tuba", choices).choice == 4


def test_lowering_the_dotted_capital_i() -> None:
    assert say("it is İstanbul", ("İSTANBUL", "x", "y", "z")).choice == 0
    assert say("it is istanbul", ("İSTANBUL", "x", "y", "z")).choice is None


def test_the_place_of_the_answer_counts_without_an_order() -> None:
    assert say("B", order=None, answer="Cello", answer_index=1).correct
    assert say("B", order=None, answer="Cello").correct


def test_the_order_counts_before_the_answer() -> None:
    assert say("C", order=[1, 2, 0, 3], answer="Cello", answer_index=1).correct


@pytest.mark.parametrize("order", [[1, 2, 3], "0123", 5], ids=["no zero", "text", "number"])
def test_an_order_on_which_the_script_stops(order: Any) -> None:
    verdict = say("B", order=order)
    assert (verdict.correct, verdict.counted, verdict.choice) == (False, False, 1)
    assert "official_error" in verdict.details


def test_a_reply_that_is_no_text_stops_the_script() -> None:
    verdict = say(None)
    assert (verdict.correct, verdict.status) == (False, "unparsed")
    assert "AttributeError" in verdict.details["official_error"]


def test_a_question_without_an_answer_is_not_judged() -> None:
    verdict = say("B", order=None)
    assert (verdict.correct, verdict.counted) == (None, False)


@given(st.text(), st.lists(st.text(), max_size=6))
def test_any_text_has_a_verdict(reply: str, choices: list[str]) -> None:
    verdict = say(reply, tuple(choices), [1, 0])
    assert verdict.correct in (True, False)
    assert verdict.choice is None or choices[verdict.choice] is not None
