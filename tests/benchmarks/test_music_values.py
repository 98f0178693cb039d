"""Music sets whose annotations are a file for each clip: imported in the releases' own form, run by the command line from
recorded replies, and scored as tempo and key estimation are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

import audiotest
import audiotest.analyse.summary  # pytester forgets what a test is the first to import, the registry does not
from audiotest.cli import main

MUSIC = {
    # suite: (the release's files, its folder of sounds with one of them, replies by id, figures)
    "giantsteps_tempo": (
        {"annotations_v2/tempo/1030011.LOFI.bpm": "127.0", "annotations_v2/tempo/1068430.LOFI.bpm": "174.0",
         "annotations_v2/tempo/1084996.LOFI.bpm": "142.0", "annotations_v2/tempo/1327052.LOFI.bpm": "0.0",
         "annotations/tempo/1030011.LOFI.bpm": "126"},
        "1030011.LOFI.mp3",
        {"1030011.LOFI": "About 128 BPM, in 4/4.", "1068430.LOFI": "87", "1084996.LOFI": "100 beats per minute"},
        {"accuracy": 1 / 3, "accuracy:tempo_accuracy_2": 2 / 3},
    ),
    "giantsteps_key": (
        {"annotations/key/10089.LOFI.key": "D minor", "annotations/key/1004923.LOFI.key": "C minor",
         "annotations/key/1007941.LOFI.key": "Gb minor", "annotations/key/61415.LOFI.key": "Eb major",
         "annotations/genre/10089.LOFI.genre": "house"},
        "10089.LOFI.mp3",
        {"10089.LOFI": "D minor", "1004923.LOFI": "G minor", "1007941.LOFI": "F#m", "61415.LOFI": "C minor"},
        {"accuracy": 2 / 4, "mean_score": (1 + 0.5 + 1 + 0.3) / 4},
    ),
    "gtzan_tempo": (
        {"tempo/gtzan_blues_00000.bpm": "1.258700000000000045e+02\n", "beats/gtzan_blues_00000.beats": "0.217\t3\n",
         "tempo/gtzan_rock_00099.bpm": "9.781999999999999318e+01\n"},
        "blues/blues.00000.wav",
        {"blues.00000": "It is 125.87 bpm.", "rock.00099": "One hundred and ninety-five"},
        {"accuracy": 1 / 2, "accuracy:tempo_accuracy_2": 1},
    ),
    "gtzan_key": (
        {"gtzan_key/genres/blues/blues.00000.lerch.txt": "0", "gtzan_key/genres/blues/blues.00001.lerch.txt": "-1",
         "gtzan_key/genres/rock/rock.00007.lerch.txt": "17 ", "gtzan_key/genres/rock/rock.00008.lerch.txt": "23",
         "gtzan_key/KeyEnumeration.txt": "Labels\n"},
        "blues/blues.00000.wav",
        {"blues.00000": "A major", "rock.00007": "The key of D major.", "rock.00008": "Ab minor"},
        {"accuracy": 2 / 3, "mean_score": (1 + 0.2 + 1) / 3},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUSIC)
def test_annotations_in_the_released_form_give_the_figures_of_the_task(
    name: str, tmp_path: Path, pytester, monkeypatch
):
    files, sound, replies, figures = MUSIC[name]
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    for path, text in files.items():
        (tmp_path / "release" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "release" / path).write_text(text, encoding="utf-8")
    (tmp_path / "sounds" / sound).parent.mkdir(parents=True)
    soundfile.write(tmp_path / "sounds" / sound, np.zeros(800), 8000, format="WAV")
    suite = pytester.path / "suite"
    arguments = ["import", name, tmp_path / "release", "--audio", tmp_path / "sounds", "--into", suite]
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exit_code == 0, done.output
    assert f"{name}: {len(replies)} cases" in done.output
    (pytester.path / "replies.jsonl").write_text(
        "".join(json.dumps({"id": id_, "output": text}) + "\n" for id_, text in replies.items()), encoding="utf-8"
    )
    run = pytester.runpytest_inprocess("suite", "-k", "original", "--model", "replay:replies.jsonl", "--results", "out")
    run.assert_outcomes(passed=round(figures["accuracy"] * len(replies)), xfailed=0, failed=0, errors=0, skipped=1)
    summary = json.loads((pytester.path / "out/summary.json").read_text(encoding="utf-8"))
    metrics = summary["suites"][name]["conditions"]["original"]["metrics"]
    assert {figure: metrics[figure]["value"] for figure in figures} == pytest.approx(figures)
    cases = {case.id: case for case in audiotest.load_suite(suite).cases}
    assert cases.keys() == replies.keys()
    assert (suite / "audio" / str(cases[next(iter(replies))].audio[0].file)).is_file()


def test_the_keys_of_gtzan_are_those_of_its_enumeration(tmp_path: Path) -> None:
    """A, A#, ... G# are 0 to 11 in major, 12 to 23 in minor, as KeyEnumeration.txt has it."""
    folder = tmp_path / "release/gtzan_key/genres/jazz"
    folder.mkdir(parents=True)
    for number in range(-1, 24):
        (folder / f"jazz.{number + 1:05d}.lerch.txt").write_text(str(number), encoding="utf-8")
    done = CliRunner().invoke(main, ["import", "gtzan_key", str(tmp_path / "release"), "--into", str(tmp_path / "s")])
    assert done.exit_code == 0, done.output
    tonics = ["A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#"]
    expected = [f"{tonic} {mode}" for mode in ("major", "minor") for tonic in tonics]
    assert [case.answer for case in audiotest.load_suite(tmp_path / "s").cases] == expected


def test_an_annotation_that_cannot_be_read_costs_itself(tmp_path: Path) -> None:
    folder = tmp_path / "release/annotations/key"
    folder.mkdir(parents=True)
    contents = {"1": b"C minor", "2": b"\xff\xfe", "3": b"", "4": b"loud", "5": b"x" * (1 << 20 | 1), "6": b"D major"}
    for number, content in contents.items():
        (folder / f"{number}.LOFI.key").write_bytes(content)
    arguments = ["import", "giantsteps_key", str(tmp_path / "release"), "--into", str(tmp_path / "s")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "2 cases" in done.output
    suite = audiotest.load_suite(tmp_path / "s")
    faults = [problem.message for invalid in suite.invalid for problem in invalid.problems]
    for number, (fault, part) in enumerate(
        zip(faults, ("no UTF-8 text (byte 0)", "it is empty", "'loud' is no key", "longer than 1 MiB"), strict=True), 2
    ):
        assert part in fault, number
