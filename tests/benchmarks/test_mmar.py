"""MMAR: import from the release's own format, replay, and the published rule's figures."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from audiotest.cli import main
from audiotest.declare.suite import load

REAL = os.environ.get("AUDIOTEST_REAL_DATA")
ROW = {
    "id": "clip1_00-00-00_00-00-10",
    "audio_path": "./audio/clip1_00-00-00_00-00-10.wav",
    "question": "What is being poured?",
    "choices": ["Tea ", "yes", "1:30", "null"],
    "answer": "1:30",
    "modality": "mix-sound-speech",
    "category": "Perception Layer",
    "sub-category": "Counting and Statistics",
    "language": None,
    "source": "youtube",
    "url": "https://example.org/watch?v=1&t=2",
    "timestamp": "00:00:00,00:00:10",
    "thinking": 'A "quoted" thought: with colons, #hashes\nand lines.',
    "cue": ["pouring", "a cup"],
    "rubric": [{"name": "P", "scoring_point": "Award 1 point.", "note": "n", "choices": [0, 1]}] * 5,
}


@pytest.fixture(autouse=True)
def caches(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def written(path, rows):
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    return path


def test_everything_the_release_knows_is_kept(tmp_path):
    rows = [ROW, {**ROW, "id": "b", "modality": "music", "language": "zh", "future": {"x": [1]}}]
    out = run("import", "mmar", written(tmp_path / "m.jsonl", rows), "--into", tmp_path / "mmar")
    assert out.exit_code == 0, out.output
    assert "2 cases in 2 files" in out.output
    suite = load(tmp_path / "mmar" / "suite.yaml")
    first, second = sorted(suite.cases, key=lambda c: c.id, reverse=True)
    assert first.id == ROW["id"]
    assert first.audio[0].file == "audio/clip1_00-00-00_00-00-10.wav"
    assert first.choices == tuple(ROW["choices"])
    assert first.answer == "1:30"
    assert first.tags["sub-category"] == ("Counting and Statistics",)
    assert "language" not in first.tags
    assert first.metadata == {k: ROW[k] for k in ("url", "timestamp", "thinking", "cue", "rubric")}
    assert second.tags["language"] == ("zh",)
    assert second.metadata["future"] == {"x": [1]}
    assert suite.scorers[0].name == "mmar"


def test_the_older_array_is_read(tmp_path):
    (tmp_path / "m.json").write_text(json.dumps([ROW]))
    assert run("import", "mmar", tmp_path / "m.json", "--into", tmp_path / "out").exit_code == 0


def test_audio_is_linked(tmp_path):
    (tmp_path / "release" / "audio").mkdir(parents=True)
    (tmp_path / "release" / "audio" / "clip1_00-00-00_00-00-10.wav").write_bytes(b"x")
    source = written(tmp_path / "m.jsonl", [ROW])
    for _ in range(2):  # importing again replaces the link
        out = run("import", "mmar", source, "--into", tmp_path / "out", "--audio", tmp_path / "release")
        assert out.exit_code == 0, out.output
    suite = load(tmp_path / "out" / "suite.yaml")
    assert (suite.folder / suite.cases[0].audio[0].file).read_bytes() == b"x"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{k: v for k, v in ROW.items() if k != "choices"}], ":1: missing `choices`"),
        ([ROW, ROW], ":2: the id 'clip1_00-00-00_00-00-10' is duplicated: the row at"),
        ([{**ROW, "answer": "coffee"}], "answer, not among the choices"),
        ([5], ":1: expected an object"),
    ],
)
def test_a_release_that_is_not_one(tmp_path, rows, said):
    out = run("import", "mmar", written(tmp_path / "m.jsonl", rows), "--into", tmp_path / "out")
    assert out.exit_code == 1
    assert said in out.output


def test_a_file_cut_short(tmp_path):
    (tmp_path / "m.jsonl").write_text(json.dumps(ROW) + '\n{"id": "x", "quest')
    out = run("import", "mmar", tmp_path / "m.jsonl", "--into", tmp_path / "out")
    assert ":2: not a line of JSON" in out.output


def test_an_unknown_benchmark(tmp_path):
    out = run("import", "mmarr", tmp_path, "--into", tmp_path)
    assert "did you mean 'mmar'" in out.output


@pytest.mark.skipif(not REAL, reason="AUDIOTEST_REAL_DATA does not point to the real metadata")
def test_the_real_release_and_real_predictions_give_the_official_figures(tmp_path, pytester, monkeypatch):
    out = run("import", "mmar", Path(REAL) / "MMAR-meta.jsonl", "--into", pytester.path / "mmar")
    assert out.exit_code == 0, out.output
    released = {r["id"]: r for r in map(json.loads, (Path(REAL) / "MMAR-meta.jsonl").read_text().splitlines())}
    cases = {case.id: case for case in load(pytester.path / "mmar" / "suite.yaml").cases}
    assert len(cases) == len(released) == 1000
    for id_, row in released.items():
        case = cases[id_]
        assert (case.question, list(case.choices), case.answer) == (row["question"], row["choices"], row["answer"])
        kept = {**{k: v[0] for k, v in case.tags.items()}, **case.metadata}
        assert kept == {k: v for k, v in row.items() if v is not None and k not in
                        ("id", "audio_path", "question", "choices", "answer")}  # fmt: skip
    predictions = Path(REAL) / "mmar-predictions-qwen3-omni.jsonl"
    done = pytester.runpytest_subprocess("mmar", "--model", f"replay:{predictions}", "--results", "out")
    assert done.ret == 0
    summary = json.loads((pytester.path / "out" / "summary.json").read_text())
    original = summary["suites"]["mmar"]["conditions"]["original"]
    assert original["metrics"]["accuracy"]["value"] == 0.651
    wanted = {
        "modality": {"sound": 58.18, "music": 48.06, "speech": 75.51, "mix-sound-music": 63.64, "mix-sound-speech": 72.94,
                     "mix-music-speech": 64.63, "mix-sound-music-speech": 62.50},
        "category": {"Signal Layer": 60.47, "Perception Layer": 59.41, "Semantic Layer": 73.79, "Cultural Layer": 57.45},
    }  # fmt: skip
    for tag, values in wanted.items():
        for value, percent in values.items():
            figure = original["tags"][tag][value]["metrics"]["accuracy"]["value"]
            assert round(100 * figure, 2) == percent
            done.stdout.fnmatch_lines([f"{value} *|*{percent:.2f}%*"])
