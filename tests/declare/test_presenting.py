"""How text conditions show a case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from audiotest.declare.condition import parse_one
from audiotest.declare.prompt import PromptError, render
from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial, present, prompt_of
from audiotest.types import Case, ClipSpec, NotApplicable

cases = st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=8, unique=True).flatmap(
    lambda choices: st.builds(
        Case,
        id=st.text("abcdef123", min_size=1, max_size=6),
        question=st.just("Q?"),
        choices=st.just(tuple(choices)),
        answer=st.sampled_from(choices),
        distractor_types=st.just(tuple(f"kind {c}" for c in choices)),
        audio=st.just((ClipSpec(file="x.wav"),)),
    )
)


def shown(case, condition, seed=0):
    return present(Trial(Suite("s"), case, parse_one(condition), "recorded"), seed)


@given(cases, st.integers(0, 5))
def test_shuffling_is_another_order_that_carries_the_answer_along(case, seed):
    view = shown(case, "shuffled", seed)
    assert sorted(view.choices) == sorted(case.choices)
    assert view.choices != case.choices
    assert view.choices[view.answer_index] == case.answer == view.answer
    assert tuple(case.choices[i] for i in view.order) == view.choices
    assert view.distractor_types == tuple(f"kind {c}" for c in view.choices)
    assert shown(case, "shuffled", seed) == view


def test_every_other_order_is_drawn():
    case = Case(id="c", question="Q?", choices=("x", "y", "z"), answer="x")
    assert len({shown(case, "shuffled", seed).order for seed in range(100)}) == 5


@given(cases)
def test_a_part_draws_the_same_alone_and_in_company(case):
    assert shown(case, "shuffled").order == shown(case, "shuffled + text_only").order
    assert shown(case, "shuffled").order == shown(case, "noise(snr_db=3) + shuffled").order


@given(cases)
def test_text_only_drops_the_sound_and_nothing_else(case):
    view, plain = shown(case, "text_only"), shown(case, "original")
    assert replace(view, audio=True) == plain


@pytest.mark.parametrize(
    ("case", "condition", "said"),
    [
        (Case(id="c", question="Q?", reference=("x",)), "shuffled", "this question is open"),
        (Case(id="c", question="Q?", choices=("x", "y"), answer="x"), "text_only", "this one has none"),
    ],
)
def test_what_a_case_cannot_take(case, condition, said):
    with pytest.raises(NotApplicable, match=said):
        shown(case, condition)


def test_prompts():
    case = Case(id="c", question="What?", choices=("one", "two"), answer="one", audio=(ClipSpec(file="x.wav"),))
    trial = Trial(Suite("s"), case, parse_one("original"), "recorded")
    assert prompt_of(trial, present(trial, 0)) == "What?\n(A) one\n(B) two\nAnswer with the letter of the right option."
    trial = replace(trial, condition=parse_one("prompt(question)"))
    assert prompt_of(trial, present(trial, 0)) == "What?"
    own = "{{ question }}{% for c in choices %} {{ labels[loop.index0] }}={{ c }}{% endfor %}"
    assert render(own, "What?", ("one", "two")) == "What? A=one B=two"
    assert render("choices_lettered", "Describe.", ()) == "Describe."


@pytest.mark.parametrize(
    "template", ["{{ nothing }}", "{% for x in %}", "{{ question.__class__.__mro__ }}", "{{ 1 / 0 }}", "no_such_name"]
)
def test_templates_that_cannot_be_rendered(template):
    with pytest.raises(PromptError):
        render(template, "Q?", ("a", "b"))
