"""String match of MMAU and MMAR: every branch, and every defect that its docstring names."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.score import mmar, mmau
from audiotest.score.official import string_match
from audiotest.types import Question


def accepted(answer: str, reply: str, *others: str) -> bool:
    question = Question("What is heard?", (*others, answer), answer, len(others))
    verdicts = {scorer.score(question, reply).correct for scorer in (mmar, mmau)}
    assert len(verdicts) == 1
    return bool(verdicts.pop())


@pytest.mark.parametrize(
    ("answer", "reply", "others", "expected"),
    [
        ("A cello", "a CELLO!", ("A viola",), True),
        ("A cello", "cello", ("A viola",), False),
        ("A cello", "a viola", ("A viola",), False),
        ("A cello", "a cello, not a viola", ("A viola",), False),
        ("A cello", "", ("A viola",), False),
        ("A cello", "... !?", ("A viola",), False),
    ],
    ids=["verbatim", "a word missing", "another option", "reasoning", "empty", "no words"],
)
def test_rule(answer: str, reply: str, others: tuple[str, ...], expected: bool) -> None:
    assert accepted(answer, reply, *others) is expected


@pytest.mark.parametrize("reply", ["B", "(B)", "Answer: B", "Option B"])
def test_letters_mean_nothing(reply: str) -> None:
    assert not accepted("A cello", reply, "A viola")


def test_order_means_nothing() -> None:
    assert accepted("From far to near", "From near to far", "From left to right")


def test_negation_means_nothing() -> None:
    assert accepted("A cello", "It is not a cello.", "A viola")


def test_little_words_of_other_options_count() -> None:
    assert not accepted("Inside", "The answer is inside.", "In the street")


def test_options_inside_the_answer_cost_nothing() -> None:
    assert accepted("Bass guitar", "guitar, or bass guitar", "Guitar")


def test_options_of_the_same_words_cost_nothing() -> None:
    assert accepted("dog, cat", "cat dog", "Cat, dog", "dog cat cat")


def test_duplicate_options_change_nothing() -> None:
    assert accepted("fourteen", "Fourteen.", "four", "fourteen", "nine")


def test_an_answer_without_tokens_is_in_every_reply() -> None:
    assert accepted("???", "whatever", "!!!")


def test_padding_and_empty_options_change_nothing() -> None:
    assert accepted("  two  ", "two", "", "  three ")


def test_words_are_unicode_and_case_is_lowered_not_folded() -> None:
    assert accepted("Énergique", "énergique", "Calme")
    assert not accepted("Straße", "STRASSE", "Weg")


def test_combining_marks_split_words() -> None:
    assert string_match.tokens("İstanbul") == {"i", "stanbul"}
    assert string_match.tokens("cafe\u0301s") == {"cafe", "s"}


def test_a_chinese_clause_is_one_token() -> None:
    assert accepted("二胡", "二胡。", "古筝")
    assert not accepted("二胡", "这是二胡", "古筝")


def test_apostrophes_and_symbols_split_words() -> None:
    assert string_match.tokens("don't 50% a_b") == {"don", "t", "50", "a_b"}
    assert accepted("50%", "50", "60%")


def test_evidence_names_the_words_that_decided() -> None:
    question = Question("?", ("a train", "a car"), "a car", 1)
    verdict = mmar.score(question, "a train")
    assert verdict.details == {"missing": ["car"], "foreign": ["train"]}
    assert "lacks car" in verdict.evidence
    assert "has train" in verdict.evidence


def test_no_choice_is_read() -> None:
    verdict = mmau.score(Question("?", ("a", "b"), "a", 0), "a")
    assert (verdict.choice, verdict.status, verdict.format_kept, verdict.counted) == (
        None,
        "read",
        None,
        True,
    )


def test_a_reply_without_words_is_unparsed_and_counted() -> None:
    verdict = mmar.score(Question("?", ("a", "b"), "a", 0), " .")
    assert (verdict.correct, verdict.status, verdict.counted) == (False, "unparsed", True)


def test_a_question_without_an_answer_is_not_judged() -> None:
    verdict = mmar.score(Question("Describe it."), "a dog")
    assert (verdict.correct, verdict.counted) == (None, False)


def test_a_reply_that_is_no_text_stops_the_script() -> None:
    reply: Any = None
    verdict = mmau.score(Question("?", ("a", "b"), "a", 0), reply)
    assert (verdict.correct, verdict.status) == (False, "unparsed")
    assert verdict.details["official_error"].startswith("AttributeError")


@given(st.text())
def test_tokens_are_what_stands_between_word_boundaries(text: str) -> None:
    assert string_match.tokens(text) == set(re.findall(r"\b\w+\b", text.lower()))


@given(st.text(), st.text(), st.lists(st.text(), max_size=5))
def test_any_text_has_a_verdict(answer: str, reply: str, choices: list[str]) -> None:
    verdict = mmar.score(Question("?", tuple(choices), answer), reply)
    assert verdict.correct in (True, False)
    assert (verdict.status == "unparsed") == (not string_match.tokens(reply))
