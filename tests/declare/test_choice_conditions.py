"""Conditions on choices, labels and wording: what they show, and what they refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from audiotest.declare.condition import ConditionError, parse, parse_one
from audiotest.declare.conditions.view import NONE, NotApplicable
from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial, present, prompt_of
from audiotest.score.choice import read
from audiotest.types import Case, ClipSpec

MUSIC = Case(
    id="c",
    question="Which instrument leads?",
    choices=("a violin", "a cello", "rubato", "a drum"),
    distractor_types=(None, "related", "unrelated", "unrelated"),
    answer="a violin",
    audio=(ClipSpec(file="x.wav"),),
    paraphrases=("What plays the tune?", "Who leads?"),
)
OPEN = Case(id="o", question="Describe it.", reference=("x",), audio=(ClipSpec(file="x.wav"),))
choices = st.lists(st.text("abcdefgh", min_size=1, max_size=5), min_size=2, max_size=7, unique=True)
cases = choices.flatmap(
    lambda c: st.builds(
        Case, id=st.text("abc", min_size=1, max_size=5), question=st.just("Q?"), choices=st.just(tuple(c)),
        answer=st.sampled_from(c), distractor_types=st.just(tuple(f"kind-{x}" for x in c)), audio=st.just((ClipSpec(file="x.wav"),)),
    )
)  # fmt: skip


def trial(case, condition, **suite):
    return Trial(Suite("s", cases=(case,), **suite), case, parse_one(condition), "recorded")


def shown(case, condition, seed=0):
    return present(trial(case, condition), seed)


def prompt(case, condition, **suite):
    one = trial(case, condition, **suite)
    return prompt_of(one, present(one, 0))


def is_consistent(view):
    assert len(view.choices) == len(view.order)
    assert len(view.distractor_types) in (0, len(view.choices))
    if view.answer_index is not None:
        assert view.choices[view.answer_index] == view.answer
    for place, choice in zip(view.order, view.choices, strict=True):
        assert place < 0 or view.case.choices[place] == choice
    return True


# -- rotated


@given(cases, st.integers(1, 20))
def test_rotated(case, k):
    count = len(case.choices)
    if k % count == 0:
        with pytest.raises(NotApplicable, match="stand as before"):
            shown(case, f"rotated({k})")
        return
    view = shown(case, f"rotated({k})")
    assert is_consistent(view)
    assert view.choices == case.choices[-k % count :] + case.choices[: -k % count]


@given(cases)
def test_a_full_sweep_of_rotations_puts_every_option_everywhere_once(case):
    count = len(case.choices)
    sweep = parse(f"rotated(k=[{', '.join(map(str, range(1, count)))}])")
    views = [shown(case, "original"), *(shown(case, c.name) for c in sweep)]
    for place in range(count):
        assert sorted(view.choices[place] for view in views) == sorted(case.choices)
    assert sorted(view.answer_index for view in views) == list(range(count))


# -- relabelled


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("numbers", "(1) a violin\n(2) a cello\n(3) rubato\n(4) a drum\nAnswer with the number of the right option."),
        ("lower", "(a) a violin\n(b) a cello\n(c) rubato\n(d) a drum\nAnswer with the letter of the right option."),
        ("none", "a violin\na cello\nrubato\na drum\nAnswer with the text of the right option."),
    ],
)
def test_relabelled_prompts(style, text):
    assert prompt(MUSIC, f"relabelled({style})") == f"Which instrument leads?\n{text}"


@pytest.mark.parametrize("text", ["(3)", "3", "(3) rubato", "The answer is 3.", "rubato"])
def test_replies_are_read_by_the_labels_that_were_shown(text):
    view = shown(MUSIC, "relabelled(numbers)")
    assert read(view.choices, text, view.labels).index == 2


def test_letters_name_nothing_where_none_were_shown():
    view = shown(MUSIC, "relabelled(none)")
    assert read(view.choices, "C", view.labels).index is None
    assert read(view.choices, "a cello", view.labels).index == 1


def test_labels_follow_the_number_of_options():
    assert shown(MUSIC, "relabelled(numbers)+none_added").labels == ("1", "2", "3", "4", "5")
    assert shown(MUSIC, "relabelled(numbers)+fewer(2)").labels == ("1", "2")


def test_numbers_as_options_are_not_labelled_by_numbers():
    with pytest.raises(NotApplicable, match="numbers themselves"):
        shown(replace(MUSIC, choices=("1", "2", "3", "4"), answer="2"), "relabelled(numbers)")


@pytest.mark.parametrize(
    "template", ["choices_listed", "air_bench_foundation", "question", "{{ question }} {{ choices }}"]
)
def test_a_prompt_without_labels_cannot_show_others(template):
    with pytest.raises(NotApplicable, match="does not show labels"):
        prompt(MUSIC, "relabelled(lower)", prompt=template)


# -- rephrased, fewer, none_added


def test_rephrased():
    assert [shown(MUSIC, c.name).question for c in parse("rephrased(k=[1, 2])")] == list(MUSIC.paraphrases)
    assert shown(MUSIC, "rephrased") == replace(shown(MUSIC, "original"), question="What plays the tune?")


@given(cases, st.integers(2, 8), st.integers(0, 9))
def test_fewer_keeps_the_answer_and_the_order(case, k, seed):
    if k >= len(case.choices):
        with pytest.raises(NotApplicable):
            shown(case, f"fewer({k})", seed)
        return
    view = shown(case, f"fewer({k})", seed)
    assert is_consistent(view)
    assert len(view.choices) == k
    assert view.answer == case.answer
    assert list(view.order) == sorted(view.order)
    assert view.distractor_types == tuple(case.distractor_types[i] for i in view.order)


def test_one_distractor_of_a_kind():
    assert shown(MUSIC, "fewer(2, related)").choices == ("a violin", "a cello")
    drawn = {shown(MUSIC, "fewer(2, unrelated)", seed).choices for seed in range(30)}
    assert drawn == {("a violin", "rubato"), ("a violin", "a drum")}


@given(cases)
def test_none_added_leaves_the_rest_as_it_was(case):
    view = shown(case, "none_added")
    assert is_consistent(view)
    assert view.choices == (*case.choices, NONE)
    assert (view.answer, view.answerable) == (case.answer, True)


@pytest.mark.parametrize(
    ("case", "condition", "said"),
    [
        (OPEN, "rotated(1)", "this question is open"),
        (OPEN, "relabelled(none)", "this question is open"),
        (OPEN, "fewer(2)", "a right one among them"),
        (OPEN, "none_added", "this question is open"),
        (OPEN, "answer_removed", "the right one among them"),
        (OPEN, "foreign_choices", "this question is open"),
        (OPEN, "rephrased", "this case has 0"),
        (MUSIC, "rephrased(3)", "this case has 2"),
        (MUSIC, "fewer(3, related)", "1 distractors of the kind related cannot become fewer: 3"),
        (MUSIC, "fewer(2, silly)", "0 distractors of the kind silly"),
        (MUSIC, "fewer(4)", "cannot become fewer"),
        (replace(MUSIC, answer=None), "fewer(2)", "a right one among them"),
        (
            replace(MUSIC, choices=("a", "None of the above.", "b", "c"), answer="a"),
            "none_added",
            "an option .* already",
        ),
        (replace(MUSIC, audio=()), "noise(3)", "noise needs audio; this case has none"),
        (MUSIC, "text_only+gain(3)", "gain needs audio; this case is shown without it"),
    ],
)
def test_what_a_case_cannot_take(case, condition, said):
    with pytest.raises(NotApplicable, match=said):
        shown(case, condition)


def test_a_prompt_that_leaves_out_the_new_option_is_told():
    with pytest.raises(NotApplicable, match="does not show the option 'none of the above'"):
        prompt(MUSIC, "none_added", prompt="air_bench_foundation")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rotated(0)", "a k of 1 or more"),
        ("rotated(1.5)", "takes a whole number, not '1.5'"),
        ("fewer(1)", "options from 2 on"),
        ("rephrased(0)", "counts paraphrases from 1"),
        ("relabelled(roman)", "unknown style of labels 'roman'"),
        ("answer_removed(offer_none=perhaps)", "takes yes or no, not 'perhaps'"),
        ("mixed(with_=x)", "did you mean 'with'"),
        ("noise(500)", "from -60 to 100, not 500"),
        ("codec(mp3)", "takes kbps"),
        ("babble(3, talkers=0)", "talkers from 1 to 64"),
    ],
)
def test_values_out_of_range_are_problems_of_the_suite(text, said):
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mixed(with=rain-03, snr_db=5, offset=1.5)", "mixed(snr_db=5,offset=1.5,with=rain-03)"),
        ("answer_removed(offer_none=no)", "answer_removed(offer_none=no)"),
        ("foreign_choices(by=skill, offer_none=True)", "foreign_choices(by=skill,offer_none=yes)"),
    ],
)
def test_canonical_names(text, name):
    assert parse_one(text).name == name
    assert parse_one(name) == parse_one(text)
