"""AIR-Bench's foundation rule: every branch, and every defect that its docstring names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.score.air_bench import extract, score
from audiotest.types import Question, Verdict

GENRES = ("Jazz", "Blues", "Classical", "Disco")


def say(reply: Any, choices: tuple[str, ...] = GENRES, answer: str | None = "Blues") -> Verdict:
    return score(Question("Which genre?", choices, answer), reply)


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("B", "B"),
        (" B. Blues\n", "B"),
        ("\nB", "B"),
        ("The answer is B.", "B"),
        ("The answer is\nB.", "B"),
        ("[C]", "C"),
        ("(C)", "C"),
        ("xBy", "B"),
        ("AB", "A"),
        ("x", None),
        ("", None),
        (" \n ", None),
        ("None", None),
        ("No\nne", None),
    ],
)
def test_rule(reply: str, letter: str | None) -> None:
    assert extract(reply) == letter
    verdict = say(reply)
    assert verdict.correct == (letter == "B")
    assert verdict.counted == verdict.format_kept == (letter is not None)
    assert verdict.status == ("unparsed" if letter is None else "read")
    assert verdict.choice == (None if letter is None else "ABCD".index(letter))


@pytest.mark.parametrize("reply", ["(B) Blues", "The answer is B", "Option B", "**B**", "<answer>B</answer>", "b"])
def test_forms_that_are_not_read(reply: str) -> None:
    assert extract(reply) is None


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("Answer: C", "A"),
        ("As an AI, I", "A"),
        ("Based on it", "B"),
        ("Blues", "B"),
        ("Cannot tell", "C"),
        ("Don't know", "D"),
    ],
)
def test_words_that_are_read_as_letters(reply: str, letter: str) -> None:
    assert extract(reply) == letter


def test_other_line_ends_stay() -> None:
    assert extract("It is B\r.") is None
    assert extract("It is B\n.") == "B"


def test_the_first_of_duplicate_options_is_right() -> None:
    assert say("A", ("four", "nine", "four"), "four").correct
    assert not say("C", ("four", "nine", "four"), "four").correct


def test_a_letter_beyond_the_options_is_wrong_and_no_choice() -> None:
    verdict = say("D", ("Yes", "No"), "No")
    assert (verdict.correct, verdict.choice, verdict.counted, verdict.status) == (False, None, True, "read")


@pytest.mark.parametrize("choices", [GENRES, (), ("a", "b", "c", "d", "Ska")])
def test_an_answer_that_is_not_among_the_first_four_stops_the_script(choices: tuple[str, ...]) -> None:
    verdict = say("B", choices, "Ska")
    assert (verdict.correct, verdict.counted) == (False, False)
    assert "SystemExit" in verdict.details["official_error"]
    assert "official_error" not in say("no letter", choices, "Ska").details


def test_a_reply_that_is_no_text_counts_as_failed() -> None:
    verdict = say(None)
    assert (verdict.correct, verdict.status, verdict.counted) == (False, "unparsed", False)


def test_a_question_without_an_answer_is_not_judged() -> None:
    assert say("B", answer=None).correct is None


@given(st.text())
def test_any_text_has_a_verdict(reply: str) -> None:
    verdict = say(reply)
    assert verdict.counted == (verdict.status == "read") == (verdict.choice is not None)
