"""`audiotest import lmms-eval TASK.yaml`: what a task says without code is taken over, the rest is guessed and said."""

import json
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner

import audiotest
from audiotest.cli import main

# In the form of the tasks of lmms-eval that ask about sounds (its docs/task_guide.md); the functions are not there.
TEMPLATE = """dataset_path: example/sounds
dataset_kwargs: {token: True}
doc_to_target: "answer"
doc_to_visual: !function utils.doc_to_audio
doc_to_text: !function utils.doc_to_text
doc_to_choice: !function utils.doc_to_choice
generation_kwargs: {max_new_tokens: 64, do_sample: false, temperature: 0, top_p: 1.0}
lmms_eval_specific_kwargs:
  default:
    pre_prompt: "Listen. {x}\\n"
    post_prompt: "\\nAnswer with the letter alone."
process_results: !function utils.process_results
"""
TASK = """task: "sounds_test"
test_split: test
include: _default_template_yaml
metric_list:
  - {metric: accuracy, aggregation: !function utils.aggregate, higher_is_better: true}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("AUDIOTEST_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    Path("task").mkdir()
    Path("task/_default_template_yaml").write_text(TEMPLATE)
    Path("task/sounds.yaml").write_text(TASK)
    Path("release").mkdir()
    rows = []
    for i in range(12):
        with wave.open(f"release/{i}.wav", "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes([0, i]) * 800)
        options = ["a bell", "a dog", f"a thing of kind {i}"]
        rows.append({"id": f"s{i}", "audio": f"{i}.wav", "question": f"What is heard in {i}?", "choices": json.dumps(options),
                     "answer": options[i % 3], "task": "sound" if i % 2 else "music"})  # fmt: skip
    Path("release/test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def migrate(*arguments):
    out = CliRunner().invoke(main, ["import", "lmms-eval", *arguments])
    assert "Traceback" not in out.output
    assert not isinstance(out.exception, KeyError | TypeError | AttributeError), out.exception
    return out


def test_a_task_becomes_a_suite_that_runs(folder):
    out = migrate("task/sounds.yaml", "--table", "release/test.jsonl", "--into", "suites/sounds")
    assert out.exit_code == 0, out.output
    lines = out.output.splitlines()
    assert lines[0] == "sounds_test: 12 cases in suites/sounds/suite.yaml"
    assert "  answer: answer, as doc_to_target" in lines
    assert (
        "  audio: audio, guessed from the columns, since doc_to_visual is the function utils.doc_to_audio: check it"
        in lines
    )
    assert "  not taken over: process_results (utils.process_results); the suite is scored by `choice`" in lines
    suite = audiotest.load_suite("suites/sounds")
    case = suite.cases[1]
    assert (case.id, case.question, case.answer, case.tags) == (
        "s1",
        "What is heard in 1?",
        "a dog",
        {"task": ("sound",)},
    )
    assert case.choices == ("a bell", "a dog", "a thing of kind 1")
    assert (suite.generation.max_new_tokens, suite.generation.temperature) == (64, 0)
    shown = CliRunner().invoke(main, ["show", "suites/sounds/suite.yaml::s1", "--wav", "x.wav"]).stdout
    # As the task's own function writes it: f"{pre_prompt}{question}\\n{options}{post_prompt}".
    assert shown.rstrip("\n") == (
        "Listen. {x}\nWhat is heard in 1?\nA. a bell\nB. a dog\nC. a thing of kind 1\nAnswer with the letter alone."
    )
    assert Path("x.wav").stat().st_size > 1000
    run = audiotest.run("suites/sounds", "first", cache=False)
    assert run.summary.suites["sounds_test"].conditions["original"].metrics["accuracy"].value == pytest.approx(1 / 3)
    assert "text_only" in run.summary.suites["sounds_test"].conditions
    inside = migrate("task/sounds.yaml", "--table", "release/test.jsonl", "--into", "release/suites/sounds")
    assert "which the suite would link to" in inside.output
    assert not Path("release/suites/sounds/data").exists()
    again = migrate("task/sounds.yaml", "--table", "release/test.jsonl", "--into", "suites/sounds")
    assert "is there already" in again.output


def test_columns_and_templates_are_taken_as_they_are(folder):
    Path("task/plain.yaml").write_text(
        "task: plain\ndataset_path: json\ndataset_kwargs: {data_files: {test: ../release/test.jsonl}}\ntest_split: test\n"
        'output_type: multiple_choice\ndoc_to_text: "Listen: {{question}}"\ndoc_to_target: "{{answer}}"\n'
        'doc_to_choice: "{{choices}}"\ndoc_to_audio: audio\nnum_fewshot: 2\nmetric_list: [{metric: acc}]\n'
    )
    out = migrate("task/plain.yaml", "--into", "plain")
    assert out.exit_code == 0, out.output
    assert "guessed" not in out.output
    assert "ranks options by likelihood" in out.output
    assert "2 examples before each question" in out.output
    assert audiotest.load_suite("plain").cases[0].question == "Listen: What is heard in 0?"


def test_a_prompt_that_begins_with_spaces_keeps_them(folder):
    template = TEMPLATE.replace('"Listen. {x}\\n"', '"\\n  Listen.\\n"')
    assert template != TEMPLATE
    Path("task/_default_template_yaml").write_text(template)
    out = migrate("task/sounds.yaml", "--table", "release/test.jsonl", "--into", "suites/spaces")
    assert out.exit_code == 0, out.output
    shown = CliRunner().invoke(main, ["show", "suites/spaces/suite.yaml::s0"]).output
    assert "\n  Listen.\nWhat is heard in 0?" in f"\n{shown}"


def test_options_that_are_the_same_for_all_are_written_out(folder):
    rows = [{"audio": f"{i}.wav", "label": ["no", "yes"][i % 2]} for i in range(12)]
    Path("release/yes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("task/yes.yaml").write_text(
        "task: yes_no\ndataset_path: a/b\ndoc_to_choice: ['no', 'yes']\ndoc_to_target: label\n"
    )
    assert migrate("task/yes.yaml", "--table", "release/yes.jsonl", "--into", "yes").exit_code == 0
    suite = audiotest.load_suite("yes")
    assert suite.cases[3].choices == ("no", "yes")
    assert suite.cases[3].answer == "yes"


@pytest.mark.parametrize(("text", "says"), [
    ("task: [one, two]\ngroup: g\n", "is a group of tasks: import one of them (one, two)"),
    ("task: a\ninclude: a.yaml\n", "includes itself"),
    ("task: a\ninclude: ../../elsewhere.yaml\n", "which is outside its folder"),
    ("task: a\ninclude: gone.yaml\n", "cannot read"),
    ("- a\n", "is no task"),
    ("task: [\n", "is no YAML that can be read"),
    ("task: !!python/object/apply:os.system ['touch harmed']\n", "is no YAML that can be read"),
    ("task: a\ndataset_path: nobody/nothing\n", "the data set hf://nobody/nothing cannot be read"),
    ("task: a\ndataset_path: json\n", "give one with --table FILE"),
    ("task: a\n", "has no `dataset_path` of the hub"),
])  # fmt: skip
def test_what_is_no_task_is_a_sentence(folder, text, says):
    Path("task/a.yaml").write_text(text)
    out = migrate("task/a.yaml", "--into", "out")
    assert out.exit_code == 1
    assert says in out.output
    assert not Path("harmed").exists()
    assert not Path("out/suite.yaml").exists()


def test_an_open_task_is_refused_with_what_to_do_instead(folder):
    rows = [
        {"audio": f"{i}.wav", "question": f"What is it in {i}?", "answer": f"a long text about it {i}"}
        for i in range(12)
    ]
    Path("release/open.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("task/open.yaml").write_text("task: o\ndataset_path: a/b\ndoc_to_text: question\ndoc_to_target: answer\n")
    out = migrate("task/open.yaml", "--table", "release/open.jsonl", "--into", "open")
    assert out.exit_code == 1
    assert "`audiotest new suite --from TABLE`" in out.output
