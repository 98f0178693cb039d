"""Allure's report: each trial under its question, with the sound that the model was given."""

import json

import pytest

pytest.importorskip("allure_pytest")

SUITE = """\
suite: s
policy: gates
conditions: [original, text_only, gain(db=-6)]
cases:
  - {id: a, question: What is heard?, choices: [a tone, rain], answer: a tone, audio: {synth: {tone: {hz: 440, seconds: 0.2}}}}
  - {id: lost, question: And here?, choices: [a tone, rain], answer: a tone, audio: lost.wav}
require_audio: false
"""


def test_sounds_are_attached_to_the_trials_that_have_them(pytester):
    pytester.makeini("[pytest]\n")
    (pytester.path / "s.yaml").write_text(SUITE)
    pytester.runpytest_subprocess("s.yaml", "--model", "first", "--alluredir", "allure", "-p", "allure_pytest")
    results = [json.loads(path.read_text()) for path in (pytester.path / "allure").glob("*-result.json")]
    sounds = {r["fullName"]: len([a for a in r.get("attachments", ()) if a["type"] == "audio/wav"]) for r in results}
    assert sorted(sounds.values()) == [0, 0, 0, 0, 1, 1]
    assert {(r["name"], r["description"]) for r in results} == {("a", "What is heard?"), ("lost", "And here?")}
    for result in results:
        for attachment in result.get("attachments", ()):
            if attachment["type"] == "audio/wav":
                assert attachment["name"] == "sound 1 (0.2 s)"
                assert (pytester.path / "allure" / attachment["source"]).read_bytes()[:4] == b"RIFF"
