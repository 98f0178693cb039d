"""The adapter ``openai`` against a server here that misbehaves in every way that servers do."""

import http.server
import json
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from audiotest.models.loading import ModelError, open_model
from audiotest.types import Generation, Reply, Request, Waveform

KEY = "sk-very-secret-key-0123456789"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.asked, self.times = [], {}
        self.running = self.most = 0
        self.keys = set()
        self.delay, self.hang, self.answered = 0.0, 1.5, 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = data["messages"][-1]["content"]
        text = content if isinstance(content, str) else content[-1]["text"]
        with server.lock:
            server.asked.append(data)
            server.keys.add(self.headers.get("Authorization"))
            count = server.times[text] = server.times.get(text, 0) + 1
            server.running += 1
            server.most = max(server.most, server.running)
        try:
            time.sleep(server.delay)
            self.misbehave(text, count) or self.send(200, completion(f"reply to {text}"))
        finally:
            with server.lock:
                server.running -= 1

    def misbehave(self, text, count):
        server = self.server
        first = count == 1
        if "busy" in text and first:
            self.send(429, b"slow down", {"Retry-After": "0.3"})
        elif ("broken" in text and first) or "always500" in text:
            self.send(500, b"oops")
        elif "hang" in text and first:
            time.sleep(server.hang)
            self.send(200, completion("too late"))
        elif "cut" in text and first:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif "partial" in text and first:
            self.send_response(200)
            self.send_header("Content-Length", "500")
            self.end_headers()
            self.wfile.write(b'{"choices": [')
            self.close_connection = True
        elif "nojson" in text and first:
            self.send(200, b"<html>gateway</html>")
        elif "nogzip" in text and first:
            self.send(200, completion("cannot be unpacked"), {"Content-Encoding": "gzip"})
        elif "nochoices" in text and first:
            self.send(200, b'{"choices": []}')
        elif "unauthorised" in text:
            self.send(401, json.dumps({"error": f"Incorrect API key provided: {KEY}"}).encode())
        elif "echo" in text:
            self.send(int(text.split()[1]), json.dumps({"error": f"{'x' * int(text.split()[2])} {KEY}"}).encode())
        elif "toolong" in text:
            self.send(413, b"too large")
        elif "ponders" in text:
            self.send(200, completion("<think>It rings, so (B)", finish="length"))
        elif "thinks" in text:
            self.send(200, completion("<think>It rings.</think>\n(B) a bell"))
        elif "silent" in text:
            self.send(200, b'{"choices": [{"message": {"role": "assistant"}, "finish_reason": "length"}]}')
        elif "parts" in text:
            self.send(200, completion([{"type": "text", "text": "a bell, "}, {"type": "text", "text": "twice"}]))
        elif "nothing" in text:
            self.send(200, completion(None, finish="length"))
        else:
            return False
        return True

    def send(self, status, data, headers=None):
        self.send_response(status)
        for key, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)
        with self.server.lock:
            self.server.answered += 1

    def log_message(self, *arguments):
        pass


def completion(text, finish="stop"):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}],
                       "usage": {"prompt_tokens": 120, "completion_tokens": 7}}).encode()  # fmt: skip


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    made = Server()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{made.server_port}/v1"
    yield made
    made.shutdown()
    made.server_close()


def request(text, audio=(), **generation):
    return Request(suite="s", case=text, condition="original", prompt=text, question=text, audio=audio,
                   generation=Generation(**generation), seed=2**40 + 5)  # fmt: skip


def ask(server, *texts, **options):
    options = {"wait": 0.01, "timeout": 1.0, **options}
    model = open_model(f"openai:m@{server.url}", {k: str(v) for k, v in options.items()})
    model.load()
    return model.answer([t if isinstance(t, Request) else request(t) for t in texts])


@pytest.mark.parametrize("trouble", ["busy", "broken", "hang", "cut", "partial", "nojson", "nogzip", "nochoices"])
def test_a_server_in_trouble_is_asked_again_and_costs_nobody_else(server, trouble):
    started = time.monotonic()
    replies = ask(server, "a", f"{trouble} b", "c")
    assert [r.text for r in replies] == ["reply to a", f"reply to {trouble} b", "reply to c"]
    assert server.times == {"a": 1, f"{trouble} b": 2, "c": 1}
    if trouble == "busy":
        assert time.monotonic() - started >= 0.3


def test_what_does_not_get_better_is_not_asked_again_and_the_key_stays_secret(server):
    good, unauthorised, toolong = ask(server, "a", "unauthorised", "toolong")
    assert isinstance(good, Reply)
    assert "set $OPENAI_API_KEY" in str(unauthorised)
    assert KEY not in str(unauthorised)
    assert "[key]" in str(unauthorised)
    assert "too long for this server" in str(toolong)
    assert server.times["unauthorised"] == server.times["toolong"] == 1
    assert server.keys == {f"Bearer {KEY}"}


@pytest.mark.parametrize("status", [200, 400, 500])
def test_no_part_of_a_key_is_told_wherever_the_servers_words_are_cut(server, status):
    replies = ask(server, *(f"echo {status} {before}" for before in range(100, 310, 15)), retries=0)
    assert not [reply for reply in replies if KEY[:6] in str(reply)]
    assert "[key]" in str(replies[0])


def test_a_message_without_content_is_an_empty_reply_and_not_asked_for_again(server):
    (reply,) = ask(server, "silent")
    assert (reply.text, reply.finish, reply.details) == ("", "length", {"empty": True})
    assert server.times["silent"] == 1


