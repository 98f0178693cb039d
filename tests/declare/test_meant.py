"""What used to be accepted and is wrong: refused, or a warning where a person may have meant it."""

import pytest

from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load

CASE = "{id: good, question: Q?, choices: [a kettle, a flute], answer: a kettle, tags: {skill: pitch}}"
HUGE = "9" * 26


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


def read(folder, settings="", *cases):
    """(problems, warnings) of a suite, as texts."""
    rows = "".join(f"  - {case}\n" for case in (CASE, *cases))
    (folder / "x.yaml").write_text(f"suite: x\n{settings}\ncases:\n{rows}")
    try:
        suite = load(folder / "x.yaml", shown="x.yaml")
    except SuiteError as error:
        return [str(p) for p in error.problems], []
    return [str(p) for p in suite.problems()], [str(p) for p in suite.warnings]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("generation: {max_new_tokens: 5.0}", "x.yaml:2:30: generation.max_new_tokens: expected a whole number, found 5.0: write 5"),
        (f"generation: {{max_new_tokens: {HUGE}}}", "expected a number of at most 9,007,199,254,740,992"),
        ("generation: {max_new_tokens: 2000000}", "expected at most 1000000"),
        ("generation: {temperature: .inf}", "generation.temperature: expected a finite number, found .inf"),
        ("join_clips: .nan", "join_clips: expected a finite number, found .nan"),
        ("gates: [{metric: accuracy, min: .nan}]", "gates[0].min: expected a finite number, found .nan"),
        ("gates: [{metric: accuracy, max: -.inf}]", "gates[0].max: expected a finite number, found -.inf"),
        (f"gates: [{{metric: accuracy, min: {HUGE}}}]", "gates[0].min: expected a number of at most"),
        ("gates: [{metric: accuracy, min: 1e400}]", "gates[0].min: expected a finite number, found 1e400"),
        ("gates: [{metric: accuracy, min: 0.9, max: 0.1}]", "gates[0].min: `min` is 0.9 and `max` 0.1"),
        ("gates: [{metric: accuracy, min: 80}]", "gates[0].min: `accuracy` is at most 1, so no run can meet `min: 80`; for 80% write 0.8"),
        ("conditions: [original, text_only]\ngates: [{metric: listening_gap, versus: text_only, max: -2}]", "`listening_gap` is at least -1, so no run can meet"),
        ("gates: [{metric: listening_gap, min: 0.1}]", "compares with `text_only`, which this suite does not run"),
        ("gates: [{metric: listening_gap, versus: original, min: 0.1}]", "gates[0].versus: `listening_gap` compares `original` with itself"),
        ("conditions: [original, text_only]\ngates: [{metric: listening_gap, condition: text_only, min: 0.1}]", "with itself"),
        ("gates: [{metric: consistency, min: 0.1}]", "`consistency` compares `original` with itself"),
        ("gates: [{metric: 'accuracy:mmar', min: 0.1}]", "no scorer `mmar` runs in this suite"),
        ("gates: [{metric: accuracy, min: 0.1, tags: {skil: pitch}}]", "no case has this tag: unknown tag 'skil': did you mean 'skill'?"),
        ("gates: [{metric: accuracy, min: 0.1, tags: {skill: pich}}]", "no case has this tag: unknown value of skill: 'pich': did you mean 'pitch'?"),
        ("conditions: ['noise(snr_db=[1,1])']", "is duplicated"),
    ],
)  # fmt: skip
def test_settings_that_are_refused(tmp_path, settings, message):
    found, _ = read(tmp_path, settings)
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("gates: [{metric: accuracy, min: 0}]", "gates[0].min: `accuracy` is always at least 0, so `min: 0` cannot fail"),
        ("gates: [{metric: accuracy, min: 0.5, max: 1}]", "gates[0].max: `accuracy` is always at most 1"),
        ("gates: [{metric: listening_gap, versus: text_only, min: -1}]\nconditions: [original, text_only]", "always at least -1"),
        ("gates: [{metric: listening_gap, min: 0.1}]\nconditions: [original, text_only]", "has no `versus`, so it is taken against `text_only`"),
        ("prompt: 'Choose. {{ choices }}'", "prompt: the prompt never shows the question"),
        ("import: audiotest import x\ngates: [{metric: accuracy, min: 0.1, tags: {skil: pitch}}]", "no case has this tag"),
    ],
)  # fmt: skip
def test_settings_that_are_warned_of(tmp_path, settings, message):
    problems, warnings = read(tmp_path, settings)
    assert problems == []
    assert len(warnings) == 1
    assert message in warnings[0]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ('{id: "a\\n", question: Q, reference: x}', "id: \"a\\n\" is not a valid name here: expected letters, digits, `_`, `.` and `-` only, without a line break"),
        ("{id: '.', question: Q, reference: x}", "and not dots alone"),
        ("{id: '..', question: Q, reference: x}", "and not dots alone"),
        ("{id: x, question: '  ', reference: x}", "question: the question is empty"),
        ("{id: x, question: '', reference: x}", "question: expected some text, found none"),
        ("{id: x, question: Q, choices: [a, ''], answer: a}", "choices: a choice is empty"),
        ("{id: x, question: Q, choices: [a, ' '], answer: a}", "choices: a choice is empty"),
        ("{id: x, question: Q, choices: [a, 'a '], answer: a}", "differ by white space only"),
        ('{id: x, question: Q, choices: [a b, "a\\tb"], answer: a b}', "differ by white space only"),
        ('{id: x, question: Q, choices: ["\\u00e9", "e\\u0301"], answer: "\\u00e9"}', "differ by how Unicode writes them only"),
        ("{id: x, question: Q, choices: [a, b], answer: a, audio: {synth: {noise: {seconds: 1, seed: 5.0}}}}", "seed: expected a whole number, found 5.0: write 5"),
        ("{id: x, question: Q, choices: [a, b], answer: a, audio: {synth: {noise: {seconds: .inf}}}}", "seconds: expected a finite number"),
        (f"{{id: x, question: Q, choices: [a, b], answer: a, audio: {{synth: {{noise: {{seconds: 1, seed: {HUGE}}}}}}}}}", "seed: expected a number of at most"),
        ("{id: x, question: Q, choices: [a, b], answer: a, audio: sub/../x.wav}", "leads out of the suite's folder"),
    ],
)  # fmt: skip
def test_cases_that_are_refused(tmp_path, case, message):
    problems, _ = read(tmp_path, "", case)
    assert len(problems) == 1
    assert message in problems[0]


