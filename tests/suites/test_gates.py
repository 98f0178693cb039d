"""The listening suite's gates: a model that listens passes every one, a model that guesses fails every suite."""

import json
from pathlib import Path

import pytest

import audiotest

SUITES = Path(__file__).parents[2] / "suites" / "listening"


def test_the_listener_passes_all_of_them(pytester):
    out = pytester.runpytest_subprocess(str(SUITES), "--model", "listener", "--results", "out", "-q")
    assert out.ret == 0
    suites = json.loads((pytester.path / "out" / "summary.json").read_text())["suites"]
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
def test_a_model_that_guesses_fails_every_suite(model):
    suites = audiotest.run(SUITES, model, cache=False).summary.suites
    assert len(suites) >= 12
    for name, suite in suites.items():
        gates = {(gate.metric, gate.condition): gate.passed for gate in suite.gates}
        assert gates["accuracy", "original"] is False, name
        assert gates["listening_gap", "original"] is False, name
