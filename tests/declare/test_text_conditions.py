"""Text conditions: what they change, what they carry along, what they leave alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from audiotest.declare.condition import ConditionError, names, parse, parse_one
from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial, present, prompt_of
from audiotest.resources import PACKAGE
from audiotest.types import Case, ClipSpec, NotApplicable

KINDS = ("correct", "incorrect_but_related", "correct_but_unrelated", "incorrect_and_unrelated")
CASE = Case(
    id="c",
    question="What is heard?",
    choices=("rain", "wind", "a dog", "a bell"),
    distractor_types=KINDS,
    answer="rain",
    audio=(ClipSpec(file="c.wav"),),
    paraphrases=("Which sound is it?", "Name the sound."),
)
OTHERS = (
    Case(id="d", question="Who speaks?", choices=("a man", "a woman"), answer="a man", audio=(ClipSpec(file="d.wav"),)),
    Case(id="e", question="What is heard?", choices=("Rain ", "hail"), answer="hail", audio=(ClipSpec(file="e.wav"),)),
    Case(id="f", question="Describe it.", reference=("x",), audio=(ClipSpec(file="f.wav"),)),
)
SUITE = Suite("s", cases=(CASE, *OTHERS), path="s.yaml", digest="0")


def shown(condition, case=CASE, suite=SUITE, seed=0):
    return present(Trial(suite, case, parse_one(condition), "recorded"), seed)


def prompt(condition, case=CASE):
    trial = Trial(SUITE, case, parse_one(condition), "recorded")
    return prompt_of(trial, present(trial, 0))


def test_rotations_put_each_option_in_each_place():
    views = [shown(f"rotated(k={k})") for k in (1, 2, 3)]
    assert views[0].choices == ("a bell", "rain", "wind", "a dog")
    assert [view.answer_index for view in views] == [1, 2, 3]
    for view in views:
        assert view.choices[view.answer_index] == "rain"
        assert tuple(CASE.choices[i] for i in view.order) == view.choices
    assert len({view.choices for view in views} | {CASE.choices}) == 4
    assert [c.name for c in parse("rotated(k=[1,2,3])")] == ["rotated(k=1)", "rotated(k=2)", "rotated(k=3)"]
    with pytest.raises(NotApplicable, match="4 choices rotated by 4"):
        shown("rotated(k=4)")


@pytest.mark.parametrize(
    ("style", "lines"),
    [
        ("numbers", ["(1) rain", "(2) wind", "(3) a dog", "(4) a bell"]),
        ("lower", ["(a) rain", "(b) wind", "(c) a dog", "(d) a bell"]),
        ("none", ["rain", "wind", "a dog", "a bell"]),
    ],
)
def test_other_labels(style, lines):
    text = prompt(f"relabelled(style={style})").split("\n")
    assert [line for line in text if any(choice in line for choice in CASE.choices)] == lines


def test_other_wordings():
    assert shown("rephrased").question == "Which sound is it?"
    assert shown("rephrased(k=2)").question == "Name the sound."
    with pytest.raises(NotApplicable, match="this case has 2"):
        shown("rephrased(k=3)")


@given(st.integers(0, 50))
def test_fewer_keeps_the_answer_and_the_order(seed):
    view = shown("fewer(k=3)", seed=seed)
    assert len(view.choices) == 3
    assert view.choices[view.answer_index] == "rain"
    assert list(view.order) == sorted(view.order)
    assert view.distractor_types == tuple(KINDS[i] for i in view.order)


def test_fewer_by_kind_is_muchomusics_test():
    view = shown("fewer(k=2, kind=correct_but_unrelated)")
    assert view.choices == ("rain", "a dog")
    with pytest.raises(NotApplicable, match="cannot become fewer"):
        shown("fewer(k=3, kind=correct_but_unrelated)")
    with pytest.raises(NotApplicable, match="cannot become fewer"):
        shown("fewer(k=4)")


def test_the_answer_removed_is_none_of_the_above():
    view = shown("answer_removed")
    assert view.choices == ("none of the above", "wind", "a dog", "a bell")
    assert (view.answer, view.answer_index) == ("none of the above", 0)
    both = shown("answer_removed + shuffled")
    assert both.choices[both.answer_index] == "none of the above"
    with pytest.raises(NotApplicable, match="right one"):
        shown("answer_removed", replace(CASE, answer=None))


def test_foreign_choices_hold_nothing_of_the_own():
    for seed in range(10):
        view = shown("foreign_choices", seed=seed)
        assert view.choices == ("a man", "a woman")  # e has `Rain`, f is open
        assert view.question == CASE.question
        assert view.answer is view.answer_index is None
    with pytest.raises(NotApplicable, match="another case"):
        shown("foreign_choices", suite=replace(SUITE, cases=(CASE, OTHERS[1]), digest="1"))


def test_a_foreign_question_is_another_one():
    for seed in range(10):
        view = shown("foreign_question", seed=seed)
        assert view.question in ("Who speaks?", "Describe it.")
        assert view.answer is None
        assert view.audio
    alone = replace(SUITE, cases=(CASE, OTHERS[1]), digest="2")
    with pytest.raises(NotApplicable, match="another question"):
        shown("foreign_question", suite=alone)


@pytest.mark.parametrize("condition", ["foreign_choices", "foreign_question", "fewer(k=2)"])
def test_the_same_seed_shows_the_same(condition):
    assert shown(condition, seed=3) == shown(condition, seed=3)


def test_open_questions_cannot_take_what_needs_choices():
    for condition in ("rotated(k=1)", "relabelled(style=lower)", "fewer", "answer_removed", "foreign_choices"):
        with pytest.raises(NotApplicable):
            shown(condition, OTHERS[2])


def test_with_is_a_word_of_the_grammar():
    part = parse_one("mixed(with=kettle-01, snr_db=3)").parts[0]
    assert part.arguments == {"with_": "kettle-01", "snr_db": 3}
    assert str(part) == "mixed(snr_db=3,with=kettle-01)"
    assert parse_one(str(part)).parts[0] == part
    with pytest.raises(ConditionError, match="mixed"):
        parse_one("mixed(without=x)")


def test_every_condition_is_in_the_docs():
    text = (PACKAGE.parent / "docs" / "conditions.md").read_text()
    missing = [name for name in names() if f"`{name}" not in text]
    assert not missing
