"""show, doctor, new, rescore, report: looking at suites, machines and runs."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import soundfile
from click.testing import CliRunner

import audiotest.analyse.summary  # noqa: F401  (pytester forgets what a test is the first to import, the registry does not)
from audiotest.analyse.summary import Summary
from audiotest.cli import main
from audiotest.models import loading as opening
from audiotest.report.markdown import lines
from audiotest.resources import folder
from audiotest.runs import Run
from audiotest.types import Record, Reply

SUITE = """\
suite: s
conditions:
  - original: correct
  - shuffled: same
  - noise(snr_db=0): recorded
  - text_only: recorded
cases:
  - {id: a, question: What rings?, choices: [a bell, a phone, a siren], answer: a bell, tags: {skill: "x|y"},
     audio: {synth: {tone: {hz: 440, seconds: 0.25}}}}
  - {id: b, question: Who speaks?, choices: [a man, a woman, a child], answer: a child}
"""


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SUITE)
    return tmp_path / "s.yaml"


def test_show_prints_the_prompt_as_sent_and_writes_the_sound_as_heard(suite, tmp_path):
    plain = run("show", "s.yaml::a", "--wav", "plain.wav")
    assert plain.exit_code == 0, plain.output
    assert "What rings?\n(A) a bell\n(B) a phone\n(C) a siren\n" in plain.output
    noisy = run("show", "s.yaml::noise(snr_db=0)::a", "--wav", "noisy.wav", "--rate", "8000")
    assert "0.25 s, 8000 Hz" in noisy.output
    one, rate = soundfile.read("plain.wav")
    two, _ = soundfile.read("noisy.wav")
    assert len(two) == round(len(one) * 8000 / rate)
    shuffled = run("show", "s.yaml::shuffled::a").output
    assert "(A) a bell\n(B) a phone" not in shuffled
    assert "no audio part" in run("show", "s.yaml::text_only::a").output


@pytest.mark.parametrize(
    ("nodeid", "said"),
    [("s.yaml::original::zz", "unknown case 'zz'"), ("s.yaml", "no FILE::CONDITION::CASE"),
     ("s.yaml::nosuch::a", "unknown condition"), ("s.yaml::text_only::b", "this one has none"),
     ("none.yaml::a", "there is no none.yaml here")],
)  # fmt: skip
def test_show_says_what_is_wrong(suite, nodeid, said):
    out = run("show", nodeid)
    assert out.exit_code != 0
    assert said in out.output


def test_show_makes_the_folder_of_the_sound_and_refuses_a_rate_of_none(suite):
    assert run("show", "s.yaml::a", "--wav", "new/folder/a.wav").exit_code == 0
    assert Path("new/folder/a.wav").is_file()
    out = run("show", "s.yaml::a", "--wav", "b.wav", "--rate", "0")
    assert out.exit_code == 2
    assert "0 is not in the range x>=1" in out.output


def test_new_writes_a_suite_that_runs(suite, pytester, monkeypatch):
    monkeypatch.chdir(pytester.path)
    out = run("new", "suite", "mine")
    assert out.exit_code == 0, out.output
    assert run("validate", "suites/mine.yaml").exit_code == 0
    assert "$schema=schemas/suite.schema.json" in Path("suites/mine.yaml").read_text()
    written = {path.name: json.loads(path.read_text()) for path in Path("suites/schemas").iterdir()}
    named = set(re.findall(r'"([a-z]+\.schema\.json)', json.dumps(written)))
    assert {"suite.schema.json"} < named <= set(written)
    pytester.runpytest_subprocess("suites", "--model", "first").assert_outcomes(passed=3)
    assert "is there already" in run("new", "suite", "mine").output
    assert "no name for a suite" in run("new", "suite", "my suite").output


def test_doctor_looks_around(suite):
    out = run("doctor", "--model", "listener")
    assert out.exit_code == 0, out.output
    assert "libsndfile" in out.output
    assert "16000 Hz" in out.output
    assert "pytest" in out.output
    card = run("doctor", "--model", "qwen2-audio").output
    assert "up to 30 s a clip" in card
    assert "status untested" in card
    assert "Qwen/Qwen2-Audio-7B-Instruct: not here" in card
    assert "unknown model" in run("doctor", "--model", "nosuch").output


def test_doctor_tells_that_no_reply_can_be_kept(suite, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert "cannot be written: set AUDIOTEST_CACHE_DIR" in run("doctor").output


def test_doctor_tells_of_an_endpoint_that_does_not_answer_and_a_key_that_is_not_set(suite, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    out = run("doctor", "--model", "openai:m@http://127.0.0.1:1/v1")
    assert out.exit_code == 1
    assert "endpoint: cannot connect to http://127.0.0.1:1/v1" in out.output
    assert out.output.rstrip().endswith("missing: endpoint")
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = run("doctor", "--model", f"openai:m@http://127.0.0.1:{server.getsockname()[1]}/v1")
    assert there.exit_code == 0, there.output
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: server)
    assert "OPENAI_API_KEY: not set" in run("doctor", "--model", "openai:m").output


def test_doctor_tells_the_packages_that_a_card_needs(suite, tmp_path, monkeypatch):
    (tmp_path / "cards").mkdir()
    card = "{model: odd, adapter: first, status: untested, packages: [pytest, no-such]}\n"
    (tmp_path / "cards" / "odd.yaml").write_text(card)
    monkeypatch.setenv("AUDIOTEST_CARDS", str(tmp_path / "cards"))
    opening._all_cards.cache_clear()
    try:
        odd = run("doctor", "--model", "odd")
    finally:
        opening._all_cards.cache_clear()
    assert odd.exit_code == 1
    assert odd.output.endswith("missing: no-such\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Where a run is kept once the first test has made it."""
    return tmp_path_factory.mktemp("made") / "run"


