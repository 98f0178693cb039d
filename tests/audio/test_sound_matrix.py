"""Every kind of sound file is heard whole, at its own pitch and level, and cut at the right places."""

import os
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import sound_matrix
from sound_matrix import FILES, HZ, PEAK, Odd
from sound_patches import reserial

from audiotest.audio.decode import AudioError, read, seconds
from audiotest.types import Waveform

pytestmark = pytest.mark.skipif(
    not (shutil.which("sox") and shutil.which("ffmpeg")), reason="sox and ffmpeg make the files; they are not installed"
)
CASES = os.environ.get("AUDIOTEST_CASES", "")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return sound_matrix.make(tmp_path_factory.mktemp("matrix"))


@pytest.fixture(scope="module")
def heard(files):
    return {name: read(path) for name, path in files.items()}


def pitch(samples: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft((samples - samples.mean()) * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def wrong_with(odd: Odd, sound: Waveform) -> list[str]:
    middle = sound.samples[round(0.2 * sound.rate) : round(0.8 * sound.rate)]
    wanted = PEAK * (0.8 if odd.source == "busy" else 1.0)
    problems = []
    if (sound.rate, sound.channels) != (odd.heard_rate or odd.rate, odd.channels):
        problems.append(f"{sound.rate} Hz, {sound.channels} channels")
    if not -odd.early - 0.0005 <= sound.seconds - odd.seconds <= odd.late + 0.0005:
        problems.append(f"{sound.seconds:.4f} s, not {odd.seconds} s")
    if abs(np.abs(middle).max() - wanted) > odd.level:
        problems.append(f"a peak of {np.abs(middle).max():.3f}, not {wanted}")
    for place, channel in enumerate(odd.order or range(odd.channels)):
        heard = pitch(middle[:, place], sound.rate)
        if channel >= 0 and abs(heard - (HZ + 100 * channel)) > 4:
            problems.append(f"{heard:.0f} Hz in channel {place}")
    return problems


def test_every_kind_is_heard_whole(heard):
    assert len(heard) > 180
    wrong = {odd.name: wrong_with(odd, heard[odd.name]) for odd in FILES}
    assert {name: problems for name, problems in wrong.items() if problems} == {}


@pytest.mark.parametrize(("start", "end"), [(0.3, 0.6), (0.5, None), (None, 0.4)])
def test_a_segment_is_the_same_samples_as_in_the_whole(files, heard, start, end):
    wrong = []
    for name, path in files.items():
        whole, part = heard[name], read(path, start=start, end=end)
        last = None if end is None else round(end * whole.rate)
        if not np.array_equal(part.samples, whole.samples[round((start or 0.0) * whole.rate) : last]):
            wrong.append(name)
    assert wrong == []


def test_planning_knows_about_how_long_they_are(files):
    guessed = {
        "vbr-bare.mp3",
        "vbr-bare-stereo.mp3",
        "abr-bare.mp3",
        "xing-third.mp3",
        "xing-triple.mp3",
        "zeros-after.mp3",
    }
    unknown = {"unknown-length.flac", "x.latm", "chained.ogg", "chained.opus", "chained-flac.ogg"}
    wrong = {o.name: seconds(str(files[o.name])) for o in FILES if o.name not in guessed | unknown}
    assert {o.name: wrong[o.name] for o in FILES if o.name in wrong and abs(wrong[o.name] - o.seconds) > 0.3} == {}
    assert all(seconds(str(files[name])) > 0 for name in guessed)


@pytest.mark.parametrize(
    ("one", "two"),
    [("rate-44100.mp3", "stereo.mp3"), ("stereo.mp3", "rate-16000.mp3"), ("mono.mp2", "stereo.mp2"), ("mono.aac", "stereo.aac"),
     ("rate-44100.ogg", "rate-16000.ogg"), ("rate-44100.ogg", "stereo.ogg"), ("rate-44100.ogg", "flac.oga"),
     ("rate-48000.opus", "stereo.opus")],
)  # fmt: skip
def test_joined_files_that_differ_are_heard_whole_in_the_form_of_the_first(files, tmp_path, one, two):
    first, second = files[one].read_bytes(), files[two].read_bytes()
    path = tmp_path / f"joined{files[one].suffix}"
    path.write_bytes(first + (reserial(second) if first.startswith(b"OggS") else second))
    alone, joined = read(files[one]), read(path)
    assert (joined.rate, joined.channels) == (alone.rate, alone.channels)
    assert -0.02 < joined.seconds - alone.seconds - read(files[two]).seconds < 0.12  # the second delay is kept
    for place in (0.2, 1.3):
        heard = pitch(joined.samples[round(place * joined.rate) :][: joined.rate // 2, 0], joined.rate)
        assert min(abs(heard - HZ), abs(heard - HZ - 100)) < 5  # stereo in mono has both


@pytest.mark.parametrize("name", ["sox-8bit.wav", "pcm_s16be.aiff", "rate-22050.flac"])
def test_joined_files_of_which_one_would_be_heard_are_refused(files, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(files[name].read_bytes() * 2)
    with pytest.raises(AudioError, match="has a damaged header: it counts"):
        read(path)


@pytest.mark.parametrize("codec", [0x00FF, 0x1600, 0x706D, 0xA106])
def test_aac_with_marks_in_a_wav(files, tmp_path, codec):
    sound = files["mono.aac"].read_bytes()
    form = struct.pack("<HHIIHHH", codec, 1, 44100, 16000, 1, 0, 0)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(sound)) + sound
    (tmp_path / "x.wav").write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    assert np.array_equal(read(tmp_path / "x.wav").samples, read(files["mono.aac"]).samples)


@pytest.mark.parametrize("name", ["channels-6.flac", "sox-6ch.wav", "wavex.wav", "5.1.ogg", "5.1.m4a", "5.1.opus"])
def test_the_places_of_channels_are_known_where_the_file_says_them(files, name):
    assert read(files[name]).layout[:4] == ("FL", "FR", "FC", "LFE")


def test_a_plain_wav_does_not_say_where_its_channels_belong(files, tmp_path):
    import soundfile

    soundfile.write(tmp_path / "plain.wav", np.zeros((800, 6)), 8000)
    whole = read(tmp_path / "plain.wav")
    assert whole.layout == ()


def test_nothing_reaches_the_terminal(files, capfd):
    for path in files.values():
        read(path)
        seconds(str(path))
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not CASES, reason="AUDIOTEST_CASES is not set")
@pytest.mark.parametrize(
    ("name", "length"),
    [("vbr_no_header.mp3", 6.08), ("cbr_no_header.mp3", 6.08), ("m.mp2", 2.01), ("m.aac", 2.04), ("w_GSM610.wav", 2.0)],
)
def test_files_that_were_not_heard_whole(name, length):
    assert abs(read(Path(CASES) / "audio" / name).seconds - length) < 0.01
