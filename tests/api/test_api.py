"""The Python API: suites run without pytest, made in Python or read; bad input is an error that names it."""

import asyncio
import doctest
import importlib
import json
import logging
import subprocess
import sys

import pytest

import audiotest
from audiotest.declare.problems import SuiteError
from audiotest.models.loading import ModelError
from audiotest.models.protocol import Unavailable
from audiotest.predict.breaker import ModelDown
from audiotest.session import NoTrials


def tone(i):
    return {"synth": {"tone": {"hz": 440 + i, "seconds": 0.1}}}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def suite(name="demo", cases=4, **more):
    questions = [
        audiotest.Case(
            id=f"c{i}", question=f"Which is it, {i}?", choices=["a bell", "a dog", "rain"],
            answer="a bell" if i % 2 else "rain", audio=tone(i), tags={"skill": "pitch" if i < 2 else "order"},
        )
        for i in range(cases)
    ]  # fmt: skip
    more = {"conditions": ["original", {"text_only": "recorded"}, {"shuffled": "same"}], **more}
    return audiotest.Suite(name=name, cases=questions, **more)


class Model:
    name, identity, needs, batch_size = "ours", "ours/1", audiotest.Needs(audio=False), 3

    def __init__(self, one=lambda request: audiotest.Reply("a bell")):
        self.one, self.asked = one, []

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        self.asked += [(r.case, r.condition) for r in requests]
        return [self.one(r) for r in requests]


