"""What a run says of its sounds: where they may come from, what is odd about a suite, what may be wrong with a clip."""

import json

import numpy as np
import pytest
import soundfile

from audiotest.predict.sound import Sounds
from audiotest.types import Needs, Waveform

SUITE = """\
suite: clips
{root}
prompt: choices_lettered
scorers: [choice]
conditions: [original: recorded, noise(snr_db=10): recorded]
cases:
"""
CASE = """\
  - id: {id}
    question: What is heard?
    audio: {audio}
    choices: [a kettle, a train whistle]
    answer: a kettle
"""
HEARING = """\
import pytest
from audiotest.types import Needs, Reply

class Hearing:
    name, identity, needs, batch_size = "hearing", "hearing 1", Needs(sample_rate=16000, channels=1), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [Reply("(A) a kettle", details={"clips": len(r.audio)}) for r in requests]

@pytest.fixture(scope="session")
def model():
    return Hearing()
"""


def tone(seconds=0.5, level=0.3):
    return level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * 16000)) / 16000)


def write(folder, name, samples):
    soundfile.write(folder / f"{name}.wav", samples, 16000, subtype="FLOAT")


def suite_of(tester, names, root=""):
    folder = tester.path / "suites"
    folder.mkdir(exist_ok=True)
    cases = "".join(CASE.format(id=name, audio=f"{name}.wav") for name in names)
    (folder / "clips.yaml").write_text(SUITE.format(root=root and f"audio_root: {root}") + cases)
    return folder


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_sounds_from_elsewhere_are_read_where_the_command_line_allows_it(pytester, tmp_path, workers):
    write(tmp_path, "plain", tone())
    pytester.makeconftest(HEARING)
    suite_of(pytester, ["plain"], root=tmp_path)
    if not workers:
        refused = pytester.runpytest_inprocess("suites")
        assert refused.ret != 0
        assert "leads out of the suite's folder" in refused.stdout.str()
    allowed = pytester.runpytest("suites", "--audio-root", "nowhere", "--audio-root", tmp_path.parent, *workers)
    allowed.assert_outcomes(passed=2)


def test_what_is_odd_about_a_suite_is_a_warning_once(pytester, monkeypatch):
    pytester.makeconftest(HEARING)
    folder = suite_of(pytester, [])
    case = CASE.format(id="one", audio="{synth: {tone: {hz: 440, seconds: 0.2}}}")
    text = SUITE.format(root="") + case + "gates: [{metric: accuracy, min: 0}]\n"
    (folder / "clips.yaml").write_text(text)
    for workers in ([], ["-n", "2"]):
        out = pytester.runpytest("suites", *workers)
        assert out.parseoutcomes()["warnings"] == 1
        out.stdout.fnmatch_lines(["*clips.yaml:*: SuiteWarning: *gates*"])


def test_doubts_about_a_sound_are_kept_with_the_reply_and_counted(pytester, records):
    folder = suite_of(pytester, ["plain", "still", "brief", "apart", "clipped"])
    pytester.makeconftest(HEARING)
    write(folder, "plain", tone())
    write(folder, "still", np.zeros(8000))
    write(folder, "brief", tone(0.05))
    write(folder, "apart", np.stack([tone(), -tone()], axis=1))
    write(folder, "clipped", np.clip(tone(level=3), -1, 1))
    for _ in range(2):  # the second run has its replies from the cache
        out = pytester.runpytest_inprocess("suites", "--results", "out")
        made = {(r["case"], r["condition"]): r["reply"]["details"].get("sound") for r in records(pytester.path / "out")}
        doubts = {
            "plain": None, "still": ["silent"], "brief": ["short"], "apart": ["cancelled in mix"],
            "clipped": ["clipped"],
        }  # fmt: skip
        assert {case: made[case, "original"] for case in doubts} == doubts
        assert not any(made[case, "noise(snr_db=10)"] for case in doubts)
        summary = json.loads((pytester.path / "out" / "summary.json").read_text())
        counted = summary["suites"]["clips"]["conditions"]["original"]["replies"]
        assert counted == {"sound_silent": 1, "sound_short": 1, "sound_cancelled_in_mix": 1, "sound_clipped": 1}
        out.stdout.fnmatch_lines(["1 reply was given to a sound that is silent"])


SURROUND = ("FL", "FR", "FC", "LFE", "BL", "BR")


def test_a_voice_in_the_centre_stays_where_it_is_under_a_condition(tmp_path):
    """In the mean of six channels it is 15.6 dB down, and as ITU-R BS.775 mixes them 3 dB."""
    from audiotest.declare.suite import load
    from audiotest.declare.trial import trials

    sound = np.zeros((8000, 6))
    sound[:, 2] = tone()
    (tmp_path / "s.yaml").write_text(
        "suite: s\nprompt: choices_lettered\nscorers: [choice]\nconditions: [original: recorded, noise(snr_db=60): recorded]\n"
        "cases:\n" + CASE.format(id="a", audio="a.wav")
    )
    with soundfile.SoundFile(tmp_path / "a.wav", "w", 16000, 6, format="WAVEX", subtype="FLOAT") as file:
        file.write(sound)
    suite = load(tmp_path / "s.yaml")
    sounds = Sounds(Needs(sample_rate=16000, channels=1), 0)
    [plain], [noisy] = (sounds.waveforms(trial) for trial in trials(suite))
    if not sounds._clip(suite, suite.cases[0].audio[0]).layout:
        pytest.skip("this libsndfile writes no channel map")
    assert level(noisy) == pytest.approx(level(plain), abs=0.2)
    assert level(plain) == pytest.approx(level(Waveform(sound[:, 2:3], 16000)) - 3, abs=0.2)


def level(sound):
    return 10 * np.log10(np.mean(np.square(sound.samples, dtype=np.float64)))
