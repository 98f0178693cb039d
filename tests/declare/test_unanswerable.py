"""The three unanswerable cases of AQUA-Bench: what they show, whom they borrow from, and how replies are judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from audiotest.declare.condition import parse_one
from audiotest.declare.conditions.view import NONE, NotApplicable
from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial, present
from audiotest.grade.grader import Grader
from audiotest.predict.requests import Answer
from audiotest.types import Case, Check, ClipSpec, Reply

FAMILIES = {
    "speech": ("What is said?", ("yes", "no", "perhaps")),
    "music": ("Which instrument plays?", ("a flute", "a harp", "a drum", "a lute")),
    "sound": ("What is heard?", ("rain", "a dog")),
}


def a_case(i, family):
    question, choices = FAMILIES[family]
    return Case(
        id=f"{family}-{i}", question=question, choices=choices, answer=choices[i % 2],
        distractor_types=tuple(f"kind {c}" for c in choices), audio=(ClipSpec(file=f"{family}-{i}.wav"),), tags={"family": (family,)},
    )  # fmt: skip


CASES = tuple(a_case(i, family) for i in range(3) for family in FAMILIES)
CASE = CASES[0]


def trial(case, condition, cases=CASES, expectation="abstains", **suite):
    return Trial(Suite("s", cases=tuple(cases), **suite), case, parse_one(condition), expectation)


def shown(case, condition, cases=CASES, seed=0):
    return present(trial(case, condition, cases), seed)


@given(st.sampled_from(CASES))
def test_answer_removed(case):
    view = shown(case, "answer_removed")
    assert view.choices[view.answer_index] == view.answer == NONE
    assert [c for c in view.choices if c != NONE] == [c for c in case.choices if c != case.answer]
    assert view.answer_index == case.choices.index(case.answer)
    assert view.order[view.answer_index] == -1
    assert view.distractor_types[view.answer_index] is None
    if len(case.choices) > 2:
        bare = shown(case, "answer_removed(offer_none=no)")
        assert bare.choices == tuple(c for c in case.choices if c != case.answer)
        assert (bare.answer, bare.answer_index) == (None, None)


def test_two_options_without_the_right_one_are_no_choice():
    with pytest.raises(NotApplicable, match="a single one would be left"):
        shown(CASES[2], "answer_removed(offer_none=no)")


@given(st.sampled_from(CASES), st.integers(0, 20))
def test_foreign_choices(case, seed):
    view = shown(case, "foreign_choices(offer_none=yes)", seed=seed)
    assert view.question == case.question
    *foreign, last = view.choices
    assert last == NONE == view.answer == view.choices[view.answer_index]
    assert not set(foreign) & set(case.choices)
    assert tuple(foreign) in {c for _, c in FAMILIES.values()}
    assert set(view.order) == {-1}
    bare = shown(case, "foreign_choices", seed=seed)
    assert bare.choices == tuple(foreign)
    assert bare.answer is None


@given(st.sampled_from(CASES), st.integers(0, 20))
def test_foreign_question(case, seed):
    view = shown(case, "foreign_question(offer_none=yes)", seed=seed)
    family = next(f for f, (question, _) in FAMILIES.items() if question == view.question)
    assert family not in case.tags["family"]
    assert view.choices == (*FAMILIES[family][1], NONE)
    assert view.answer == NONE
    assert view.audio


def test_whom_a_case_borrows_from_depends_on_the_run_seed_alone():
    views = [shown(CASE, "foreign_question", seed=s) for s in range(20)]
    assert len({v.question for v in views}) == 2
    assert views == [shown(CASE, "foreign_question", seed=s) for s in range(20)]
    questions = {shown(c, "foreign_question").question for c in CASES}
    assert len(questions) > 1


def test_with_a_tag_another_value_is_asked_for():
    cases = [replace(CASE, tags={"skill": ("a",)})]
    cases += [replace(CASES[i], tags={"skill": ("a", "b")}) for i in (1, 4)]
    cases += [replace(CASES[2], tags={"skill": ("c",)})]
    for seed in range(10):
        assert shown(cases[0], "foreign_choices(by=skill)", cases, seed).choices == CASES[2].choices
    with pytest.raises(NotApplicable, match="by the tag mood, which this case does not have"):
        shown(cases[0], "foreign_choices(by=mood)", cases)


@pytest.mark.parametrize("condition", ["foreign_choices", "foreign_question"])
def test_a_suite_of_one_question_has_nothing_foreign(condition):
    with pytest.raises(NotApplicable, match="with another question"):
        shown(CASE, condition, [c for c in CASES if c.question == CASE.question])


def test_a_question_about_the_same_clip_is_not_foreign():
    cases = [CASE, replace(CASES[1], audio=CASE.audio), CASES[2]]
    assert {shown(CASE, "foreign_question", cases, seed).question for seed in range(10)} == {CASES[2].question}


def test_they_go_together_with_other_conditions():
    view = shown(CASE, "answer_removed+shuffled+relabelled(numbers)+noise(snr_db=3)")
    assert view.choices[view.answer_index] == NONE
    assert view.labels == ("1", "2", "3")
    assert len(shown(CASE, "foreign_choices(offer_none=yes)+shuffled").choices) in (3, 5)
    with pytest.raises(NotApplicable, match="another one is shown"):
        shown(CASE, "foreign_question+rephrased")
    with pytest.raises(NotApplicable, match="already"):
        shown(CASE, "none_added+answer_removed")


class _Run:
    seed = 0


def outcome(condition, reply, case=CASE, expectation="abstains", **suite):
    one = trial(case, condition, expectation=expectation, **suite)
    record = Grader(0).grade(one, Answer(view=present(one, 0), reply=Reply(reply)), _Run())
    return record.outcome, record.reason


@pytest.mark.parametrize(
    "condition", ["answer_removed", "foreign_choices(offer_none=yes)", "foreign_question(offer_none=yes)"]
)
@pytest.mark.parametrize("expectation", ["abstains", "correct"])
def test_choosing_none_of_the_above_passes(condition, expectation):
    assert outcome(condition, "None of the above.", expectation=expectation)[0] == "passed"


@pytest.mark.parametrize("condition", ["foreign_choices", "foreign_question", "answer_removed(offer_none=no)"])
@pytest.mark.parametrize(
    "reply",
    [
        "I cannot answer this from the audio.",
        "None of these options is correct.",
        "There is no correct answer among the choices.",
        "The question is not related to the audio.",
        "The right answer is not listed.",
    ],
)
def test_declining_in_words_abstains(condition, reply):
    assert outcome(condition, reply) == ("passed", "")


@pytest.mark.parametrize(
    "condition", ["answer_removed", "foreign_choices(offer_none=yes)", "foreign_question(offer_none=yes)"]
)
@pytest.mark.parametrize("expectation", ["abstains", "correct"])
def test_answering_all_the_same_fails(condition, expectation):
    one = trial(CASE, condition)
    view = present(one, 0)
    wrong = next(c for c in view.choices if c != NONE)
    said, reason = outcome(condition, wrong, expectation=expectation)
    assert said == "failed"
    if expectation == "abstains":
        assert "as if it could be answered" in reason


def test_an_option_chosen_after_doubts_is_an_answer():
    assert outcome("silence", "I am not sure, but the answer is (A) yes.")[0] == "failed"
    assert outcome("silence", "I am not sure.")[0] == "passed"


def test_correct_where_nothing_is_right_says_what_to_expect():
    said, reason = outcome("foreign_choices", "I cannot tell.", expectation="correct")
    assert (said, reason) == ("failed", "no option is right under this condition; expect `abstains`")


def test_what_a_case_checks_of_its_own_answer_does_not_hold_for_a_foreign_question():
    case = Case(
        id="speech-9", question="Describe it.", reference=("rain",), expect=(Check("mentions", {"all": ["rain"]}),),
        audio=(ClipSpec(file="y.wav"),),
    )  # fmt: skip
    cases = (case, *CASES)
    one = Trial(Suite("s", cases=cases), case, parse_one("foreign_question"), "abstains")
    view = present(one, 0)
    for reply, wanted in (("I cannot tell.", "passed"), (view.choices[0], "failed")):
        record = Grader(0).grade(one, Answer(view=view, reply=Reply(reply)), _Run())
        assert record.outcome == wanted
        assert "mentions" not in record.verdicts


def test_an_open_foreign_question_is_judged_by_words():
    opened = Case(id="o", question="Describe it.", reference=("rain",), audio=(ClipSpec(file="y.wav"),))
    one = Trial(Suite("s", cases=(CASE, opened)), CASE, parse_one("foreign_question"), "abstains")
    view = present(one, 0)
    assert (view.choices, view.answer) == ((), None)
    said = [
        Grader(0).grade(one, Answer(view=view, reply=Reply(r)), _Run()).outcome
        for r in ("I hear no sound.", "It rains.")
    ]
    assert said == ["passed", "failed"]
