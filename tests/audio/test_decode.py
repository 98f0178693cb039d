"""Decoding and conforming: real files, and all that can be wrong with one."""

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from audiotest.audio.decode import AudioError, conform, fingerprint, read, wav_bytes
from audiotest.types import Waveform


def tone(seconds=0.5, rate=16000, channels=1, hz=440.0):
    t = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hz * t)[:, None] * np.linspace(1, 0.5, channels)).astype(np.float32)


@pytest.fixture
def write(tmp_path):
    def go(name="x.wav", samples=None, rate=16000, **kw):
        soundfile.write(tmp_path / name, tone() if samples is None else samples, rate, **kw)
        return tmp_path / name

    return go


@pytest.mark.parametrize(
    ("name", "kw", "tolerance"),
    [
        ("x.wav", {"subtype": "FLOAT"}, 0.0),
        ("x.flac", {}, 1e-4),
        ("x.ogg", {}, 0.05),
        ("x.mp3", {}, 0.05),
        ("x.ogg", {"format": "OGG", "subtype": "OPUS"}, 0.1),
    ],
)
def test_formats(write, name, kw, tolerance):
    sound = read(write(name, rate=16000, **kw))
    assert sound.rate in (16000, 48000)
    assert sound.samples.dtype == np.float32
    assert sound.samples.shape[1] == 1
    middle = sound.samples[len(sound.samples) // 4 : -len(sound.samples) // 4]
    assert abs(np.sqrt(np.mean(middle**2)) - 0.5 / np.sqrt(2)) <= max(tolerance, 1e-3)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (192000, 1), (44100, 2), (48000, 8)])
def test_own_rate_and_channels_are_kept(write, rate, channels):
    sound = read(write(samples=tone(0.1, rate, channels), rate=rate))
    assert (sound.rate, sound.channels) == (rate, channels)


def test_segments_are_exact(write):
    samples = np.arange(16000, dtype=np.float32)[:, None] / 32768
    path = write(samples=samples, subtype="FLOAT")
    cut = read(path, start=0.25, end=0.5)
    assert np.array_equal(cut.samples, samples[4000:8000])
    assert np.array_equal(read(path, start=0.75).samples, samples[12000:])


@pytest.mark.parametrize(("start", "end"), [(1.0, None), (0.0, 1.5), (0.5, 0.5)])
def test_a_segment_that_is_not_there(write, start, end):
    with pytest.raises(AudioError, match="it is 0.5 s long"):
        read(write(), start=start, end=end)


def test_one_sample(write):
    assert read(write(samples=np.ones((1, 1), np.float32) * 0.1)).samples.shape == (1, 1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.wav", None, "there is no sound file"),
        ("text.wav", b"hello, I am text", "is a text file, not sound"),
        ("empty.wav", b"", "it is empty"),
        ("x.raw", b"\0" * 100, "raw samples.*does not say its rate"),
        ("x.m4a", b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00", "cannot be decoded"),
    ],
)
def test_what_is_no_sound(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match=said):
        read(tmp_path / name)


def test_zero_length(write):
    with pytest.raises(AudioError, match="holds no sound"):
        read(write(samples=np.zeros((0, 1), np.float32)))


def test_samples_that_are_not_numbers(write):
    samples = tone()
    samples[7] = np.nan
    with pytest.raises(AudioError, match="1 samples that are not numbers"):
        read(write(samples=samples, subtype="FLOAT"))


@pytest.mark.parametrize("name", ["x.flac", "x.wav", "x.aiff", "x.au"])
def test_a_file_that_is_cut_short(write, name):
    path = write(name, samples=tone(2.0))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AudioError, match="cut short|damaged"):
        read(path)


@pytest.mark.parametrize("rate", [1, 2**31 - 1])
def test_a_rate_that_no_sound_has(write, rate):
    path = write("x.wav", samples=tone(0.5))
    whole = path.read_bytes()
    path.write_bytes(whole[:24] + rate.to_bytes(4, "little") + whole[28:])
    with pytest.raises(AudioError, match=f"its rate is {rate} Hz"):
        read(path)


def test_a_wav_whose_length_was_not_known_when_it_was_written(write):
    path = write("x.wav", samples=tone(2.0))
    whole = path.read_bytes()
    place = whole.index(b"data") + 4
    for size in (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", (len(whole) - place + 40).to_bytes(4, "little")):
        path.write_bytes(whole[:place] + size + whole[place + 4 :])
        assert read(path).seconds == 2.0


def test_a_folder(tmp_path):
    with pytest.raises(AudioError, match="is a folder"):
        read(tmp_path)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 5000), st.sampled_from([8000, 16000, 22050, 44100]), st.integers(1, 8), st.sampled_from([1, 2]))
def test_conforming_keeps_the_length_in_seconds(frames, rate, channels, wanted):
    sound = Waveform(np.zeros((frames, channels), np.float32), rate)
    out = conform(sound, rate=16000, channels=wanted)
    assert (out.rate, out.channels) == (16000, wanted)
    assert abs(out.samples.shape[0] - frames * 16000 / rate) <= 1


def test_mono_is_the_mean_or_the_first_channel():
    sound = Waveform(np.array([[1.0, 0.0], [0.5, 0.5]], np.float32), 16000)
    assert conform(sound, channels=1).samples.ravel().tolist() == [0.5, 0.5]
    assert conform(sound, channels=1, mono="first").samples.ravel().tolist() == [1.0, 0.5]


def test_a_tone_keeps_its_pitch_through_resampling():
    out = conform(Waveform(tone(1.0, 44100), 44100), rate=16000)
    spectrum = np.abs(np.fft.rfft(out.samples[:, 0]))
    assert abs(np.argmax(spectrum) * 16000 / len(out.samples) - 440) < 1


def test_fingerprints_follow_content(write):
    path = write()
    before = fingerprint(path)
    assert fingerprint(path) == before
    path.write_bytes(path.read_bytes() + b"x")
    assert fingerprint(path) != before


def test_wav_bytes_lose_nothing(tmp_path):
    sound = Waveform(np.array([[1.5], [-2.0]], np.float32), 8000)
    (tmp_path / "x.wav").write_bytes(wav_bytes(sound))
    assert np.array_equal(read(tmp_path / "x.wav").samples, sound.samples)
