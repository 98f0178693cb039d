"""The second reader: a judge is asked only where the rules make nothing of a reply."""

import pytest

from audiotest.score import choice, judge_reader
from audiotest.types import Question

QUESTION = Question("Which bird is heard?", ("a robin", "a wren", "an owl"), "a wren", 1)


@pytest.mark.parametrize(
    "output", ["B", "The answer is a robin.", "I cannot hear any audio.", "", "It is a wren, not an owl."]
)
def test_no_judge_is_asked_about_what_the_rules_read_or_about_nothing(output):
    assert judge_reader.asks(QUESTION, output) == ()
    verdict, plain = judge_reader.score(QUESTION, output), choice.score(QUESTION, output)
    assert (verdict.correct, verdict.choice, verdict.status) == (plain.correct, plain.choice, plain.status)
    assert verdict.details["read_by"] == "rules"


def test_the_judge_sees_the_options_and_the_reply_and_not_which_is_right():
    (ask,) = judge_reader.asks(QUESTION, "A robin or a wren.")
    assert "(A) a robin\n(B) a wren\n(C) an owl\n" in ask.prompt
    assert "A robin or a wren." in ask.prompt
    (other,) = judge_reader.asks(Question(QUESTION.question, QUESTION.choices, "an owl", 2), "A robin or a wren.")
    assert other.prompt == ask.prompt


@pytest.mark.parametrize(
    ("line", "index", "status"),
    [
        ("B", 1, "read"),
        ("(A)", 0, "read"),
        ("C. an owl", 2, "read"),
        ("NONE", None, "ambiguous"),
        ("none.", None, "ambiguous"),
        ("It is hard", None, "unparsed"),
    ],
)
def test_what_the_judge_says_is_held_against_the_options(line, index, status):
    verdict = judge_reader.score(QUESTION, "A robin or a wren.", judged={"reading": line})
    assert (verdict.choice, verdict.status, verdict.correct) == (index, status, index == 1)
    assert verdict.details == {"read_by": "judge", "line": line}
    assert judge_reader.readable(QUESTION, line) == (status != "unparsed")


def test_without_a_judge_the_reply_is_not_counted():
    assert judge_reader.score(QUESTION, "A robin or a wren.").counted is False


def test_a_reply_that_was_cut_is_not_finished_by_a_judge():
    cut = Question(QUESTION.question, QUESTION.choices, "a wren", 1, finish="length")
    assert judge_reader.asks(cut, "It might be a wren, but") == ()
