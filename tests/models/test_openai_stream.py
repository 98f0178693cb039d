"""The stream of the adapter ``openai``: what is in flight when, who waits for whom, and how it is stopped."""

import asyncio
import base64
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from endpoint import opened, request

from audiotest.models._openai import sound
from audiotest.models._openai.pace import Pace
from audiotest.types import Reply, Waveform


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def threads():
    return {t for t in threading.enumerate() if t.name.startswith("audiotest-")}


def test_as_many_as_allowed_are_under_way_at_once_and_no_more(server):
    server.gate.clear()
    answers = []
    asked = [request(f"q{i}") for i in range(300)]
    model = opened(server, in_flight=256, timeout=60)
    asking = threading.Thread(target=lambda: answers.extend(model.answer(asked)))
    asking.start()
    wait_for(lambda: server.running == 256)
    server.gate.set()
    asking.join(60)
    assert [reply.text for reply in answers] == [f"reply to q{i}" for i in range(300)]
    assert server.most == 256


def test_each_request_comes_back_with_its_own_reply_as_it_is_there(server):
    asked = [request(text) for text in ("hang a", "b", "always500", "c")]
    outcomes = list(opened(server, retries=1).stream(iter(asked)))
    assert sorted(id(r) for r, _ in outcomes) == sorted(map(id, asked))
    for one, outcome in outcomes:
        assert isinstance(outcome, Exception) if "500" in one.prompt else outcome.text == f"reply to {one.prompt}"
    assert [r.prompt for r, _ in outcomes].index("hang a") == 3  # it hung for its first second


def test_what_is_answered_does_not_wait_for_the_next_request(server):
    came = threading.Event()

    def requests():
        yield request("a")
        assert came.wait(20)
        yield request("b")

    texts = []
    for _, reply in opened(server).stream(requests()):
        texts.append(reply.text)
        came.set()
    assert texts == ["reply to a", "reply to b"]


def test_no_more_is_pulled_than_is_worked_on_however_slow_the_consumer_is(server):
    pulled, most = 0, 0

    def requests():
        nonlocal pulled
        for i in range(30):
            pulled += 1
            yield request(f"q{i}")

    for yielded, _ in enumerate(opened(server, in_flight=4).stream(requests())):
        time.sleep(0.003)
        most = max(most, pulled - yielded)
    assert pulled == 30
    assert 4 <= most <= 5  # the place of one that is being handed over is free already


def test_a_request_that_stands_there_twice_is_asked_twice(server):
    one = request("a")
    assert [reply.text for reply in opened(server).answer([one, request("b"), one])] == [
        "reply to a",
        "reply to b",
        "reply to a",
    ]
    assert server.times == {"a": 2, "b": 1}


def test_nothing_asked_is_nothing_answered(server):
    assert opened(server).answer([]) == []


def test_a_stream_that_is_closed_cancels_what_is_under_way_and_the_next_one_works(server):
    model, before = opened(server, in_flight=8, timeout=60), threads()
    pulled = []
    stream = model.stream(pulled.append(i) or request(f"q{i}" if i == 0 else f"hang {i}") for i in range(100))
    assert next(stream)[1].text == "reply to q0"
    stream.close()
    wait_for(lambda: not threads() - before)
    so_far = len(pulled)
    assert so_far <= 10
    assert [reply.text for reply in model.answer([request("b")])] == ["reply to b"]
    assert len(pulled) == so_far


def test_a_stream_can_be_closed_while_the_next_request_is_being_prepared(server):
    begun, over = threading.Event(), threading.Event()
    pulled, before = [], threads()

    def requests():
        yield request("a")
        begun.set()
        over.wait(30)
        for i in range(3):
            pulled.append(i)
            yield request(f"late {i}")

    stream = opened(server).stream(requests())
    next(stream)
    assert begun.wait(20)
    stream.close()
    over.set()
    wait_for(lambda: not [t for t in threads() - before if t.name == "audiotest-pull"])
    assert len(pulled) <= 1
    assert server.times == {"a": 1}


def test_ctrl_c_ends_it_with_requests_under_way(server):
    server.gate.clear()

    def press():
        wait_for(lambda: server.running == 3)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    model, before = opened(server, timeout=60), threads()
    with pytest.raises(KeyboardInterrupt):
        model.answer([request(f"q{i}") for i in range(3)])
    wait_for(lambda: not threads() - before)


def test_what_the_requests_raise_is_raised_where_the_stream_is_read(server):
    def requests():
        yield request("a")
        raise ZeroDivisionError("in the engine")

    with pytest.raises(ZeroDivisionError, match="in the engine"):
        list(opened(server).stream(requests()))


