"""MMSU's rule: every branch, the defects that its docstring names, and what leaves the denominator."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.score.choice import score as careful
from audiotest.score.mmsu import extract, score
from audiotest.types import Question, Verdict

CHOICES = ("bird", "dog", "cat", "horse")


def judged(reply: Any, choices: tuple[str, ...] = CHOICES, answer: str | None = "dog") -> Verdict:
    return score(Question("Which animal?", choices, answer, choices.index(answer) if answer else None), reply)


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("B", "B"),
        (" B\n", "B"),
        ("\nB. dog", "B"),
        ("The answer is B.", "B"),
        ("The answer\nis B.", "B"),
        ("Answer: B", "A"),
        ("Definitely (B).", "D"),
        ("xB)", "B"),
        ("", ""),
        (" \n ", ""),
        ("None", ""),
        ("No\nne", ""),
        ("The answer is B", None),
        ("dog", None),
        ("(B) dog", None),
        ("b", None),
        ("x", None),
    ],
)
def test_the_letter_that_is_read(reply: str, letter: str | None) -> None:
    assert extract(reply) == letter
    verdict = judged(reply)
    assert verdict.correct == (letter == "B")
    assert verdict.counted == (letter is not None)
    assert verdict.choice == ("ABCD".index(letter) if letter else None)
    assert verdict.format_kept == bool(letter)


def test_a_reply_that_is_no_text_is_left_out() -> None:
    assert not judged(None).counted
    assert not judged(3).counted


def test_the_text_of_the_option_decides_and_a_letter_beyond_the_options_is_wrong() -> None:
    assert judged("C", ("dog", "cat", "dog"), "dog").correct
    verdict = judged("D", ("dog", "cat"), "cat")
    assert (verdict.correct, verdict.counted, verdict.choice) == (False, True, None)
    assert not judged("A", answer=None).counted


def test_the_careful_reading_of_what_the_rule_leaves_out_or_reads_wrongly() -> None:
    question = Question("Which animal?", CHOICES, "dog", 1)
    for reply in ("The answer is B", "(B) dog", "dog", "Answer: B", "Definitely (B)."):
        assert careful(question, reply).correct
        assert not (score(question, reply).correct and score(question, reply).counted)


@given(st.text(alphabet="ABCDabz .()\n", max_size=12))
def test_never_raises_and_reads_only_what_stands_there(reply: str) -> None:
    verdict = judged(reply)
    letter = verdict.details["extracted"]
    assert letter is None or letter in reply
    assert verdict.counted or not verdict.correct
