"""Suites made of others: ``extends``, ``prompts``, ``variables``, tags and facts in prompts, generation of a case."""

import json

import pytest

import audiotest
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load
from audiotest.declare.variables import given
from audiotest.types import Needs, Reply

BASE = """\
suite: base
policy: gates
prompt: question
generation: {max_new_tokens: 7}
conditions: [original, text_only]
gates:
  - {metric: accuracy, min: 0.5}
prompts:
  terse: "{{ question }} One word."
require_audio: false
cases:
  - {id: a, audio: audio/a.wav, question: What rings?, choices: [a bell, a dog], answer: a bell}
  - {id: b, question: What barks?, choices: [a bell, a dog], answer: a dog, tags: {skill: animals}, facts: {year: 1999}}
"""


@pytest.fixture
def base(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "base.yaml").write_text(BASE)
    return tmp_path


def write(folder, text, name="own.yaml"):
    (folder / name).write_text(text)
    return folder / name


def faults(path):
    with pytest.raises(SuiteError) as raised:
        load(path)
    return [str(problem) for problem in raised.value.problems]


def test_a_suite_takes_what_it_does_not_say_and_adds_its_cases(base):
    own = write(base, """\
suite: own
extends: shared/base.yaml
generation: {max_new_tokens: 9}
cases:
  - {id: b, question: What barks now?, choices: [a bell, a dog], answer: a dog}
  - {id: c, question: What is it?, choices: [a bell, a dog], answer: a dog}
""")  # fmt: skip
    suite = load(own)
    assert (suite.name, suite.policy, suite.prompt) == ("own", "gates", "question")
    assert suite.generation.max_new_tokens == 9
    assert [c.name for c, _ in suite.conditions] == ["original", "text_only"]
    assert [gate.metric for gate in suite.gates] == ["accuracy"]
    assert [(c.id, c.question) for c in suite.cases] == [
        ("a", "What rings?"),
        ("b", "What barks now?"),
        ("c", "What is it?"),
    ]
    assert suite.cases[0].audio[0].file == "shared/audio/a.wav"
    assert suite.file_of(suite.cases[0]).resolve() == base / "shared" / "base.yaml"
    assert suite.file_of(suite.cases[2]) == own
    assert load(own) == suite


def test_a_change_of_the_base_is_seen(base):
    own = write(base, "suite: own\nextends: shared/base.yaml\n")
    assert len(load(own).cases) == 2
    write(base / "shared", BASE + "  - {id: z, question: Q?, choices: [x, y], answer: x}\n", "base.yaml")
    assert len(load(own).cases) == 3


def test_a_shipped_suite_can_be_extended_and_run_under_other_conditions(tmp_path):
    own = write(tmp_path, "suite: own\nextends: listening/pitch\nconditions: [silence]\ngates: []\n")
    run = audiotest.run(own, limit_first=2, cache=False)
    assert {r.condition for r in run.records} == {"silence"}
    assert run.records[0].suite == "own"


def test_what_cannot_be_extended_is_an_error_with_its_place(base):
    [problem] = faults(write(base, "suite: own\nextends: shared/bse.yaml\n"))
    assert "own.yaml:2:" in problem
    assert "unknown suite" in problem
    write(base, "suite: one\nextends: two.yaml\n", "one.yaml")
    write(base, "suite: two\nextends: one.yaml\n", "two.yaml")
    assert any("in a circle" in problem for problem in faults(base / "one.yaml"))
    write(base, "suite: broken\nprompt: nothing\ncases: []\n", "broken.yaml")
    [problem] = faults(write(base, "suite: own\nextends: broken.yaml\n"))
    assert "that suite cannot be used: " in problem
    assert "broken.yaml" in problem


def test_another_split_of_a_table_is_one_line(base):
    row = {"q": "What is it?", "o": ["a bell", "a dog"], "a": "a dog"}
    for split in ("dev", "test"):
        (base / "shared" / f"{split}.jsonl").write_text(json.dumps({**row, "id": split}) + "\n")
    fields = "{id: id, question: q, choices: o, answer: a}"
    write(base / "shared", f"suite: table\ndata: {{source: dev.jsonl, fields: {fields}}}\n", "table.yaml")
    assert [c.id for c in load(write(base, "suite: own\nextends: shared/table.yaml\n")).cases] == ["dev"]
    path = write(
        base, "suite: own\nextends: shared/table.yaml\ndata: {source: shared/test.jsonl, fields: {question: q}}\n"
    )
    [case] = load(path).cases
    assert (case.id, case.answer) == ("test", "a dog")
    (base / "shared" / "dev.jsonl").write_text(json.dumps({**row, "id": "changed"}) + "\n")
    assert [c.id for c in load(write(base, "suite: own\nextends: shared/table.yaml\n")).cases] == ["changed"]


def test_a_table_needs_no_key_that_the_base_has_and_may_have_the_faults_that_the_base_may(base):
    (base / "shared" / "dev.jsonl").write_text(json.dumps({"id": "a", "q": "Say something."}) + "\n")
    write(base / "shared", "suite: table\nknown_faults: [no_answer]\ndata: {source: dev.jsonl, fields: {id: id, question: q}}\n",
          "table.yaml")  # fmt: skip
    path = write(base, "suite: own\nextends: shared/table.yaml\ndata: {where: \"id == 'a'\"}\n")
    assert [c.id for c in load(path).cases] == ["a"]
    path = write(base, "suite: own\nextends: shared/base.yaml\ndata: {where: \"id == 'a'\"}\n")
    assert "data: missing `source`, `fields`: shared/base.yaml has no `data` to take it from" in faults(path)[0]
    assert "missing key `fields`" in faults(write(base, "suite: own\ndata: {source: shared/dev.jsonl}\n"))[0]