def test_a_names_line_break_is_refused_though_the_explainers_patterns_would_let_it_pass(tmp_path):
    (tmp_path / "x.yaml").write_text('suite: "x\\n"\ncases: []\n')
    with pytest.raises(SuiteError, match="is not a valid name here"):
        load(tmp_path / "x.yaml")


def test_what_the_explainer_does_not_find_is_refused_all_the_same(monkeypatch):
    from audiotest.declare import schema
    from audiotest.declare.document import read_document

    monkeypatch.setattr(schema, "explain", lambda errors: iter(()))
    _, (problem,) = read_document("suite", "x.yaml", b"suite: x\npolicy: casez\n")
    assert str(problem).startswith("x.yaml:2:1: policy: does not satisfy `enum`: ")


def test_numbers_under_facts_are_the_releases_own(tmp_path):
    case = f"{{id: x, question: Q, choices: [a, b], answer: a, facts: {{n: {HUGE}, max_new_tokens: 5.0}}}}"
    assert read(tmp_path, "", case) == ([], [])


def test_choices_and_ids_that_differ_by_case_only_are_warned_of(tmp_path):
    chords = "{id: Good, question: Q, choices: [CM7, Cm7], answer: Cm7}"
    problems, warnings = read(tmp_path, "", chords)
    assert problems == []
    assert ["choices 'CM7' and 'Cm7'" in warnings[0], "ids 'good' and 'Good'" in warnings[1]] == [True, True]


def test_an_open_question_that_no_scorer_judges_is_warned_of(tmp_path):
    open_case = "{id: open, question: Q, reference: rain}"
    _, (warning,) = read(tmp_path, "", open_case)
    assert "no scorer judges the open question `open` at x.yaml:5: `choice` reads choices" in warning
    for settings in ("scorers: [choice, rouge_l]", "conditions: [original: recorded]"):
        assert read(tmp_path, settings, open_case) == ([], [])


def test_what_a_terminal_would_act_on_is_shown_as_an_escape(tmp_path):
    problems, _ = read(tmp_path, '"\\e]8;;http://x\\a": 1')
    [problem] = problems
    assert problem.startswith(
        r"x.yaml:2:1: \x1b]8;;http://x\x07: unknown key '\x1b]8;;http://x\x07': known: audio_root, by, "
    )


def test_a_warning_is_there_when_the_suite_is_read_from_the_cache(tmp_path):
    settings = "gates: [{metric: accuracy, min: 0}]"
    assert read(tmp_path, settings) == read(tmp_path, settings) != ([], [])
