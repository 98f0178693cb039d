"""Broken suites of all kinds: each is reported with its place or loads, and nothing else ever happens."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiotest.declare.assembling import assemble
from audiotest.declare.fixing import fix_text
from audiotest.declare.problems import SuiteError
from audiotest.declare.source_edit import EditError
from audiotest.declare.suite import Suite

WHOLE = """\
# A comment that stays.
suite: mutants
title: All keys
policy: cases
prompt: {template: "{{ question }} {{ choices }}"}
generation: {max_new_tokens: 64, temperature: 0.5, stop: [x], thinking: true}
scorers: [choice, {exact: {case: true}}]
conditions:
  - original: correct   # and this one
  - noise(snr_db=[10, 0]): stays_correct
  - text_only
gates:
  - {metric: accuracy, min: 0.5, max: 0.9, tags: {skill: pitch}}
  - {metric: listening_gap, versus: text_only, min: 0.1, bound: lower}
by: [skill]
known_faults: [one_choice]
cases:
  - id: a
    audio: {synth: {tone: {hz: 440, seconds: 1}}}
    question: What is heard?
    choices: [a kettle, {text: a flute, kind: incorrect_but_related}]
    answer: a kettle
    tags: {skill: pitch, source: [x, y]}
    facts: {n: 1}
  - id: b
    question: Describe.
    reference: [rain, wind]
    expect: [{rouge_l: {min: 0.2}}, {mentions: {all: [rain]}}]
    paraphrases: [Say.]
"""
ODD = ["", "null", "~", "[]", "{}", "[null]", "5", "5.0", "-1", ".nan", ".inf", "9" * 26, "true", '"a\\nb"', "'..'", "x",
       "{x: y}", "[[x]]", "- x", "a: b", "@x", "*a", "&a", "!t x", "|", '"', "[", "\t", "{{ x }}", "noise(snr_db=x)",
       "accuracy:mmar", "original", "choice", "correct", "é", "\u2028"]  # fmt: skip
places = st.integers(0, len(WHOLE) - 1)


def replaced_value(text, at, odd):
    """The value in the line of ``at`` replaced."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at) if "\n" in text[at:] else len(text)
    colon = text.find(": ", start, end)
    return text[: colon + 2] + odd + text[end:] if colon >= 0 else text[:end] + odd + text[end:]


def replaced_word(text, at, odd):
    """The word at ``at`` replaced."""
    start, end = at, at
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[:start] + odd + text[end:]


def without_line(text, at, _):
    start = text.rfind("\n", 0, at) + 1
    return text[:start] + text[text.find("\n", at) + 1 :]


def swapped(text, at, _):
    return text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :] if at else text


def inserted(text, at, odd):
    return text[:at] + odd + text[at:]


mutations = st.lists(
    st.tuples(
        st.sampled_from([replaced_value, replaced_word, without_line, swapped, inserted]), places, st.sampled_from(ODD)
    ),
    min_size=1,
    max_size=3,
)


def mutant(steps):
    text = WHOLE
    for change, at, odd in steps:
        text = change(text, min(at, max(len(text) - 1, 0)), odd)
    return text


def loaded(text):
    """(number of problems of the suite as a whole, suite or None)."""
    try:
        fields, problems = assemble([("x.yaml", text.encode())])
    except SuiteError as error:
        return error.problems, None
    return problems, Suite(**fields)


@pytest.mark.parametrize("key", ["question", "0"])
def test_cases_that_are_a_mapping_with_a_key_twice_are_two_problems(key):
    problems, _ = loaded(f"suite: s\ncases:\n  {key}: Q?\n  {key}: R?\n")
    assert [(p.path, p.line, p.column) for p in problems] == [(("cases",), 3, 3), (("cases", key), 4, 3)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutations)
def test_a_mutant_is_reported_or_loads(steps):
    text = mutant(steps)
    problems, suite = loaded(text)
    every = [*problems, *(suite.problems() if suite else ()), *(suite.warnings if suite else ())]
    count = text.count("\n") + text.count("\u2028") + 2
    assert all(0 < p.line <= count and p.column > 0 and p.message for p in every)
    if suite is None:
        assert problems
    elif not problems:
        assert suite.cases or suite.invalid


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutations)
def test_fixing_a_mutant_never_makes_it_worse_and_is_done_at_once(steps):
    text = mutant(steps)
    try:
        fixed = fix_text(text, "suite")
    except EditError:
        return
    before, after = loaded(text), loaded(fixed)
    assert fixed == text or before[1] is None or after[1] is not None
    assert fix_text(fixed, "suite") == fixed