def test_a_client_that_cannot_be_made_fails_the_stream_at_once(server, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://localhost:1")
    with pytest.raises(Exception, match="cannot create an HTTP client.*gopher"):
        list(opened(server).stream(iter([request("a")])))


@pytest.mark.parametrize(("in_flight", "requests"), [(64, 150), (256, 300)])
def test_a_server_that_takes_eight_at_a_time_answers_all(server, in_flight, requests):
    server.at_once, server.delay = 8, 0.002
    replies = opened(server, in_flight=in_flight, timeout=60, retries=3, wait=0.02).answer(
        [request(f"q{i}") for i in range(requests)]
    )
    assert [type(reply) for reply in replies if not isinstance(reply, Reply)] == []
    assert min(server.times.values()) == 1


def test_a_server_that_becomes_ten_times_slower_loses_nothing(server):
    def requests():
        for i in range(40):
            if i == 20:
                server.delay = 0.05
            yield request(f"q{i}")

    server.delay = 0.005
    outcomes = list(opened(server, in_flight=8).stream(requests()))
    assert {reply.text for _, reply in outcomes} == {f"reply to q{i}" for i in range(40)}
    assert len(server.asked) == 40


def test_refusals_that_belong_together_halve_the_pace_once_and_answers_raise_it():
    pace = Pace(64)
    sent = time.monotonic()
    for _ in range(50):
        pace.slower(sent)
    assert pace.now == 32
    pace.slower(time.monotonic())
    assert pace.now == 16
    for _ in range(2000):
        pace.faster()
    assert pace.now == 64
    for _ in range(20):
        pace.slower(time.monotonic())
    assert pace.now == 1


def test_a_clip_is_encoded_once_for_all_its_questions(server, monkeypatch):
    encoded, real = [], sound.encoded
    monkeypatch.setattr(sound, "encoded", lambda clip, form: encoded.append(clip) or real(clip, form))
    first, second = (Waveform(np.full((800, 1), level, np.float32), 16000) for level in (0.1, 0.2))
    asked = [request(f"q{i}", (clip, first)) for i, clip in enumerate((first, second, first, second))]
    assert all(isinstance(reply, Reply) for reply in opened(server).answer(asked))
    assert len(encoded) == 2
    assert {id(clip) for clip in encoded} == {id(first), id(second)}


def test_a_stream_that_is_closed_while_a_clip_is_being_encoded_leaves_no_word(server, monkeypatch, logged):
    begun, over, ended = (threading.Event() for _ in range(3))

    def slow(clip, form):
        begun.set()
        over.wait(20)
        ended.set()
        return b""

    monkeypatch.setattr(sound, "encoded", slow)
    clip, before = Waveform(np.zeros((800, 1), np.float32), 16000), threads()
    stream = opened(server).stream(iter([request("a"), request("b", (clip,))]))
    assert next(stream)[1].text == "reply to a"
    assert begun.wait(20)
    stream.close()
    over.set()
    assert ended.wait(20)
    wait_for(lambda: not threads() - before)
    assert [record.getMessage() for record in logged if record.name not in ("httpx", "httpcore")] == []


@pytest.mark.parametrize("kept", [0, 2, 10])
def test_what_is_kept_of_encoded_clips_is_bounded_and_right(kept):
    clips = [Waveform(np.full((800, 1), i / 10, np.float32), 16000) for i in range(5)]
    size = len(sound.encoded(clips[0], "wav"))

    async def all_of(known):
        return [await known.get(clip) for _ in range(2) for clip in clips]

    with ThreadPoolExecutor(1) as workers:
        known = sound.Clips("wav", workers, kept * size)
        data = asyncio.run(all_of(known))
    assert [base64.b64decode(d)[-2:] for d in data[:5]] == [
        int(i / 10 * 32768 + 0.5).to_bytes(2, "little") for i in range(5)
    ]
    assert data[:5] == data[5:]
    assert known.bytes_kept <= max(1, kept) * size


def test_a_conversation_goes_on_with_the_models_own_reply(server, tmp_path):
    import audiotest

    rows = "".join(
        f"  - {{id: c{i}, question: Q{i}?, choices: [x, y], answer: x, audio: {{synth: {{tone: {{hz: 440, seconds: 0.1}}}}}}}}\n"
        for i in range(20)
    )
    turns = '[{user: "first {{ question }}"}, {assistant: "{{ reply }}"}, {user: "then {{ question }}"}]'
    (tmp_path / "s.yaml").write_text(f"suite: s\nmessages: {turns}\ncases:\n{rows}")
    run = audiotest.run(tmp_path / "s.yaml", opened(server, in_flight=4), cache=False)
    assert [r.reply.text for r in run.records] == [f"reply to then Q{i}?" for i in range(20)]
    assert len(server.asked) == 40
    talks = [data["messages"] for data in server.asked if len(data["messages"]) == 3]
    assert sorted(talk[1]["content"] for talk in talks) == sorted(f"reply to first Q{i}?" for i in range(20))
    assert all(talk[0]["content"][0]["type"] == "input_audio" for talk in talks)
    assert all(talk[1]["content"] == f"reply to {talk[0]['content'][1]['text']}" for talk in talks)