def test_a_message_of_several_parts_is_their_text(server):
    assert ask(server, "parts")[0].text == "a bell, twice"


def test_it_gives_up_after_its_retries(server):
    (error,) = ask(server, "always500", retries=3)
    assert "answered 500" in str(error)
    assert server.times["always500"] == 4


def test_nobody_at_the_url_is_said_at_once():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = open_model(f"openai:m@http://127.0.0.1:{port}/v1", {"wait": "0.05"})
    started = time.monotonic()
    replies = model.answer([request(f"q{i}") for i in range(50)])
    assert time.monotonic() - started < 5
    assert all("is the server up?" in str(reply) for reply in replies)


def test_256_requests_are_under_way_at_once(server):
    server.delay = 2.0  # also a busy machine has sent them all by then
    replies = ask(server, *(f"q{i}" for i in range(512)), in_flight=256, timeout=60)
    assert all(isinstance(r, Reply) for r in replies)
    assert 200 <= server.most <= 256


def test_a_busy_server_gets_fewer_at_once(server):
    server.delay = 0.02
    ask(server, *(f"busy {i}" for i in range(40)), in_flight=20, timeout=20)
    assert len(server.asked) == 80


def test_requests_a_minute_are_kept(server):
    started = time.monotonic()
    ask(server, *(f"q{i}" for i in range(6)), per_minute=600)
    assert time.monotonic() - started >= 0.45


def test_requests_a_minute_are_kept_from_batch_to_batch(server):
    model = open_model(f"openai:m@{server.url}", {"per_minute": "600"})
    started = time.monotonic()
    for i in range(6):
        assert isinstance(model.answer([request(f"q{i}")])[0], Reply)
    assert time.monotonic() - started >= 0.45


@pytest.mark.parametrize("part", ["input_audio", "audio_url"])
def test_what_is_sent(server, part):
    clip = Waveform(np.zeros((160, 1), np.float32), 16000)
    ask(server, request("q", (clip, clip), temperature=0.7, top_p=0.9, stop=("END",), system="Listen.", max_new_tokens=33),
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


def test_replies_tell_thinking_tokens_cost_and_emptiness(server):
    thinks, nothing, cut = ask(server, "thinks", "nothing", "ponders", input_price=2.5, output_price=10)
    assert (thinks.text, thinks.details["thinking"]) == ("(B) a bell", "It rings.")
    assert thinks.raw == "<think>It rings.</think>\n(B) a bell"
    assert thinks.details["cost"] == pytest.approx((120 * 2.5 + 7 * 10) / 1e6)
    assert thinks.seconds > 0
    assert (nothing.text, nothing.finish, nothing.details["empty"]) == ("", "length", True)
    assert (cut.text, cut.details["thinking"], cut.details["empty"]) == ("", "It rings, so (B)", True)
    assert cut.raw == "<think>It rings, so (B)"


def test_a_run_goes_on_where_it_was_and_holds_no_key(server, pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    cases = "".join(
        f"  - {{id: c{i}, question: Q{i}{' always500' if i == 3 else ''}?, reference: x}}\n" for i in range(9)
    )
    (pytester.path / "s.yaml").write_text(
        f"suite: s\nprompt: question\nconditions: [original: recorded]\ncases:\n{cases}"
    )
    options = ("--model", f"openai:m@{server.url}", "--model-option", "wait=0.01", "--model-option", "retries=1")
    result = pytester.runpytest_subprocess("s.yaml", *options, "--results", "out")
    result.assert_outcomes(passed=8, errors=1)
    result.stdout.fnmatch_lines(["*answered 500*"])
    before = len(server.asked)
    again = pytester.runpytest_subprocess("s.yaml", *options, "--results", "out")
    again.assert_outcomes(passed=8, errors=1)
    assert len(server.asked) - before == 2  # the one without a reply, twice
    for path in pytester.path.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def test_an_interruption_loses_nothing_that_was_answered(server, pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    cases = "".join(f"  - {{id: c{i}, question: Q{i}{' hang' if i == 3 else ''}?, reference: x}}\n" for i in range(9))
    (pytester.path / "s.yaml").write_text(
        f"suite: s\nprompt: question\nconditions: [original: recorded]\ncases:\n{cases}"
    )
    command = [sys.executable, "-m", "pytest", "s.yaml", "--model", f"openai:m@{server.url}"]
    server.hang = 60
    running = pytester.popen(command, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while server.answered < 8:
        assert time.monotonic() < deadline, "the run did not start"
        time.sleep(0.02)
    time.sleep(1.0)  # until what was sent is read
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 2
    server.asked.clear()
    pytester.runpytest_subprocess(*command[3:]).assert_outcomes(passed=9)
    assert ["hang" in data["messages"][0]["content"] for data in server.asked] == [True]


@pytest.mark.parametrize(
    ("argument", "options", "said"),
    [
        ("openai", {}, "needs a model"),
        ("openai:m", {"in_fligth": "3"}, "did you mean 'in_flight'"),
        ("openai:m", {"in_flight": "many"}, "kind int"),
        ("openai:m", {"in_flight": "0"}, "at least 1"),
        ("openai:m", {"retries": "-1"}, "at least 0"),
        ("openai:m", {"url": "localhost:8000/v1"}, "such as http://"),
        ("openai:m@http:/here", {}, "such as http://"),
        ("openai:m", {"audio": "file"}, "one of input_audio, audio_url"),
    ],
)
def test_options_that_cannot_be(argument, options, said):
    with pytest.raises(ModelError, match=said):
        open_model(argument, options)
