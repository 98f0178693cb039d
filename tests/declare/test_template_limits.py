"""A prompt is a program of its author's; it can neither hang a run nor fill the memory."""

import resource

import pytest

from audiotest.declare.condition import MOST_CONDITIONS, ConditionError, parse
from audiotest.declare.prompt import PromptError, check, render, shows_question, template_names
from audiotest.declare.template_limits import MOST_WORK

LOOP = "{% for a in range(9999) %}"
LETTERS = "{% for a in question %}"
DOUBLED = "{% set x = 'abcdefghijklmnopqrstuvwx' %}"


@pytest.mark.parametrize(
    "template",
    [
        LOOP * 5 + "x" + "{% endfor %}" * 5,
        LOOP * 3 + "{% endfor %}" * 3,
        LETTERS * 9 + "{% endfor %}" * 9,
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(100) }}",
        "{% for x in [1] recursive %}{{ loop([1, 1]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}",
        "{{ 'x' * 10**9 }}",
        "{{ [1] * 10**9 }}",
        "{{ 'x'.ljust(10**9) }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '{:>1000000000}'.format(1) }}",
        DOUBLED + "{% set x = x ~ x %}" * 40 + "{{ x }}",
        DOUBLED + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40 + "{{ x }}",
        DOUBLED + "{% set x = x | replace('a', 'aa') %}" * 40 + "{{ x }}",
        DOUBLED + "{% set x = x.replace('a', 'aa') %}" * 40 + "{{ x }}",
        "{% set x = [1] %}" + "{% set x = x + x %}" * 40 + "{{ x | length }}",
        "{{ ('a' * 900000).join('b' * 900) }}",
        "{{ 9**9**9 }}",
        "{% set ns = namespace(x=3) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{{ ns.x }}",
        "{% for i in range(1000) %}{{ 'abcdefghi' * 10000 }}{% endfor %}",
        "{{" + "(" * 5000 + "1" + ")" * 5000 + "}}",
        "{% if a %}" * 3000,
        "{{ question }}" + "x" * 200_000,
        "{{ lipsum(n=10000) }}",
    ],
)
def test_a_template_without_bounds_ends_in_a_sentence_and_in_little_memory(template):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PromptError, match="the template (cannot be rendered|does not parse): .+"):
        check(template)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024  # KiB


def test_the_work_of_one_rendering_is_not_that_of_the_next():
    template = "{{ question }}{% for a in range(8000) %}{% endfor %}" * 10
    assert 2 * 10 * 8000 < MOST_WORK < 2 * 2 * 10 * 8000
    assert render(template, "Q", ()) == render(template, "Q", ()) == "Q" * 10


@pytest.mark.parametrize("name", template_names())
def test_every_named_prompt_shows_a_long_question_and_its_choices(name):
    question, choices = "What is heard? " * 2_000, [f"choice number {i}" for i in range(4)]
    text = render(name, question, choices)
    assert question.strip() in text
    assert name == "question" or all(choice in text for choice in choices)


def test_what_prompts_use_of_jinja_is_there():
    template = (
        "{{ question | upper | trim }}{% for choice in choices %} {{ loop.index }}/{{ loop.length }}. {{ choice | title }}"
        "{% if not loop.last %},{% endif %}{% endfor %} {{ labels | join('') }} {{ '%02d' | format(7) }} {{ 'x' ~ (1 + 2) }}"
    )
    assert render(template, " q ", ("a", "b")) == "Q 1/2. A, 2/2. B AB 07 x3"


def test_a_prompt_that_shows_the_question_in_capitals_shows_it():
    assert shows_question("{{ question | upper }}")
    assert not shows_question("Choose. {{ choices }}")


@pytest.mark.parametrize(
    "text",
    [
        "+".join([f"noise(snr_db=[{','.join(map(str, range(60)))}])"] * 5),
        f"noise(snr_db=[{','.join(map(str, range(MOST_CONDITIONS + 1)))}])",
    ],
)
def test_sweeps_are_counted_before_they_are_written_out(text):
    with pytest.raises(ConditionError, match="conditions, 1,000 are the most"):
        parse(text)


def test_a_condition_of_megabytes_is_not_read():
    with pytest.raises(ConditionError, match="10,000 are the most"):
        parse("noise(snr_db=" + " " * 10**6)
