"""Whatever bytes a file holds, it is heard or refused, in bounded memory and time, and nothing reaches the terminal."""

import multiprocessing
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiotest.audio.decode import AudioError, fingerprint, read, seconds
from bench import sounds

ROOT = Path(__file__).resolve().parents[2]
WHOLE = dict(sounds.sounds(0.2))
MAGIC = [data[:64] for data in WHOLE.values()]


def heard_or_refused(path):
    try:
        clip = read(path)
    except AudioError as error:
        sentence = str(error)
    else:
        sentence = ""
    if sentence:
        assert str(path) in sentence
        return
    assert clip.samples.dtype == np.float32
    assert clip.samples.size
    assert np.isfinite(clip.samples).all()
    assert 1000 <= clip.rate <= 768_000


def test_broken_sounds_cost_neither_memory_nor_the_process(interpreter):
    multiprocessing.set_executable(interpreter)  # a process that is forked elsewhere does not get its pipe
    figures = sounds.run(160, seed=20)
    assert figures["other"] == {}
    assert figures["heard"] + figures["refused"] == figures["tried"] == 160
    assert figures["heard"] > 10
    assert figures["refused"] > 40
    assert figures["peak_mb"] < 300


def test_the_harness_sees_what_is_wrong(monkeypatch):
    """Its figures are not all zero by construction: a reader that does not refuse is counted."""
    code = (
        "import json, audiotest.audio.decode as d\n"
        "def read(path): raise KeyError(path)\n"
        "d.read = read\n"
        "from bench import sounds\n"
        "class Pipe:\n"
        "    def send(self, row): print(row[0])\n"
        "    def close(self): pass\n"
        "sounds._listen(2, 0, Pipe())\n"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out.split("\n")[1].startswith("KeyError in WAV-PCM_16")


def test_a_flac_bomb_is_not_unpacked(tmp_path, monkeypatch):
    from audiotest.audio._files import clip

    monkeypatch.setattr(clip, "MOST_BYTES", 1 << 20)
    soundfile.write(tmp_path / "x.flac", np.zeros((400_000, 1)), 16000)
    assert (tmp_path / "x.flac").stat().st_size < 20_000
    with pytest.raises(AudioError, match="decodes to more than"):
        read(tmp_path / "x.flac")
    assert read(tmp_path / "x.flac", start=20, end=21).seconds == 1.0


@pytest.mark.parametrize("name", WHOLE)
def test_every_sound_that_is_broken_was_whole(tmp_path, name):
    path = tmp_path / f"x.{name.split('-')[0].lower()}"
    path.write_bytes(WHOLE[name])
    assert 0.15 <= read(path).seconds <= 0.35


@settings(deadline=5000, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 2**32))
def test_truncated_and_flipped_files(tmp_path, name, seed):
    path = tmp_path / f"x.{name.split('-')[0].lower()}"
    path.write_bytes(sounds.broken(WHOLE[name], random.Random(seed)))
    heard_or_refused(path)
    assert seconds(str(path)) >= 0


@settings(deadline=5000, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([b"", *MAGIC]),
    st.binary(max_size=3000),
    st.sampled_from(["wav", "mp3", "ogg", "m4a", "sph", "mat", "bin"]),
)
def test_random_bytes(tmp_path, magic, content, suffix):
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(magic[: len(content) % 64] + content)
    heard_or_refused(path)


@settings(deadline=5000, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 0.4), st.floats(0, 0.4))
def test_any_segment(tmp_path, name, start, end):
    path = tmp_path / f"{name}.{name.split('-')[0].lower()}"
    path.write_bytes(WHOLE[name])
    whole = read(path)
    first, last = round(start * whole.rate), round(end * whole.rate)
    if first < last <= len(whole.samples):
        assert np.array_equal(read(path, start=start, end=end).samples, whole.samples[first:last])
    else:
        with pytest.raises(AudioError, match="has no segment"):
            read(path, start=start, end=end)


def test_files_are_read_in_several_threads_at_once(tmp_path):
    paths = []
    for name, data in WHOLE.items():
        paths.append(tmp_path / f"{name}.{name.split('-')[0].lower()}")
        paths[-1].write_bytes(data)
    alone = [read(path).samples for path in paths]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda path: read(path).samples, paths * 4))
    assert all(np.array_equal(a, b) for a, b in zip(alone * 4, together, strict=True))
    assert len({fingerprint(path) for path in paths}) == len(paths)


def test_nothing_reaches_the_terminal(tmp_path, capfd):
    for number, (name, data) in enumerate(WHOLE.items()):
        for seed in range(3):
            path = tmp_path / f"x.{name.split('-')[0].lower()}"
            path.write_bytes(sounds.broken(data, random.Random(f"{number} {seed}")))
            heard_or_refused(path)
            seconds(str(path))
    assert capfd.readouterr() == ("", "")
