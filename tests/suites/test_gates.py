"""The listening suite's gates: a model that listens passes every one, a model that guesses fails every suite."""

import json
from pathlib import Path

import pytest

SUITES = Path(__file__).parents[2] / "suites" / "listening"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Sounds and suites are the same for every model; replies are kept by model."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def summary(pytester, cache, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(cache))

    def run(model):
        out = pytester.runpytest_subprocess(str(SUITES), "--model", model, "--results", "out", "-q")
        return out, json.loads((pytester.path / "out" / "summary.json").read_text())["suites"]

    return run


def test_the_listener_passes_all_of_them(summary):
    out, suites = summary("listener")
    assert out.ret == 0
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


@pytest.mark.parametrize("model", ["random", "first", "longest"])
def test_a_model_that_guesses_fails_every_suite(summary, model):
    out, suites = summary(model)
    assert out.ret == 1
    for name, suite in suites.items():
        gates = {(g["metric"], g["condition"]): g["passed"] for g in suite["gates"]}
        assert gates["accuracy", "original"] is False, name
        assert gates["listening_gap", "original"] is False, name
