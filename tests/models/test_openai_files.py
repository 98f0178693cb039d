"""Files that go over the wire as they are, and what of a file never does: tags, titles, pictures, labels."""

import base64
import io
import struct

import numpy as np
import pytest
import soundfile
from endpoint import ask, request
from hypothesis import given
from hypothesis import strategies as st

from audiotest.audio import decode
from audiotest.models._openai.as_it_is import without_tags
from audiotest.models._openai.sound import encoded

SECRET = b"the answer is a violin"
TONE = (0.3 * np.sin(np.arange(8000) / 9)).astype(np.float32)
STEREO = np.stack([TONE, -TONE / 2], axis=1)


def sent(clip, form):
    return base64.b64decode(encoded(clip, form))


def samples(data, **form):
    return soundfile.read(io.BytesIO(data), dtype="int16", **form)[0]


def written(path, sound=TONE, rate=16000, **form):
    soundfile.write(path, sound, rate, **form)
    return path.read_bytes()


def chunk(name, content):
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def riff(*chunks):
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


def parts_of(wav):
    """The chunks of a wav that holds two."""
    return wav[12:36], wav[36:]


@pytest.mark.parametrize("sound", [TONE, STEREO])
@pytest.mark.parametrize("form", ["wav", "flac", "mp3"])
def test_a_file_that_is_asked_for_as_what_it_is_goes_byte_for_byte(tmp_path, form, sound):
    path = tmp_path / f"a.{form}"
    data = written(path, sound, format=form.upper())
    whole = decode.read(path)
    assert sent(decode.conform(whole, rate=16000, channels=sound.ndim), form) == data
    for changed in (
        decode.conform(whole, rate=8000),
        decode.read(path, end=0.3),
        decode.conform(whole, channels=3 - sound.ndim),
    ):
        assert changed.file == ""
        assert sent(changed, form) != data
    for other in {"wav", "flac", "mp3"} - {form}:
        assert sent(whole, other) != data


def test_a_flac_of_another_encoder_is_not_encoded_again(tmp_path):
    import subprocess

    path = tmp_path / "a.wav"
    data = written(path)
    flac = tmp_path / "b.flac"
    subprocess.run(["sox", path, "-C", "0", "--comment", "", flac], check=True)
    assert sent(decode.read(flac), "flac") == flac.read_bytes()
    assert len(flac.read_bytes()) > len(sent(decode.read(path), "flac"))  # which compresses better
    assert np.array_equal(samples(sent(decode.read(flac), "flac")), samples(data))


@pytest.mark.parametrize("subtype", ["PCM_24", "PCM_U8", "FLOAT", "ULAW"])
def test_a_wav_of_other_samples_is_sent_with_16_bits(tmp_path, subtype):
    data = written(tmp_path / "a.wav", subtype=subtype)
    out = sent(decode.read(tmp_path / "a.wav"), "wav")
    assert out != data
    assert soundfile.info(io.BytesIO(out)).subtype == "PCM_16"


def with_tags(kind, data):
    form, sound = parts_of(data)
    info = chunk(b"LIST", b"INFO" + chunk(b"INAM", SECRET))
    label = chunk(b"LIST", b"adtl" + chunk(b"labl", struct.pack("<I", 1) + SECRET))
    return {
        "info": riff(form, info, sound),
        "label": riff(form, sound, chunk(b"cue ", struct.pack("<I6I", 1, 1, 0, 0, 0, 0, 0)), label),
        "bext": riff(chunk(b"bext", SECRET.ljust(602, b"\0")), form, sound),
        "id3": riff(form, sound, chunk(b"id3 ", b"ID3\3\0\0" + SECRET)),
        "junk": riff(form, chunk(b"JUNK", SECRET), sound),
        "after": riff(form, sound) + SECRET,
        "large": riff(form, sound, chunk(b"LIST", b"INFO" + chunk(b"ICMT", SECRET * 10_000))),
        "cut": riff(form, sound, b"fmt " + struct.pack("<I", 16) + SECRET[:8]),
    }[kind]


@pytest.mark.parametrize("kind", ["info", "label", "bext", "id3", "junk", "after", "large", "cut"])
def test_what_a_wav_says_about_its_sound_stays_here(tmp_path, kind):
    path = tmp_path / "a.wav"
    plain = written(path)
    path.write_bytes(with_tags(kind, plain))
    out = sent(decode.read(path), "wav")
    assert SECRET not in out
    assert np.array_equal(samples(out), samples(plain))


def block(kind, content, last=False):
    return bytes([kind | 0x80 * last]) + len(content).to_bytes(3, "big") + content


