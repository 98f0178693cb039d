"""What cannot be heard whole is refused with a sentence that says what the file is, or what is wrong with it."""

import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audiotest.audio.decode import AudioError, read, seconds

CASES = os.environ.get("AUDIOTEST_CASES", "")
TONE = 0.4 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n"
OTHER_THINGS = {
    "pointer.wav": (POINTER, "is a Git LFS pointer.*git lfs pull"),
    "annex.flac": (b"/annex/objects/MD5E-s1--abc.flac\n", "git annex get"),
    "page.mp3": (b"\n<!DOCTYPE html>\n<html><body>404 Not Found</body></html>", "is an HTML page.*fetch it again"),
    "denied.wav": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "is an XML document"),
    "deep.wav": (b"[" * 5000, "is a text file"),
    "denied.mp3": (b'{"error": "login required"}', "is a JSON document"),
    "empty.ogg": (b"", "it is empty"),
    "notes.wav": ("Grüße\n".encode() * 2000, "is a text file"),
    "list.m3u": (b"#EXTM3U\n#EXTINF:1\nfile:///etc/hostname\n", "is a playlist"),
    "script.mp3": (b"ffconcat version 1.0\nfile other.wav\n", "is a text file"),
    "packed.wav": (b"PK\x03\x04" + bytes(100), "is a zip archive"),
    "packed.flac": (b"\x1f\x8b\x08" + bytes(range(200)), "is a gzip archive"),
    "picture.mp3": (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG image"),
    "notes.mid": (b"MThd" + bytes(20), "is a MIDI file"),
    "array.wav": (b"\x93NUMPY\x01\x00" + bytes(100), "is a NumPy array"),
    "sparse.mp3": (bytes(100_000), "begins with 4096 zero bytes"),
    "x.au": (np.arange(9000, dtype=np.int16).tobytes(), "raw samples, or has lost its header"),
    "x.snd": (np.arange(9000, dtype=np.int16).tobytes(), "raw samples, or has lost its header"),
    "x.pcm": (np.arange(9000, dtype=np.int16).tobytes(), "raw samples, or has lost its header"),
    "x.gsm": (np.arange(9000, dtype=np.int16).tobytes(), "raw samples, or has lost its header"),
    "noise.wav": (np.random.default_rng(1).bytes(5000), "no known sound format, or damaged"),
}


def written(kind="WAV", subtype="PCM_16", channels=1):
    out = io.BytesIO()
    soundfile.write(out, np.tile(TONE[:, None], channels), 16000, format=kind, subtype=subtype)
    return bytearray(out.getvalue())