class Hearer:
    name, identity, needs, batch_size = "hearer", "", Needs(audio=False), 4

    def __init__(self):
        self.asked = []

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        self.asked += requests
        return [Reply("a dog") for _ in requests]


def test_prompts_of_the_suites_own_are_used_by_name_and_know_tags_and_facts(base):
    own = write(base, """\
suite: own
extends: shared/base.yaml
prompt: long
prompts:
  long: "{{ question }} ({{ tags.skill }}, {{ facts.year }})"
  fixed: Say a word.
conditions: [original, prompt(name=terse), prompt(name=fixed)]
gates: []
""")  # fmt: skip
    model = Hearer()
    run = audiotest.run(own, model=model, cache=False)
    prompts = {(r.case, r.condition): r.prompt for r in model.asked}
    assert prompts["b", "original"] == "What barks? (animals, 1999)"
    assert prompts["b", "prompt(name=terse)"] == "What barks? One word."
    assert prompts["b", "prompt(name=fixed)"] == "Say a word."
    [broken] = [r for r in run.records if r.outcome == "error"]
    assert (broken.case, broken.condition) == ("a", "original")
    assert "skill" in broken.reason


def test_a_prompt_that_is_not_there_is_told_with_the_near_ones(base):
    [problem] = faults(
        write(base, "suite: own\nextends: shared/base.yaml\nconditions: [prompt(name=trse)]\ngates: []\n")
    )
    assert "did you mean 'terse'" in problem
    [problem] = faults(write(base, "suite: own\nextends: shared/base.yaml\nprompts: {question: hm}\n"))
    assert "a named template already" in problem
    [problem] = faults(write(base, 'suite: own\nextends: shared/base.yaml\nprompts: {x: "{{ qestion }}"}\n'))
    assert "own.yaml:3:" in problem


def test_generation_of_one_case(base):
    case = "  - {id: c, question: Q?, choices: [x, y], answer: x, generation: {max_new_tokens: 50, temperature: 0.5}}\n"
    own = write(base, f"suite: own\nextends: shared/base.yaml\ncases:\n{case}")
    model = Hearer()
    audiotest.run(own, model=model, cache=False)
    assert {(r.case, r.generation.max_new_tokens) for r in model.asked} == {("a", 7), ("b", 7), ("c", 50)}
    again = audiotest.load_suite(load(own).save(base / "saved.yaml"))
    assert again.cases[2].generation == load(own).cases[2].generation


def test_variables_have_a_value_from_the_command_line_the_environment_or_their_default(base, monkeypatch, pytester):
    own = write(base, """\
suite: own
audio_root: ${ROOT}
require_audio: false
variables: {ROOT: sounds, SET: null}
cases:
  - {id: a, audio: "${SET}/a.wav", question: "Is ${SET} text?", choices: [x, y], answer: x}
""")  # fmt: skip
    problems = faults(own)
    assert any("the variable SET has no value: give --var SET=VALUE" in problem for problem in problems)
    monkeypatch.setenv("SET", "first")
    suite = load(own)
    assert (suite.audio_root, suite.cases[0].audio[0].file) == ("sounds", "first/a.wav")
    assert suite.cases[0].question == "Is ${SET} text?"
    monkeypatch.setenv("ROOT", "others")
    assert load(own).audio_root == "others"
    pytester.makeini("[pytest]\n")
    out = pytester.runpytest_inprocess(str(own), "--var", "SET=2nd", "--model", "first", "-p", "no:hypothesispytest")
    out.assert_outcomes(passed=1)
    assert load(own).cases[0].audio[0].file == "first/a.wav"
    pytester.runpytest_inprocess(str(own), "--var", "SET").stderr.fnmatch_lines(["*--var takes NAME=VALUE*"])


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "hf_token", "AWS_SECRET_ACCESS", "DB_PASSWORD"])
def test_a_suite_gets_no_secret_of_the_environment(base, monkeypatch, name):
    monkeypatch.setenv(name, "sk-not-yours")
    text = f"suite: own\nvariables: {{{name}: DEFAULT}}\naudio_root: sounds/${{{name}}}\n"
    case = "cases: [{id: a, audio: a.wav, question: Q?, choices: [x, y], answer: x}]\n"
    problems = faults(write(base, text.replace("DEFAULT", "null") + case))
    assert f"give --var {name}=VALUE; its name is a secret's" in problems[0]
    assert "sk-not" not in str(problems)
    own = write(base, text.replace("DEFAULT", "x") + "require_audio: false\n" + case)
    assert load(own).audio_root == "sounds/x"
    with given([f"{name}=mine"]):
        assert load(own).audio_root == "sounds/mine"


def test_a_variable_that_is_not_declared_is_an_error(base):
    [problem] = faults(write(base, "suite: own\naudio_root: ${AUDIO_ROOT}\nextends: shared/base.yaml\n"))
    assert "own.yaml:2:" in problem
    assert "`${AUDIO_ROOT}` is no variable of this suite" in problem
