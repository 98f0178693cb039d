"""Sounds come from below the suite's folder, or from a folder that the person who runs it names."""

import os

import pytest

from audiotest.declare.audio_roots import VARIABLE, allowed_roots, allowing
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load

CASE = "cases:\n  - {id: a, audio: x.wav, question: Q?, choices: [x, y], answer: x}\n"


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A function: the suite with an ``audio_root``, in a folder beside one with sounds."""
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv(VARIABLE, raising=False)
    for folder in ("suites/own", "sounds/deep"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.wav").touch()
    for folder in ("suites", "sounds"):
        (tmp_path / folder / "x.wav").touch()

    def written(root):
        path = tmp_path / "suites" / "x.yaml"
        path.write_text(f"suite: x\naudio_root: {root}\n{CASE}")
        return load(path, shown="x.yaml")

    written.home = tmp_path
    return written


@pytest.mark.parametrize("root", [".", "own", "own/", "./own", "own/../own", "../suites", "{home}/suites/own"])
def test_the_suites_own_folder_is_fine_however_it_is_written(suite, root):
    assert len(suite(root.format(home=suite.home)).cases) == 1


@pytest.mark.parametrize(
    "root", ["/etc", "../..", "..", "../sounds", "own/../../sounds", "{home}/sounds", "../suites2"]
)
def test_a_folder_elsewhere_is_refused_with_its_place_and_what_to_do(suite, root):
    with pytest.raises(
        SuiteError, match=r"x.yaml:2:1: audio_root: '.*' leads out of the suite's folder, to /"
    ) as caught:
        suite(root.format(home=suite.home))
    assert f"run with --audio-root {os.path.realpath(suite.home / 'suites' / root.format(home=suite.home))}" in str(
        caught.value
    )


@pytest.mark.parametrize("allowed", ["{home}/sounds", "/nowhere:{home}/sounds", "{home}"])
def test_the_person_who_runs_it_can_allow_one(suite, monkeypatch, allowed):
    monkeypatch.setenv(VARIABLE, allowed.format(home=suite.home))
    assert len(suite("../sounds").cases) == len(suite("../sounds/deep").cases) == 1
    with pytest.raises(SuiteError, match="leads out"):
        suite("/etc")


def test_a_folder_is_allowed_within_a_context_only(suite):
    with allowing([suite.home / "sounds"]):
        assert allowed_roots() == ((suite.home / "sounds").resolve(),)
        assert suite("../sounds").cases
    assert allowed_roots() == ()
    with pytest.raises(SuiteError, match="leads out"):
        suite("../sounds")


def test_a_link_in_the_suites_folder_is_followed_and_does_not_open_what_is_beside_its_end(suite):
    (suite.home / "suites" / "audio").symlink_to(suite.home / "sounds" / "deep", target_is_directory=True)
    assert suite("audio").cases
    with pytest.raises(SuiteError, match="leads out"):
        suite("audio/..")


def test_the_cache_of_parsed_suites_lets_nothing_pass(suite, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(suite.home))
    assert suite("../sounds").cases
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(SuiteError, match="leads out"):
        suite("../sounds")
