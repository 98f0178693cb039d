"""Suites from their files: one bad case costs itself, and what is wrong has its place."""

import pytest

from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load

GOOD = "  - {id: good, question: Q?, choices: [a kettle, a flute], answer: a kettle}\n"
LOST = "  - {id: lost, audio: gone.wav, question: Q?, choices: [a kettle, a flute], answer: a kettle}\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


def written(folder, text, name="x.yaml"):
    (folder / name).write_text(text)
    return load(folder / name, shown=name)


def test_a_case_without_its_sound_is_found_beside_one_that_is_no_case_at_all(tmp_path):
    suite = written(tmp_path, f"suite: x\ncases:\n  - just words\n  -\n{LOST}{GOOD}")
    assert [case.id for case in suite.cases] == ["good"]
    assert [(p.line, p.column) for p in suite.problems()] == [(3, 5), (4, 4), (5, 16)]


def test_a_case_without_its_sound_is_not_taken_for_another_that_has_its_id(tmp_path):
    suite = written(tmp_path, f"suite: x\ncases:\n  - {{id: lost, question: Q?}}\n{LOST}")
    assert [(p.line, p.column) for p in suite.problems()] == [(3, 5), (4, 16)]


def test_equal_parts_of_cases_are_held_once_the_first_time_and_from_the_cache(tmp_path):
    tagged = "".join(GOOD.replace("good", f"c{i}").replace("}", ", tags: {skill: pitch}}") for i in range(3))
    for _ in ("parsed", "read from the cache"):
        first, *others = written(tmp_path, f"suite: x\ncases:\n{tagged}").cases
        assert all(case.tags is first.tags and case.choices is first.choices for case in others)
        assert first.answer is first.choices[0]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("mentions: {al: [rain]}", "unknown option of mentions: 'al': did you mean 'all'?"),
        ("mentions: {all: []}", "`mentions` needs words"),
        ("does_not_mention: {any: ['*']}", "'\\*' is no word to look for"),
        ("contains: {any: 3}", "`any` takes a list of words, not 3"),
        ("rouge_l: {min: high}", "`min` is 'high': expected a number from 0 to 1"),
        ("rouge: {measure: [f]}", "unknown `measure`"),
        ("exact: {case: no}", "`case` is 'no': expected true or false"),
        ("loglikelihood: {of: letter}", "unknown way to rank options: 'letter'"),
        ("choice: {strict: true}", "`choice` takes no options"),
    ],
)
def test_options_that_a_scorer_does_not_take_are_told_when_the_suite_is_read(tmp_path, check, said):
    with pytest.raises(SuiteError, match=f"x.yaml:2:12: scorers.0.: .*{said}"):
        written(tmp_path, f"suite: x\nscorers: [ {{{check}}}]\ncases:\n{GOOD}")
    suite = written(tmp_path, f"suite: x\ncases:\n  - id: a\n    question: Q?\n    expect: [{{{check}}}]\n{GOOD}")
    assert [case.id for case in suite.cases] == ["good"]
    assert [(p.line, p.column) for p in suite.problems()] == [(5, 14)]


def test_a_file_whose_name_begins_with_dots_is_within_its_folder(tmp_path):
    (tmp_path / "..gone.wav").touch()
    assert not written(tmp_path, f"suite: x\ncases:\n{LOST.replace('gone', '..gone')}").invalid


def test_a_number_of_more_than_64_bits_is_a_fact_like_any_other(tmp_path):
    suite = written(tmp_path, f"suite: x\ncases:\n{GOOD.replace('id:', f'facts: {{track: {10**30}}}, id:')}")
    assert suite.cases[0].metadata == {"track": 10**30}


@pytest.mark.parametrize(
    "template",
    [
        '{{ "{0} {1}".format(question) }}',
        '{{ "{q}".format(question) }}',
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_a_template_that_breaks_in_any_way_is_told_with_its_place(tmp_path, template):
    with pytest.raises(SuiteError, match=r"x.yaml:2:1: prompt: the template cannot be rendered: \w"):
        written(tmp_path, f"suite: x\nprompt: '{template}'\ncases:\n{GOOD}")
