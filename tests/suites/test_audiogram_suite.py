"""The suites at fixed levels are as their tool writes them, and the built-in listener passes the gates that it can."""

import importlib.util
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import audiotest
from audiotest.hearing.published import human_figure
from audiotest.registry import FACULTIES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "suites" / "audiogram"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("audiogram_suite", ROOT / "tools" / "audiogram_suite.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_as_the_tool_writes_them(tool):
    texts = tool.texts()
    assert {path.name for path in FOLDER.glob("*.yaml")} == {*texts, "published.yaml"}
    for name, text in texts.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text


def test_the_listener_passes_every_gate(tool, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    run = audiotest.run(FOLDER, model="listener", cache=False)
    gates = {name: suite.gates for name, suite in run.summary.suites.items()}
    assert [gate.passed for every in gates.values() for gate in every] == [True] * len(tool.LEVELS)
    assert {record.outcome for record in run.records} == {"recorded"}


def test_answers_are_balanced_at_every_level():
    for path in FOLDER.glob("*.yaml"):
        if path.name == "published.yaml":
            continue
        places = defaultdict(list)
        for case in audiotest.load_suite(path).cases:
            places[case.tags["level"]].append((case.choices.index(case.answer), len(case.choices)))
        for chosen in places.values():
            counts = Counter(place for place, _ in chosen)
            assert set(counts.values()) == {3}  # a wording each
            assert len(counts) == chosen[0][1]


def test_every_figure_of_people_is_of_a_faculty_and_has_its_source():
    known = 0
    for name in FACULTIES.names():
        faculty = FACULTIES.get(name)
        for variant in faculty.variants or (None,):
            human = human_figure(name, variant)
            if human is None:
                continue
            known += 1
            assert len(human.source) > 20
            assert human.low <= human.high
            if human.comparable:
                ends = sorted((faculty.hardest, faculty.easiest))
                assert ends[0] <= human.low <= human.high <= ends[1], name
                assert human.unit in ("", faculty.unit)
    assert known >= 30
