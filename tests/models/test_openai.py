"""The adapter ``openai`` against a server here: what it sends, whom it asks again, and how it is opened."""

import base64
import io
import socket

import numpy as np
import pytest
import soundfile
from endpoint import KEY, ask, opened, request

from audiotest.models.loading import ModelError, open_model
from audiotest.models.protocol import Unavailable
from audiotest.types import Reply, Waveform


@pytest.mark.parametrize("trouble", ["busy", "broken", "hang", "cut", "partial", "nogzip"])
def test_a_server_in_trouble_is_asked_again_and_costs_nobody_else(server, trouble):
    replies = ask(server, "a", f"{trouble} b", "c")
    assert [r.text for r in replies] == ["reply to a", f"reply to {trouble} b", "reply to c"]
    assert server.times == {"a": 1, f"{trouble} b": 2, "c": 1}
    assert [r.details.get("attempts") for r in replies] == [None, 2, None]
    if trouble == "busy":  # it asked for 0.3 s
        before, after = (at for text, at in server.arrivals if trouble in text)
        assert after - before >= 0.3


def test_what_does_not_get_better_is_not_asked_again_and_the_key_stays_secret(server):
    server.odd = (413, b"too large")
    good, unauthorised, toolong = ask(server, "a", "unauthorised", "odd")
    assert isinstance(good, Reply)
    assert isinstance(unauthorised, Unavailable)
    assert "set $OPENAI_API_KEY" in str(unauthorised)
    assert KEY not in str(unauthorised)
    assert "[key]" in str(unauthorised)
    assert "too long for this server" in str(toolong)
    assert server.times["unauthorised"] == server.times["odd"] == 1
    assert server.keys == {f"Bearer {KEY}"}


@pytest.mark.parametrize("status", [200, 400, 500])
def test_no_part_of_a_key_is_reported_wherever_the_servers_words_are_cut(server, status):
    replies = ask(server, *(f"echo {status} {before}" for before in range(100, 310, 15)), retries=0)
    assert not [reply for reply in replies if KEY[:6] in str(reply)]
    assert "[key]" in str(replies[0])


def test_it_gives_up_after_its_retries(server):
    (error,) = ask(server, "always500", retries=3)
    assert "answered 500" in str(error)
    assert server.times["always500"] == 4


def test_nobody_at_the_url_is_one_and_the_same_error_for_all():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = open_model(f"openai:m@http://127.0.0.1:{port}/v1", {"wait": "0.05"})
    replies = model.answer([request(f"q{i}") for i in range(50)])
    assert all(isinstance(reply, Unavailable) for reply in replies)
    (text,) = {str(reply) for reply in replies}
    assert "is the server up?" in text


@pytest.mark.parametrize("part", ["input_audio", "audio_url"])
def test_what_is_sent(server, part):
    clip = Waveform(np.zeros((160, 1), np.float32), 16000)
    ask(server, request("q\ud83d", (clip, clip), temperature=0.7, top_p=0.9, stop=("END",), system="Listen.", max_new_tokens=33),
        audio=part, max_tokens_as="max_completion_tokens")  # fmt: skip
    (sent,) = server.asked
    system, user = sent["messages"]
    assert system == {"role": "system", "content": "Listen."}
    assert [p["type"] for p in user["content"]] == [part, part, "text"]
    assert (sent["max_completion_tokens"], sent["temperature"], sent["top_p"], sent["stop"]) == (33, 0.7, 0.9, ["END"])
    assert 0 <= sent["seed"] < 2**31
    if part == "input_audio":
        assert user["content"][0]["input_audio"]["format"] == "wav"
    else:
        assert user["content"][0]["audio_url"]["url"].startswith("data:audio/wav;base64,UklGR")
    server.asked.clear()
    ask(server, "plain")
    assert server.asked[0]["messages"] == [{"role": "user", "content": "plain"}]
    assert "seed" not in server.asked[0]


@pytest.mark.parametrize(
    ("form", "container", "subtype", "media"),
    [
        ("wav", "WAV", "PCM_16", "wav"),
        ("flac", "FLAC", "PCM_16", "flac"),
        ("mp3", "MP3", "MPEG_LAYER_III", "mpeg"),
    ],
)
def test_sound_has_16_bits_on_the_wire_in_the_form_that_was_asked_for(server, form, container, subtype, media):
    # What was 16 bits in a file, both ends of the range included, and a sample beyond them.
    whole = np.arange(-32768, 32768, 7, dtype=np.int32)
    samples = np.append(whole, 40000).astype(np.float32)[:, None] / 32768
    clip = Waveform(samples, 16000)
    ask(server, request("q", (clip,)), request("r", (clip,)), audio="audio_url", audio_format=form)
    urls = {data["messages"][0]["content"][0]["audio_url"]["url"] for data in server.asked}
    (url,) = urls  # the same sound for both questions
    head, _, data = url.partition(",")
    assert head == f"data:audio/{media};base64"
    with soundfile.SoundFile(io.BytesIO(base64.b64decode(data))) as file:
        assert (file.format, file.subtype, file.samplerate) == (container, subtype, 16000)
        decoded = file.read(dtype="int16")
    if form != "mp3":
        assert np.array_equal(decoded, np.append(whole, 32767))


def test_a_clip_that_the_form_does_not_hold_costs_its_own_request(server):
    odd = Waveform(np.zeros((160, 1), np.float32), 17000)
    error, reply = ask(server, request("q", (odd,)), "r", audio_format="mp3")
    assert "mp3 cannot hold a clip of 1 channels at 17000 Hz" in str(error)
    assert reply.text == "reply to r"


def test_what_decides_replies_is_in_the_identity(server):
    same, other = opened(server, in_flight=3, retries=1), opened(server, audio_format="flac")
    assert opened(server).identity == same.identity != other.identity
    assert opened(server).identity.startswith("openai 3 ")  # 2 sent other bytes


def test_a_server_of_this_machine_is_asked_past_a_proxy(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert [reply.text for reply in ask(server, "one")] == ["reply to one"]


def test_requests_a_minute_are_kept_from_stream_to_stream(server):
    model = opened(server, per_minute=600)
    for i in range(2):
        assert isinstance(model.answer([request(f"a{i}"), request(f"b{i}")])[0], Reply)
    times = [at for _, at in server.arrivals]
    assert times[-1] - times[0] >= 0.28


@pytest.mark.parametrize(
    ("argument", "options", "message"),
    [
        ("openai", {}, "needs a model"),
        ("openai:m", {"in_fligth": "3"}, "did you mean 'in_flight'"),
        ("openai:m", {"in_flight": "many"}, "kind int"),
        ("openai:m", {"in_flight": "0"}, "at least 1"),
        ("openai:m", {"in_flight": "100000"}, "at most 4096"),
        ("openai:m", {"retries": "-1"}, "at least 0"),
        ("openai:m", {"url": "localhost:8000/v1"}, "such as http://"),
        ("openai:m", {"url": "http://localhost:port/v1"}, "such as http://"),
        ("openai:m@http:/here", {}, "such as http://"),
        ("openai:m@http://here/v1?key=secret", {}, "holds no `\\?...`"),
        ("openai:m", {"audio": "file"}, "one of input_audio, audio_url"),
        ("openai:m", {"audio_format": "ogg"}, "one of wav, flac, mp3"),
        ("openai:m", {"audio_format": "mp3", "sample_rate": "17000"}, "mp3 holds one or two channels at 8000"),
    ],
)
def test_options_that_cannot_be(argument, options, message):
    with pytest.raises(ModelError, match=message):
        open_model(argument, options)
