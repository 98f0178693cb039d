"""The listening suite's gates: a model that listens passes every one, a model that guesses fails every suite."""

import json
import os
import subprocess
import sys

import pytest
from listening_files import FOLDER, NOISE, SUITES, conditions, gate, request, share_right

from audiotest.audio.synth import synthesise
from audiotest.models import listener
from audiotest.runs import read_records

NOTHING = "I hear nothing."


def run(model, folder, cache):
    """The exit status of a run of all suites, and its folder."""
    user = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p audiotest", "AUDIOTEST_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "pytest", FOLDER, "--model", model, "--results", "out", "-q"]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **user}, check=False)
    return done.returncode, folder / "out"


def summary(out):
    return json.loads((out / "summary.json").read_text())["suites"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Sounds and suites are the same for every model; replies are kept by model."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def listened(tmp_path_factory, cache):
    """A run of the listener: its exit status and its folder."""
    return run("listener", tmp_path_factory.mktemp("listened"), cache)


@pytest.fixture(scope="module")
def replies(listened):
    """What the listener says by suite, condition and case."""
    found = {}
    for record in read_records(listened[1]):
        suite = found.setdefault(record.suite.removeprefix("listening-"), {})
        suite.setdefault(record.condition, {})[record.case] = record.reply.text
    return found


def test_the_listener_passes_all_of_them(listened):
    status, out = listened
    suites = summary(out)
    assert status == 0
    assert len(suites) >= 12
    assert (
        sum(
            len(s["conditions"]["original"]["outcomes"]) and s["conditions"]["original"]["trials"]
            for s in suites.values()
        )
        >= 120
    )
    assert all(gate["passed"] for s in suites.values() for gate in s["gates"])
    assert all(s["gates"] for s in suites.values())


def test_the_listener_is_right(replies):
    found = {name: share_right(suite, replies[name]["original"]) for name, suite in SUITES.items()}
    right = sum(found[name] * len(suite["cases"]) for name, suite in SUITES.items())
    assert right / sum(len(suite["cases"]) for suite in SUITES.values()) >= 0.97, found
    assert all(found[name] >= gate(suite, "accuracy") for name, suite in SUITES.items()), found


def test_the_listener_stays_right_in_noise_at_20_db(replies):
    noisy = {name: suite for name, suite in SUITES.items() if NOISE in conditions(suite)}
    assert len(noisy) >= 12
    for name, suite in noisy.items():
        assert share_right(suite, replies[name][NOISE]) >= max(0.9, gate(suite, "accuracy", NOISE)), name


def test_the_listener_abstains_without_audio_and_in_silence(replies):
    for name, suite in SUITES.items():
        silent = [c for c in ("text_only", "silence") if conditions(suite).get(c) == "abstains"]
        assert "text_only" in silent
        for condition in silent:
            assert replies[name][condition] == {case["id"]: NOTHING for case in suite["cases"]}, condition


@pytest.mark.parametrize("name", SUITES)
def test_the_listener_follows_options_that_are_turned_round(name, replies):
    model, suite = listener.open_model(None, {}), SUITES[name]
    for case in suite["cases"]:
        turned = {**case, "id": "x", "choices": case["choices"][::-1]}
        asked = request(suite, turned, (synthesise(case["audio"]["synth"]),), seed=9)
        assert model.answer([asked])[0].text[4:] == replies[name]["original"][case["id"]][4:]


@pytest.mark.parametrize("model", ["random", "first", "longest"])
def test_a_model_that_guesses_fails_every_suite(model, tmp_path, cache):
    status, out = run(model, tmp_path, cache)
    assert status == 1
    for name, suite in summary(out).items():
        gates = {(g["metric"], g["condition"]): g["passed"] for g in suite["gates"]}
        assert gates["accuracy", "original"] is False, name
        assert gates["listening_gap", "original"] is False, name