@pytest.mark.parametrize(
    "name", ["audiotest", "audiotest.api", "audiotest.score", "audiotest.runs", "audiotest.declare.suite"]
)
def test_the_examples_of_the_docstrings_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_public_name_is_there_and_says_what_it_is():
    assert {"run", "arun", "compare", "score", "load_suite", "Run", "Suite", "Case"} <= set(dir(audiotest))
    for name in dir(audiotest):
        assert name == "__version__" or getattr(audiotest, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = audiotest.nothing


@pytest.mark.usefixtures("own_interpreter")
def test_importing_it_brings_neither_numpy_nor_pytest():
    code = "import audiotest, sys; print([m for m in ('numpy', 'pytest', 'msgspec', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_suite_made_in_python_runs_and_gives_figures_records_and_gates():
    seen = []
    run = audiotest.run(
        suite(gates=[{"metric": "accuracy", "min": 0.9}], policy="gates"), Model(), progress=lambda *a: seen.append(a)
    )
    figures = run.summary.suites["demo"].conditions
    assert figures["original"].metrics["accuracy"].value == 0.5
    assert figures["original"].tags["skill"]["pitch"].metrics["accuracy"].n == 2
    assert (len(run.records), seen[0], seen[-1]) == (12, (1, 12), (12, 12))
    assert [gate.passed for gate in run.gates["demo"]] == [False]
    assert {record.outcome for record in run.failures} == {"missed"}
    assert run.records[0].nodeid == "demo::original::c0"
    assert not run.partial


def test_a_suite_in_a_file_gives_the_same_records_as_pytest(pytester):
    path = suite().save(pytester.path / "suites" / "demo.yaml")
    run = audiotest.run(path, model="longest", results=pytester.path / "here", cache=False)
    pytester.runpytest_subprocess(str(path), "--model", "longest", "--results", "there", "--reply-cache", "off")

    def lines(folder):
        rows = [json.loads(line) for line in (pytester.path / folder / "trials.jsonl").read_text().splitlines()]
        for row in rows:
            row["reply"].pop("seconds")
            row["reply"].pop("waited")
        return rows

    assert lines("here") == lines("there")
    summaries = [json.loads((pytester.path / name / "summary.json").read_text()) for name in ("here", "there")]
    assert summaries[0]["suites"] == summaries[1]["suites"]
    assert audiotest.Run.load("here").summary.suites == run.summary.suites


def test_a_suite_saved_is_the_suite_loaded(tmp_path):
    made = suite(
        title="Bells: or dogs?",
        by="skill",
        scorers=["choice", {"mentions": {"any": ["bell"]}}],
        prompt="choices_appended",
    )
    loaded = audiotest.load_suite(made.save(tmp_path / "x.yaml"))
    assert loaded.conditions == made.conditions
    assert loaded.scorers == made.scorers
    assert (loaded.title, loaded.by, loaded.prompt) == (made.title, made.by, made.prompt)
    kept = [(c.id, c.question, c.choices, c.answer, c.tags, c.audio) for c in loaded.cases]
    assert kept == [(c.id, c.question, c.choices, c.answer, c.tags, c.audio) for c in made.cases]


def test_a_sample_that_a_suite_asks_for_is_drawn_and_saved(tmp_path):
    asked = suite(sample={"n": 2, "seed": 3}, by="skill")
    assert asked.sample.by == "skill"
    run = audiotest.run(asked, Model(), conditions=["original"])
    assert len(run.records) == 2
    loaded = audiotest.load_suite(asked.save(tmp_path / "x.yaml"))
    assert loaded.sample == asked.sample
    again = audiotest.run(loaded, Model(), conditions=["original"])
    assert [r.case for r in again.records] == [r.case for r in run.records]


def test_several_suites_a_limit_and_other_conditions():
    model = Model()
    run = audiotest.run([suite("one"), suite("two")], model, limit=2, conditions=["original", "rotated(1)"])
    assert {(r.suite, r.condition) for r in run.records} == {
        (s, c) for s in ("one", "two") for c in ("original", "rotated(k=1)")
    }
    assert len(run.records) == 8
    assert {r.expectation for r in run.records if r.condition != "original"} == {"recorded"}


def test_replies_are_kept_unless_told_otherwise():
    audiotest.run(suite(), Model())
    again, fresh = Model(), Model()
    assert all(record.cached for record in audiotest.run(suite(), again).records)
    assert again.asked == []
    assert not any(record.cached for record in audiotest.run(suite(), fresh, cache=False).records)


def test_a_data_frame_has_a_row_a_trial():
    frame = audiotest.run(suite(), Model()).to_frame()
    assert len(frame) == 12
    wanted = {"suite", "case", "condition", "outcome", "correct", "choice", "reply", "tag.skill"}
    assert wanted <= set(frame.columns)
    assert frame.loc[frame.condition == "original", "correct"].mean() == 0.5


def test_two_runs_are_compared_as_one_object():
    first = audiotest.run(suite(cases=12), Model(lambda r: audiotest.Reply("rain")), cache=False)
    second = audiotest.run(
        suite(cases=12), Model(lambda r: audiotest.Reply("a bell" if int(r.case[1:]) % 2 else "rain")), cache=False
    )
    found = audiotest.compare(first, second)
    accuracy = found.suites["demo"].conditions["original"].metrics["accuracy"]
    assert (accuracy.difference, accuracy.first, accuracy.second, accuracy.n) == (0.5, 0.5, 1.0, 12)
    assert accuracy.low < 0.5 < accuracy.high
    assert accuracy.p == pytest.approx(2 / 2**6)
    assert found.suites["demo"].conditions["text_only"].metrics["accuracy"].gain is False
    assert "listening_gap" in found.suites["demo"].conditions["original"].metrics
    assert {one.record.case for one in found.flipped} == {f"c{i}" for i in range(1, 12, 2)}
    assert set(found.to_frame().columns) >= {"suite", "condition", "metric", "difference", "low", "high", "p"}


def test_a_notebook_shows_a_run_a_summary_and_a_record_with_its_sound_and_no_markup_of_a_models():
    run = audiotest.run(suite(), Model(lambda r: audiotest.Reply("<script>alert(1)</script>")), cache=False)
    assert "demo" in run._repr_html_()
    assert "50.0" in run.summary._repr_html_() or "0.0%" in run.summary._repr_html_()
    shown = run.listen(run.records[0])._repr_html_()
    assert "<audio" in shown
    assert "<script>" not in shown + run.records[0]._repr_html_()


def test_reports_go_by_the_ending_of_the_file(tmp_path):
    run = audiotest.run(suite(), Model(), cache=False)
    for name, said in (
        ("r.html", "demo"),
        ("r.md", "| demo | original |"),
        ("r.csv", "demo,original"),
        ("r.json", '"demo"'),
    ):
        assert str(tmp_path / name) in run.report(tmp_path / name)
        assert said in (tmp_path / name).read_text()
    with pytest.raises(audiotest.AudiotestError, match=r"unknown ending of a report: '.docx'"):
        run.report(tmp_path / "r.docx")


def test_a_program_with_an_event_loop_awaits_it():
    assert len(asyncio.run(audiotest.arun(suite(), Model())).records) == 12


# -- what goes wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.yaml",), "there is no suite at nowhere.yaml"),
        ((3,), "not iterable|`suites` are paths"),
        (([3],), "`suites` are paths or suites, not int"),
    ],
)
def test_suites_that_cannot_be(arguments, said):
    with pytest.raises((audiotest.AudiotestError, TypeError), match=said):
        audiotest.run(*arguments)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"baseline_fail": "often"}, "`baseline_fail`: 'often' is no rule"),
        ({"limit_first": 0}, "`limit_first` is a whole number above 0"),
        ({"limit": 0}, "`limit` is a whole number above 0"),
        ({"batch_size": "many"}, "`batch_size` is a whole number above 0"),
        ({"model": object()}, "lacks name, identity, needs, batch_size, load, close, answer"),
        ({"model": "nosuch"}, "unknown model 'nosuch'"),
        ({"model": "first", "options": {"x": 1}}, "takes no options|unknown option"),
        ({"conditions": "original"}, "`conditions` is a list"),
        ({"conditions": ["shufled"]}, "did you mean 'shuffled'"),
        ({"baseline": "nowhere"}, "nowhere is not there: a run is a folder"),
    ],
)  # fmt: skip
def test_an_argument_that_cannot_be_is_named(more, said):
    with pytest.raises(audiotest.AudiotestError, match=said):
        audiotest.run(suite(), **more)


