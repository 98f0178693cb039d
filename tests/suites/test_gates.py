"""The listening suite's gates: a model that listens passes every one, a model that guesses fails every suite."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from audiotest.audio.synth import synthesise
from audiotest.declare.yaml import parse
from audiotest.models import listener
from audiotest.runs import read_records
from audiotest.types import Request

FOLDER = Path(__file__).parents[2] / "suites" / "listening"
SUITES = {path.stem: parse(path.read_bytes(), path.name).data for path in sorted(FOLDER.glob("*.yaml"))}
NOISE = "noise(snr_db=20)"
NOTHING = "I hear nothing."


def run(model, folder, cache):
    """The exit status of a run of all suites, and its folder."""
    user = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p audiotest", "AUDIOTEST_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "pytest", FOLDER, "--model", model, "--results", "out", "-q"]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **user}, stdout=subprocess.DEVNULL, check=False)
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


def right(name, texts):
    """Whether each reply is the answer of its case."""
    cases = SUITES[name]["cases"]
    said = [texts[case["id"]] for case in cases]
    chosen = [
        case["choices"]["ABCD".index(text[1])] if text[0] == "(" else "" for case, text in zip(cases, said, strict=True)
    ]
    return [choice == case["answer"] for choice, case in zip(chosen, cases, strict=True)]


def gate(name, condition="original"):
    gates = [g for g in SUITES[name]["gates"] if g["metric"] == "accuracy"]
    return next(g["min"] for g in gates if g.get("condition", "original") == condition)


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
    found = {name: right(name, replies[name]["original"]) for name in SUITES}
    assert np.mean(np.concatenate([*found.values()])) >= 0.97, found
    assert all(np.mean(found[name]) >= gate(name) for name in SUITES), found


def test_the_listener_stays_right_in_noise_at_20_db(replies):
    noisy = {name: right(name, replies[name][NOISE]) for name in SUITES if NOISE in replies[name]}
    assert len(noisy) >= 12
    for name, found in noisy.items():
        assert np.mean(found) >= max(0.9, gate(name, NOISE)), name


def test_the_listener_abstains_without_audio_and_in_silence(replies):
    for name, suite in SUITES.items():
        expected = {condition: what for entry in suite["conditions"] for condition, what in entry.items()}
        assert expected["text_only"] == "abstains"
        for condition in ("text_only", "silence"):
            if expected.get(condition) == "abstains":
                assert set(replies[name][condition].values()) == {NOTHING}, (name, condition)
                assert len(replies[name][condition]) == len(suite["cases"])


@pytest.mark.parametrize("name", SUITES)
def test_the_listener_follows_options_that_are_turned_round(name, replies):
    model = listener.open_model(None, {})
    for case in SUITES[name]["cases"]:
        turned = Request(name, "x", "original", "", case["question"], tuple(case["choices"][::-1]),
                         (synthesise(case["audio"]["synth"]),), seed=9)  # fmt: skip
        assert model.answer([turned])[0].text[4:] == replies[name]["original"][case["id"]][4:]


@pytest.mark.parametrize("model", ["random", "first", "longest"])
def test_a_model_that_guesses_fails_every_suite(model, tmp_path, cache):
    status, out = run(model, tmp_path, cache)
    assert status == 1
    for name, suite in summary(out).items():
        gates = {(g["metric"], g["condition"]): g["passed"] for g in suite["gates"]}
        assert gates["accuracy", "original"] is False, name
        assert gates["listening_gap", "original"] is False, name