def encoded(folder, container, codec, **options):
    import av

    out = folder / "encoded"
    with av.open(str(out), "w", format=container, options=options) as file:
        stream = file.add_stream(codec, rate=16000, layout="mono", bit_rate=64_000)
        frame = av.AudioFrame.from_ndarray((TONE * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = 16000
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.read_bytes()


def refused(path, content, match):
    path.write_bytes(content)
    with pytest.raises(AudioError, match=match) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    assert seconds(str(path)) >= 0


@pytest.mark.parametrize("name", OTHER_THINGS)
def test_other_things_are_named(tmp_path, name):
    refused(tmp_path / name, *OTHER_THINGS[name])


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.wav")
    with pytest.raises(AudioError, match="a device or a pipe"):
        read(tmp_path / "x.wav")


def test_a_video_without_sound(tmp_path):
    import av

    with av.open(str(tmp_path / "x.mp4"), "w") as file:
        stream = file.add_stream("mpeg4", rate=10, width=32, height=32, pix_fmt="yuv420p")
        for _ in range(3):
            file.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        file.mux(stream.encode(None))
    with pytest.raises(AudioError, match="is a video without sound"):
        read(tmp_path / "x.mp4")


@pytest.mark.parametrize("rate", [0, 999, 768_001, 2**31 - 1])
def test_rates_that_no_sound_has(tmp_path, rate):
    data = written()
    data[24:28] = struct.pack("<I", rate)
    refused(tmp_path / "x.wav", data, f"its rate is {rate} Hz" if rate else "cannot be decoded")


@pytest.mark.parametrize("channels", [0, 65, 5000])
def test_numbers_of_channels_that_no_sound_has(tmp_path, channels):
    data = written()
    data[22:24], data[32:34] = struct.pack("<H", channels), struct.pack("<H", 2 * channels)
    refused(tmp_path / "x.wav", data, "channels|Channel|cannot be decoded")


@pytest.mark.parametrize("frames", [2**36 - 1, 17000])
def test_a_flac_that_claims_more_than_it_has(tmp_path, frames):
    data = written("FLAC")
    data[21], data[22:26] = data[21] & 0xF0 | frames >> 32, struct.pack(">I", frames & 0xFFFFFFFF)
    refused(tmp_path / "x.flac", data, f"is cut short: its header promises {frames} frames and 16000")


def test_headers_that_count_a_part_of_the_sound(tmp_path):
    wav, flac = written(), written("FLAC")
    place = wav.index(b"data") + 4
    wav[place : place + 4] = struct.pack("<I", 200)
    flac[21], flac[22:26] = flac[21] & 0xF0, struct.pack(">I", 100)
    refused(tmp_path / "x.wav", wav, "counts 200 bytes of sound, and 31800 bytes after them")
    refused(tmp_path / "x.flac", flac, "counts 100 frames")


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("WAV", "PCM_16"), ("RF64", "PCM_16"), ("W64", "PCM_16"), ("AIFF", "PCM_16"), ("AU", "PCM_16"), ("CAF", "PCM_16"),
     ("NIST", "PCM_16"), ("SVX", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")],
)  # fmt: skip
def test_half_of_a_file(tmp_path, kind, subtype):
    data = written(kind, subtype)
    refused(tmp_path / f"x.{kind.lower()}", data[: len(data) // 2], "cut short")


@pytest.mark.parametrize(
    ("container", "codec", "options"),
    [("ipod", "aac", {"movflags": "faststart"}), ("mp4", "aac", {"movflags": "frag_keyframe+empty_moov"}),
     ("ipod", "alac", {"movflags": "faststart"}), ("mp4", "aac", {}), ("mov", "aac", {"movflags": "dash"}),
     ("flv", "aac", {}), ("adts", "aac", {}), ("mp2", "mp2", {}), ("mpegts", "aac", {}), ("mpeg", "mp2", {}),
     ("matroska", "libmp3lame", {}), ("asf", "wmav2", {}), ("avi", "libmp3lame", {}), ("wav", "libmp3lame", {})],
)  # fmt: skip
def test_half_of_a_file_of_ffmpegs(tmp_path, container, codec, options):
    data = encoded(tmp_path, container, codec, **options)
    refused(tmp_path / "x.bin", data[: len(data) * 3 // 4], "cut short|cannot be decoded")


@pytest.mark.parametrize(("container", "codec"), [("adts", "aac"), ("mp2", "mp2")])
def test_frames_without_a_header_are_cut_if_the_last_one_is_not_whole(tmp_path, container, codec):
    data = bytes(encoded(tmp_path, container, codec))
    path = tmp_path / "x.bin"
    for after in (b"", bytes(50), b"TAG" + bytes(125)):
        path.write_bytes(data + after)
        whole = read(path).seconds
    for missing in (1, 10, 60):
        refused(path, data[:-missing], rf"is cut short: it ends within a frame, of which {missing} bytes are missing")
    path.write_bytes(data + data)
    assert read(path).seconds == pytest.approx(2 * whole, abs=0.1)


@pytest.mark.parametrize(("container", "codec"), [("mp3", "libmp3lame"), ("adts", "aac"), ("mp2", "mp2")])
def test_a_damaged_beginning_that_loses_most(tmp_path, container, codec):
    data = encoded(tmp_path, container, codec)
    noise = np.random.default_rng(0).bytes(len(data) * 3 // 4)
    refused(tmp_path / f"x.{container}", noise + data[len(noise) :], "damaged")


def test_an_ogg_with_a_damaged_page(tmp_path):
    data = written("OGG", "VORBIS")
    data[-50] ^= 1
    refused(tmp_path / "x.ogg", data, "is damaged: .* in no intact page")


def test_a_wav_without_sound_is_not_one_that_was_streamed(tmp_path):
    soundfile.write(tmp_path / "x.wav", TONE[:0], 16000)
    data = (tmp_path / "x.wav").read_bytes() + b"LIST" + struct.pack("<I", 40) + bytes(40)
    refused(tmp_path / "x.wav", data[:4] + struct.pack("<I", len(data) - 8) + data[8:], "holds no sound")


@pytest.mark.skipif(not CASES, reason="AUDIOTEST_CASES is not set")
def test_the_pointer_that_was_met():
    with pytest.raises(AudioError, match="git lfs pull"):
        read(Path(CASES) / "audio" / "lfs.wav")
