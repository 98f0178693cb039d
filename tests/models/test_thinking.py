"""An answer is told apart from what was thought before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.models._thinking import apart


@pytest.mark.parametrize(
    ("raw", "answer", "thought"),
    [
        ("B", "B", ""),
        (" <think>\nA? No.\n</think>\n\nB ", "B", "A? No."),
        ("A? No.</think>B", "B", "A? No."),  # the template opened it
        ("<think></think>B", "B", ""),
        ("<think>A? No", "", "A? No"),
        ("<think>A?</think>", "", "A?"),
        ("<think>a</think><think>b</think>C", "C", "b"),
        ("B, I <think> so", "B, I <think> so", ""),
        ("", "", ""),
    ],
)
def test_the_answer_is_what_stands_after_the_thoughts(raw, answer, thought):
    assert apart(raw, "</think>") == (answer, thought)


@given(st.text())
def test_without_a_tag_all_is_the_answer(raw):
    assert apart(raw, "") == (raw.strip(), "")


@pytest.mark.parametrize(
    ("raw", "end"),
    [
        ("[THINK]A? No.[/THINK]B", "[/THINK]"),
        ("◁think▷A? No.◁/think▷B", "◁/think▷"),
        ("<|begin_of_thought|>A? No.<|end_of_thought|>B", "<|end_of_thought|>"),
        ("<|channel|>analysis<|message|>A? No.<|channel|>final<|message|>B", "<|channel|>final<|message|>"),
    ],
)
def test_marks_of_other_families(raw, end):
    assert apart(raw, end) == ("B", "A? No.")
    assert apart(raw.partition(end)[0], end) == ("", "A? No.")