@pytest.fixture
def results(suite, pytester, monkeypatch, made):
    monkeypatch.chdir(pytester.path)
    page = pytester.path / "page.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    if made.exists():
        shutil.copytree(made, pytester.path, dirs_exist_ok=True)
        return pytester.path / "out"
    (pytester.path / "s.yaml").write_text(SUITE)
    pytester.runpytest_subprocess("s.yaml", "--model", "first", "--results", "out")
    shutil.copytree(pytester.path, made)
    return pytester.path / "out"


def test_a_run_is_as_its_schema_says(results):
    schema = json.loads((folder("schemas") / "run.schema.json").read_text())
    jsonschema.validate(json.loads((results / "summary.json").read_text()), schema)
    trial = {**schema, **schema["$defs"]["trial"]}
    records = (results / "trials.jsonl").read_text().splitlines()
    assert len(records) == 8
    whole = {**trial, "required": schema["$defs"]["trial"]["required"]}
    validator = jsonschema.validators.validator_for(whole)(whole)
    for line in records:
        validator.validate(json.loads(line))


def test_a_run_says_how_it_was_made(suite, pytester, monkeypatch):
    monkeypatch.chdir(pytester.path)
    (pytester.path / "s.yaml").write_text(Path(suite).read_text().replace("suite: s\n", "suite: s\nrevision: abc123\n"))
    for workers in ([], ["-n", "2"]):
        pytester.runpytest_subprocess("s.yaml", "--seed", "3", "--results", "out", *workers)
        made = json.loads(Path("out/summary.json").read_text())
        assert made["model_identity"].startswith("listener/")
        assert made["heard_at"] == {"sample_rate": 16000, "channels": 2, "clips": None}
        assert made["suite_files"]["s"]["revision"] == "abc123"
        assert len(made["suite_files"]["s"]["sha256"]) == 64
        assert made["rerun"] == ["--seed", "3"]
        assert made["packages"]["pytest"]
        assert "gpus" in made
    cards = pytester.path / "cards"
    cards.mkdir()
    (cards / "mine.yaml").write_text("model: mine\nadapter: first\nstatus: untested\n")
    monkeypatch.setenv("AUDIOTEST_CARDS", str(cards))
    pytester.runpytest_subprocess("s.yaml", "--model", "mine", "--results", "out")
    made = json.loads(Path("out/summary.json").read_text())
    assert (made["card"]["model"], len(made["card"]["sha256"])) == ("mine", 64)


def test_the_summary_page_of_a_ci_job(results):
    text = (results.parent / "page.md").read_text()
    assert "### audiotest: first" in text
    assert "| s | original | 2 | 50.0% |" in text
    assert text in run("report", results).output
    hostile = "\n".join(lines(Run([], Summary(model="<script>|x"))))
    assert "<script>" not in hostile
    assert "\\|" in hostile
    said = "| a | [b](http://c) <img src=x> `d` **e**\n\n# f @g " + 200 * "h"
    broken = Record(suite="s", case="c", condition="original", nodeid="s.yaml::original::c", expectation="correct",
                    outcome="failed", question="?", answer="x", reason="wrong", reply=Reply(said))  # fmt: skip
    told = list(lines(Run([broken] * 25, Summary(model="m"))))
    assert told[-1].strip() == "and 5 more"
    rows = [line for line in told if line.startswith("| s.yaml")]
    assert len(rows) == 20
    assert rows[0].count("|") == 5
    assert not set("[]<>`*") & set(rows[0])
    assert "\n" not in rows[0]


def test_every_key_of_a_file_that_people_write_has_a_text_to_hover_over():
    def bare(node, path):
        if isinstance(node, list):
            return [found for i, one in enumerate(node) for found in bare(one, f"{path}/{i}")]
        if not isinstance(node, dict):
            return []
        keys = node.get("properties", {})
        own = [
            f"{path}/{key}"
            for key, of in keys.items()
            if isinstance(of, dict) and not {"description", "$ref"} & set(of)
        ]
        # Under `then` stands what is checked besides, of keys that have their text above.
        return own + [found for key, one in node.items() if key != "then" for found in bare(one, f"{path}/{key}")]

    for name in ("suite", "cases", "card", "run", "synth"):
        assert bare(json.loads((folder("schemas") / f"{name}.schema.json").read_text()), name) == []


