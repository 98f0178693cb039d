"""The command line."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from audiotest.cli import main

ROWS = [
    {
        "id": 7,
        "question": "Q?",
        "choices": ["a flute", "a kettle"],
        "answer": "a kettle",
        "output": "It is not (A). (B).",
    },
    {"question": "Q?", "choices": ["a flute", "a kettle"], "answer": "a kettle", "output": "a flute"},
    {"question": "Q?", "choices": ["a flute", "a kettle"], "answer": "a kettle", "output": "I cannot hear it."},
    {"question": "Q?", "choices": ["a flute", "a kettle"], "answer": "a kettle", "output": None},
]


@pytest.fixture(autouse=True)
def caches(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))


def run(*arguments, **kw):
    return CliRunner().invoke(main, [str(a) for a in arguments], **kw)


def scored(tmp_path, scorer, rows):
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    out = run("score", "--scorer", scorer, tmp_path / "in.jsonl")
    return out, [json.loads(line) for line in out.stdout.splitlines()]


def test_score_writes_a_line_for_each_line(tmp_path):
    out, rows = scored(tmp_path, "choice", ROWS)
    assert out.exit_code == 0
    assert [(r["correct"], r["choice"], r["status"]) for r in rows] == [
        (True, 1, "read"),
        (False, 0, "read"),
        (False, None, "refused"),
        (False, None, "none"),
    ]
    assert rows[0]["id"] == 7
    assert rows[0]["output"] == ROWS[0]["output"]


def test_an_official_scorer_gives_its_verdict_and_our_choice(tmp_path):
    _, rows = scored(tmp_path, "mmar", [{**ROWS[0], "output": "It is not a kettle."}])
    assert (rows[0]["correct"], rows[0]["choice"]) == (True, None)


def test_a_bad_line_costs_only_itself(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"output": "A"}\nnonsense\n{"question": "Q?"}\n' + json.dumps(ROWS[1]) + "\n")
    out = run("score", "--scorer", "choice", tmp_path / "in.jsonl")
    rows = [json.loads(line) for line in out.stdout.splitlines()]
    assert [r["status"] for r in rows] == ["none", "error", "error", "read"]
    assert "in.jsonl:2: not a line of JSON" in out.stderr
    assert "in.jsonl:3: missing key `output`" in out.stderr
    assert out.exit_code == 1


def test_labels_that_are_not_those_of_the_options_are_none(tmp_path):
    rows = [{**ROWS[0], "labels": labels} for labels in (5, ["speech"], [1, 2], "AB")]
    _, found = scored(tmp_path, "choice", [*rows[:2], {**rows[2], "output": "2"}, rows[3]])
    assert [r["choice"] for r in found] == [1, 1, 1, 1]


@pytest.mark.parametrize("choices", ["a flute", {"A": "a flute", "B": "a kettle"}, 2])
def test_options_that_are_no_list_are_a_bad_line(tmp_path, choices):
    out, rows = scored(tmp_path, "mmar", [{**ROWS[1], "choices": choices}, ROWS[1]])
    assert [r["status"] for r in rows] == ["error", "read"]
    assert "in.jsonl:1: `choices` is no list of options but " in out.stderr


def test_half_an_emoji_costs_no_other_line(tmp_path):
    _, rows = scored(tmp_path, "choice", [{**ROWS[0], "output": "\ud83d"}, {"question": "\ud83d"}, ROWS[0]])
    assert [(r["correct"], r["status"]) for r in rows] == [(False, "none"), (None, "error"), (True, "read")]
    assert rows[0]["output"] == "\ud83d"


def test_score_reads_standard_input():
    out = run("score", "--scorer", "choice", "-", input=json.dumps(ROWS[1]))
    assert json.loads(out.stdout)["choice"] == 0


def test_an_unknown_scorer():
    out = run("score", "--scorer", "choise", "-", input="")
    assert out.exit_code == 1
    assert "did you mean 'choice'" in out.stderr


def test_validate_tells_every_problem(tmp_path):
    (tmp_path / "good.yaml").write_text("suite: g\ncases: [{id: a, question: Q?, answer: x}]\nscorers: [exact]\n")
    (tmp_path / "bad.yaml").write_text("suite: b\npolicy: maybe\ncases: [{id: a}]\n")
    out = run("validate", tmp_path)
    assert out.exit_code == 1
    assert "bad.yaml:2:1: policy: unknown value 'maybe'" in out.stdout
    assert "bad.yaml:3:9: cases[0]: missing key `question`" in out.stdout
    assert "good.yaml: g: 1 case under original" in out.stdout
    assert run("validate", tmp_path / "good.yaml").exit_code == 0


def test_models_lists_cards_and_adapters():
    out = run("models")
    assert "listener" in out.stdout
    assert "replay" in out.stdout


@pytest.mark.usefixtures("own_interpreter")
def test_help_is_quick_to_load_and_teaches():
    code = "import sys, audiotest.cli; print(sorted({'torch', 'numpy', 'scipy', 'pytest'} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
    assert "pytest suites/listening" in run("--help").stdout
    told = " ".join(run("--help").stdout.split())
    assert "Keep a baseline: the results folder that `pytest --baseline` holds a run against." in told
    assert "..." not in told.partition("Suites:")[2]
    for name in main.list_commands(None):
        assert f" {name} " in told


def test_the_package_runs_as_a_module():
    out = subprocess.run([sys.executable, "-m", "audiotest", "--version"], capture_output=True, text=True, check=True)
    assert out.stdout.startswith("audiotest")