def test_a_suite_without_a_trial_says_so():
    with pytest.raises(NoTrials, match="no trial to run"):
        audiotest.run(suite(), Model(), conditions=[])


def test_a_suite_that_the_loader_would_refuse_is_refused_with_every_problem():
    cases = [audiotest.Case(id="a", question="Q?", choices=["x", "x"], answer="y")]
    with pytest.raises(SuiteError) as raised:
        audiotest.run(audiotest.Suite(name="demo", cases=cases, scorers=["choise"]), Model())
    assert "unknown scorer 'choise'" in str(raised.value)
    assert "duplicated" in str(raised.value) or "twice" in str(raised.value)


def test_a_model_that_cannot_be_loaded_is_one_sentence():
    model = Model()
    model.load = lambda: (_ for _ in ()).throw(OSError("no weights at /there"))
    with pytest.raises(ModelError, match="the model ours cannot be loaded: no weights at /there"):
        audiotest.run(suite(), model)


@pytest.mark.parametrize("error", [Unavailable("the key is refused"), RuntimeError("out of cheese")])
def test_a_model_that_fails_every_request_alike_is_an_error_with_what_it_says(error):
    def fails(request):
        raise error

    model = Model(fails)
    with pytest.raises(ModelDown, match=f"fails every request alike: .*{error}") as raised:
        audiotest.run(suite(cases=40), model)
    assert raised.value.run.records == []
    assert len(model.asked) < 60


def test_what_was_answered_before_a_model_went_down_is_kept():
    def one(request):
        if int(request.case[1:]) >= 5:
            raise Unavailable("the server is gone")
        return audiotest.Reply("a bell")

    with pytest.raises(ModelDown) as raised:
        audiotest.run(suite(cases=40), Model(one))
    kept = raised.value.run
    assert {r.case for r in kept.records if r.reply is not None} == {f"c{i}" for i in range(5)}
    assert kept.partial
    assert "the server is gone" in kept.summary.stopped
    assert all(record.cached for record in audiotest.run(suite(cases=5), Model(one)).records)


def test_an_error_of_one_trial_costs_that_trial():
    def one(request):
        if request.case == "c2":
            raise RuntimeError("out of cheese")
        return audiotest.Reply("a bell")

    run = audiotest.run(suite(), Model(one))
    assert {r.case for r in run.records if r.outcome == "error"} == {"c2"}
    assert "out of cheese" in next(r.reason for r in run.records if r.case == "c2")


def test_a_scorer_that_raises_and_a_progress_callback_that_raises_cost_no_other_trial(monkeypatch, logged):
    from audiotest.registry import SCORERS

    whole = SCORERS.get("choice")

    def score(question, output, **options):
        if "2" in question.question:
            raise ZeroDivisionError("in my scorer")
        return whole.score(question, output, **options)

    monkeypatch.setitem(SCORERS._members, "choice", type(whole)(**{**vars(whole), "score": score}))
    run = audiotest.run(suite(), Model(), progress=lambda done, total: 1 // (done - 3))
    assert {r.case for r in run.records if r.outcome == "error"} == {"c2"}
    assert len(run.records) == 12
    text = "\n".join(map(logging.Formatter().format, logged))
    assert "in my scorer" in text
    assert "progress callback" in text


def test_ctrl_c_gives_what_there_is():
    def one(request):
        if request.case == "c3":
            raise KeyboardInterrupt
        return audiotest.Reply("a bell")

    run = audiotest.run(suite(), Model(one), batch_size=1)
    assert run.partial
    assert run.summary.stopped == "interrupted"
    assert {r.case for r in run.records} == {"c0", "c1", "c2"}