def test_a_reader_that_has_seen_enough_is_no_error(results):
    code = f"import sys; from audiotest.cli import main; main(['report', {str(results)!r}])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as told:
        told.stdout.close()
        assert told.stderr.read() == b""


def test_a_report_of_one_suite_tells_of_no_other(suite, pytester, monkeypatch):
    monkeypatch.chdir(pytester.path)
    for name in ("s", "t"):
        (pytester.path / f"{name}.yaml").write_text(SUITE.replace("suite: s", f"suite: {name}"))
    pytester.runpytest_subprocess("s.yaml", "t.yaml", "--model", "first", "--results", "out")
    both, one = run("report", "out").output, run("report", "out", "--suite", "t").output
    assert "| s | original |" in both
    assert "| t | original |" in both
    assert "| s | original |" not in one
    assert "| t | original |" in one


@pytest.mark.parametrize(("command", "option"), [("report", "--html"), ("items", "--csv"), ("compare", "--html")])
def test_a_folder_that_is_missing_is_made_and_one_that_cannot_be_is_told(results, command, option):
    runs = [results] * (2 if command == "compare" else 1)
    assert run(command, *runs, option, "new/folder/file").exit_code == 0
    assert Path("new/folder/file").is_file()
    out = run(command, *runs, option, "s.yaml/file")
    assert out.exit_code == 1
    assert out.output.startswith("Error: [Errno")


def test_a_new_verdict_brings_its_own_reason(results):
    def told(folder):
        rows = [json.loads(line) for line in (Path(folder) / "trials.jsonl").read_text().splitlines()]
        return {(r["outcome"], r["reason"]) for r in rows if r["condition"] == "original"}

    asked = told(results)
    assert len(asked) == 2  # one right, one wrong with the reason
    assert run("rescore", results, "--scorer", "exact", "--into", "strict").exit_code == 0
    assert told("strict") == {("failed", "the reply is wrong")}
    assert run("rescore", "strict", "--scorer", "choice", "--into", "again").exit_code == 0
    assert told("again") == asked


def test_a_broken_card_costs_a_run_that_needs_none_nothing(results):
    Path("cards").mkdir()
    Path("cards/broken.yaml").write_text("model: [")
    env = {**os.environ, "AUDIOTEST_CARDS": "cards"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "s.yaml",
        "--model",
        f"replay:{results}/trials.jsonl",
        "--results",
        "new",
    ]
    subprocess.run(command, env=env, capture_output=True, check=False)
    assert json.loads(Path("new/summary.json").read_text())["model"].startswith("replay")


def test_runs_judged_by_different_versions_of_a_scorer_are_compared_once_one_is_rescored(results):
    summary = json.loads((results / "summary.json").read_text())
    assert summary["scorers"]["choice"] >= 1
    shutil.copytree(results, "older")
    summary["scorers"]["choice"] = 0
    Path("older/summary.json").write_text(json.dumps(summary))
    out = run("compare", "older", results)
    assert out.exit_code == 1
    assert "the scorer 'choice' was of version 0 in the first run" in out.output
    assert run("rescore", "older", "--scorer", "choice", "--into", "newer").exit_code == 0
    assert run("compare", "newer", results).exit_code == 0


def test_rescoring_needs_no_model(results):
    out = run("rescore", results, "--scorer", "exact", "--scorer", "choice", "--into", "again")
    assert out.exit_code == 0, out.output
    records = [json.loads(line) for line in Path("again/trials.jsonl").read_text().splitlines()]
    assert all(list(r["verdicts"]) == ["exact", "choice"] for r in records if r["reply"])
    summary = json.loads(Path("again/summary.json").read_text())
    assert summary["rescored"]["scorers"] == ["exact", "choice"]
    assert summary["model"] == "first"
    assert "accuracy:choice" in summary["suites"]["s"]["conditions"]["original"]["metrics"]
    assert "did you mean 'exact'" in run("rescore", results, "--scorer", "exac", "--into", "x").output
    (results.parent / "s.yaml").unlink()
    assert "run this where the run was made" in run("rescore", results, "--scorer", "exact", "--into", "x").output


def test_a_scorer_has_the_options_of_the_suite_when_it_judges_again(pytester, monkeypatch):
    monkeypatch.chdir(pytester.path)
    Path("replies.jsonl").write_text('{"id": "a", "reply": "RAIN"}\n')
    Path("s.yaml").write_text(
        "suite: s\npolicy: gates\nprompt: question\nscorers: [{exact: {case: true}}]\ncases:\n"
        "  - {id: a, question: Q?, answer: rain, audio: {synth: {tone: {hz: 440, seconds: 0.1}}}}\n"
    )
    pytester.runpytest_subprocess("s.yaml", "--model", "replay:replies.jsonl", "--results", "out")
    assert run("rescore", "out", "--scorer", "exact", "--into", "again").exit_code == 0
    before, after = (json.loads((Path(at) / "trials.jsonl").read_text())["outcome"] for at in ("out", "again"))
    assert before == after == "missed"
