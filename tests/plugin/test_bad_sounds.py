"""Sounds of every unlikely kind: a clear error or a plain result, and every other case gets its own."""

import numpy as np
import pytest
import soundfile

MODEL = """\
import pytest
from audiotest.types import Needs, Reply

class Hears:
    name, identity, needs, batch_size = "hears", "", Needs(sample_rate=16000, channels=1), 4
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        assert all(clip.samples.shape[1] == 1 and clip.rate == 16000 for r in requests for clip in r.audio)
        return [Reply("B") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Hears()
"""
GOOD = ["one-sample", "eight-channels", "rate-8000", "rate-192000", "good"]
BAD = {
    "nan": "samples that are not numbers",
    "zero-length": "holds no sound",
    "cut-short": "cut short|damaged",
    "text": "is a text file, not sound",
    "scene": "the synthesised scene has no segment from 5 s to 6 s: it is 1 s long",
    "pointer": "Git LFS pointer.*git lfs pull",
    "page": "is an HTML page",
    "promises": "cut short: its header promises 68719476735 frames",
    "beyond": "has no segment from 5 s",
}


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_each_costs_itself_at_most(pytester, monkeypatch, tmp_path, workers):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    pytester.makeconftest(MODEL)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 1)).astype(np.float32)
    with_nan = noise.copy()
    with_nan[5] = np.nan
    files = {
        "one-sample": (noise[:1], 16000), "eight-channels": (np.repeat(noise, 8, axis=1), 44100), "rate-8000": (noise, 8000),
        "rate-192000": (noise, 192000), "good": (noise, 16000), "nan": (with_nan, 16000), "zero-length": (noise[:0], 16000),
        "beyond": (noise, 16000),
    }  # fmt: skip
    for name, (samples, rate) in files.items():
        soundfile.write(pytester.path / f"{name}.wav", samples, rate, subtype="FLOAT")
    soundfile.write(pytester.path / "whole.flac", np.tile(noise, (10, 1)), 16000)
    (pytester.path / "cut-short.wav").write_bytes((pytester.path / "whole.flac").read_bytes()[:9000])
    (pytester.path / "text.wav").write_text("not a sound\n" * 100)
    (pytester.path / "pointer.wav").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    (pytester.path / "page.wav").write_text("<!DOCTYPE html><html><body>404</body></html>")
    promises = bytearray((pytester.path / "whole.flac").read_bytes())
    promises[21], promises[22:26] = promises[21] | 0x0F, b"\xff" * 4
    (pytester.path / "promises.wav").write_bytes(promises)
    rows = [f"  - {{id: {n}, question: Q?, choices: [x, y], answer: y, audio: {n}.wav}}" for n in [*GOOD, *BAD]]
    rows[-1] = rows[-1].replace("beyond.wav", "{file: beyond.wav, start: 5}")
    rows[-5] = rows[-5].replace("scene.wav", "{synth: {noise: {seconds: 1}}, start: 5, end: 6}")
    conditions = "conditions: [original, silence, noise_only, noise(snr_db=10)]\ncases:\n"
    (pytester.path / "suite.yaml").write_text("suite: s\n" + conditions + "\n".join(rows))
    out = pytester.runpytest_inprocess("suite.yaml", *workers)
    out.assert_outcomes(passed=4 * len(GOOD), errors=4 * len(BAD))
    for name, said in BAD.items():
        out.stdout.re_match_lines([f".*{name}.*"])
        out.stdout.re_match_lines([f".*({said}).*"])
    out.stdout.no_re_match_line(
        r".*\.py:\d+: "
    )  # a traceback would show how audiotest came to read it, and nothing else
    assert out.stdout.str().count("  case      suite.yaml:") == 4 * len(BAD)


def test_who_asks_for_it_gets_the_traceback_of_a_sound_that_cannot_be_read(pytester, monkeypatch, tmp_path):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    pytester.makeconftest(MODEL)
    (pytester.path / "text.wav").write_text("not a sound\n" * 100)
    (pytester.path / "suite.yaml").write_text("suite: s\ncases: [{id: a, question: Q?, answer: y, audio: text.wav}]\n")
    pytester.runpytest_inprocess("suite.yaml", "--full-trace").stdout.re_match_lines([r".*decode\.py:\d+: "])
