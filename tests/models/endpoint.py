"""A chat endpoint for tests: a real server in threads here, which misbehaves by what it is asked."""

import http.server
import json
import socket
import threading
import time

from audiotest.models.loading import open_model
from audiotest.types import Generation, Request

KEY = "sk-very-secret-key-0123456789"


class Server(http.server.ThreadingHTTPServer):
    """``odd``: (status, body, headers) for prompts with ``odd``, the first time only if ``odd_once``. ``at_once``: more
    than so many requests at a time are refused with 429. ``gate``: nothing is answered while it is closed."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port=0, handler=None):
        super().__init__(("127.0.0.1", port), handler or Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.lock = threading.Lock()
        self.asked, self.times, self.arrivals = [], {}, []
        self.running = self.most = self.answered = 0
        self.keys, self.cookies = set(), set()
        self.delay, self.at_once, self.odd, self.odd_once = 0.0, 10**6, None, False
        self.gate = threading.Event()
        self.gate.set()

    def handle_error(self, request, address):
        """A client that hung up is no news here."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = data["messages"][-1]["content"]
        text = content if isinstance(content, str) else content[-1]["text"]
        with server.lock:
            server.asked.append(data)
            server.arrivals.append((text, time.monotonic()))
            server.keys.add(self.headers.get("Authorization"))
            server.cookies.add(self.headers.get("Cookie"))
            count = server.times[text] = server.times.get(text, 0) + 1
            server.running += 1
            server.most = max(server.most, server.running)
            full = server.running > server.at_once
        try:
            if full:
                self.send(429, b"at capacity")
            else:
                server.gate.wait(30)
                time.sleep(server.delay)
                self.misbehave(text, count) or self.send(200, completion(f"reply to {text}"))
        finally:
            with server.lock:
                server.running -= 1

    def misbehave(self, text, count):
        first = count == 1
        if "odd" in text and self.server.odd and (first or not self.server.odd_once):
            self.send(*self.server.odd)
        elif "busy" in text and first:
            self.send(429, b"slow down", {"Retry-After": "0.3"})
        elif ("broken" in text and first) or "always500" in text:
            self.send(500, b"oops")
        elif "hang" in text and first:
            time.sleep(1.5)
            self.send(200, completion("too late"))
        elif "drip" in text:
            self.drip()
        elif "cut" in text and first:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif "partial" in text and first:
            self.send_response(200)
            self.send_header("Content-Length", "500")
            self.end_headers()
            self.wfile.write(b'{"choices": [')
            self.close_connection = True
        elif "nogzip" in text and first:
            self.send(200, completion("cannot be unpacked"), {"Content-Encoding": "gzip"})
        elif "unauthorised" in text:
            self.send(
                401, json.dumps({"error": f"Incorrect API key provided: {self.headers['Authorization']}"}).encode()
            )
        elif "echo" in text:
            status, before = map(int, text.split()[1:3])
            words = f"{'x' * before} {self.headers['Authorization']} {KEY}"
            self.send(status, completion(words) if status == 200 else json.dumps({"error": words}).encode())
        else:
            return False
        return True

    def drip(self):
        """A byte now and then, until nobody listens."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while True:
            self.wfile.write(b" ")
            time.sleep(0.02)

    def send(self, status, data, headers=None):
        self.send_response(status)
        length = {} if status == 204 else {"Content-Length": str(len(data))}
        for key, value in {**length, **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)
        with self.server.lock:
            self.server.answered += 1

    def log_message(self, *arguments):
        pass


def completion(text, finish="stop"):
    """The JSON of an ordinary answer."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}],
                       "usage": {"prompt_tokens": 120, "completion_tokens": 7}}).encode()  # fmt: skip


def request(text, audio=(), **generation):
    return Request(suite="s", case=text, condition="original", prompt=text, question=text, audio=audio,
                   generation=Generation(**generation), seed=2**40 + 5)  # fmt: skip


def opened(server, **options):
    """The adapter for a model of ``server``, quick to ask again."""
    options = {"wait": 0.01, "timeout": 1.0, **options}
    model = open_model(f"openai:m@{server.url}", {k: str(v) for k, v in options.items()})
    model.load()
    return model


def ask(server, *texts, **options):
    return opened(server, **options).answer([t if isinstance(t, Request) else request(t) for t in texts])