@pytest.mark.parametrize("kind", [1, 2, 4, 5, 6, 126])
def test_what_a_flac_says_about_its_sound_stays_here(tmp_path, kind):
    path = tmp_path / "a.flac"
    plain = written(path)
    title = b"TITLE=" + SECRET
    comments = struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(title)) + title
    picture = struct.pack(">III", 3, 0, len(SECRET)) + SECRET + bytes(20)
    track = bytes(8) + b"\xff" + bytes(27)
    cues = SECRET.ljust(128, b"\0") + bytes(8 + 259) + b"\1" + track
    content = {2: b"test" + SECRET, 4: comments, 5: cues, 6: picture}.get(kind, SECRET)
    path.write_bytes(plain[:42] + block(kind, content) + plain[42:])  # after STREAMINFO, which is never the last
    out = sent(decode.read(path), "flac")
    assert SECRET not in out
    assert np.array_equal(samples(out), samples(plain))


@pytest.mark.parametrize("tag", ["id3v1", "id3v2", "ape"])
def test_a_flac_with_a_tag_behind_its_sound_is_encoded(tmp_path, tag):
    path = tmp_path / "a.flac"
    plain = written(path)
    path.write_bytes(plain + {"id3v1": ID3V1, "id3v2": id3v2(SECRET), "ape": ape(SECRET)}[tag])
    out = sent(decode.read(path), "flac")
    assert SECRET not in out
    assert np.array_equal(samples(out), samples(plain))


def id3v2(content, footer=False):
    size = bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0))
    head = b"ID3\4\0" + bytes([0x10 * footer]) + size
    return head + content + (b"3DI" + head[3:] if footer else b"")


def ape(content, head=True):
    size = struct.pack("<I", len(content) + 32)
    mark = lambda flags: b"APETAGEX" + struct.pack("<I", 2000) + size + struct.pack("<II", 1, flags) + bytes(8)  # noqa: E731
    return (mark(0xA0000000) if head else b"") + content + mark(0x80000000 if head else 0)


ID3V1 = b"TAG" + SECRET.ljust(125, b"\0")
before = st.lists(st.sampled_from([id3v2(SECRET), id3v2(b"", footer=True), id3v2(SECRET, footer=True)]), max_size=3)
after = st.lists(st.sampled_from([ID3V1, ape(SECRET), ape(SECRET, head=False), id3v2(SECRET, footer=True)]), max_size=3)


@given(before, after)
def test_an_mp3_goes_without_its_tags(heads, tails):
    frames = b"\xff\xfb\x90\x00" + bytes(1000)
    assert without_tags(b"".join(heads) + frames + b"".join(tails)) == frames


@given(
    st.binary(max_size=200),
    st.sampled_from(
        [b"", ID3V1, b"ID3\4\0\0\x7f\x7f\x7f\x7f", ape(b"")[:40], b"APETAGEX" + b"\xff" * 24, b"APETAGEX" + bytes(24)]
    ),
)
def test_tags_that_lie_are_no_more_than_what_is_there(data, tag):
    for whole in (data + tag, tag + data):
        assert without_tags(whole) in whole


def test_a_tagged_mp3_sounds_the_same_and_one_with_a_tag_within_is_encoded(tmp_path):
    path = tmp_path / "a.mp3"
    plain = written(path, format="MP3")
    path.write_bytes(id3v2(SECRET) + plain + ape(SECRET) + ID3V1)
    assert sent(decode.read(path), "mp3") == plain
    lyrics = b"LYRICSBEGIN" + SECRET + b"%06dLYRICS200" % (11 + len(SECRET))
    for within in (plain + id3v2(SECRET) + plain, plain + lyrics + ID3V1):
        path.write_bytes(within)
        out = sent(decode.read(path), "mp3")
        assert SECRET not in out
        assert soundfile.info(io.BytesIO(out)).format == "MP3"


def test_a_wav_arrives_at_the_server_as_it_is(server, tmp_path):
    data = written(tmp_path / "a.wav")
    ask(server, request("q", (decode.read(tmp_path / "a.wav"),)))
    [part] = [p for p in server.asked[0]["messages"][0]["content"] if p["type"] == "input_audio"]
    assert base64.b64decode(part["input_audio"]["data"]) == data


def test_a_condition_that_keeps_the_name_of_the_file_does_not_send_the_file(tmp_path):
    from dataclasses import replace

    from audiotest.predict.sound import _placed

    written(tmp_path / "a.wav")
    sound = decode.read(tmp_path / "a.wav")
    assert _placed(replace(sound, samples=sound.samples / 2), sound).file == ""
    assert _placed(sound, sound).file == sound.file
