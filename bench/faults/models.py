"""The models that are asked while a run is killed: each writes down what it is asked and what it has answered.

The log has a line a request: ``asked KEY`` before the answer is made, ``gave KEY`` once it has been handed over. Lines
are appended in one write, so that several processes may share the file.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DELAY = 0.03
"""Seconds that an answer takes."""

NOTE = """
import os, time

def note(word, key):
    log = os.open(os.environ["FAULTS_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{word} {key}\\n".encode())
    os.close(log)

def key_of(text):
    return next(word for word in text.split() if word.startswith("case-"))
"""
STREAMING = (
    NOTE
    + f"""
import pytest
from audiotest.types import Needs, Reply

class Streaming:
    name, identity, needs, batch_size = "streaming", "streaming/1", Needs(audio=False), 4
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [reply for _, reply in self.stream(iter(requests))]
    def stream(self, requests):
        for request in requests:
            key = key_of(request.question)
            note("asked", key)
            time.sleep({DELAY})
            note("gave", key)
            yield request, Reply("(A) yes")

@pytest.fixture(scope="session")
def model():
    return Streaming()
"""
)
BRIDGE = (
    f"import sys\nsys.path.insert(0, {str(ROOT / 'bridges')!r})\nfrom audiotest_bridge import serve\n"
    + NOTE
    + f"""
def answer(options, request):
    key = key_of(request["prompt"])
    note("asked", key)
    time.sleep({DELAY})
    note("gave", key)
    return "(A) yes"

serve(lambda options: options, answer, name="bridge")
"""
)
SERVER = (
    NOTE
    + f"""
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Chat(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        key = key_of(self.rfile.read(int(self.headers["Content-Length"])).decode().replace("\\\\n", " "))
        note("asked", key)
        time.sleep({DELAY})
        body = json.dumps({{"choices": [{{"message": {{"content": "(A) yes"}}, "finish_reason": "stop"}}]}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        note("gave", key)

    def log_message(self, *args):
        pass

class Server(ThreadingHTTPServer):
    daemon_threads = True
    def handle_error(self, request, address):  # whoever asked was killed
        pass

server = Server(("127.0.0.1", 0), Chat)
print(server.server_port, flush=True)
server.serve_forever()
"""
)
IN_FLIGHT = 4
"""Requests that a process may have under way; as many answers may be on their way to it when it is killed."""
MODELS = ("stream", "openai", "process", "cascade")


def write(folder: Path, model: str, port: int) -> list[str]:
    """Put into ``folder`` what ``model`` needs; the options of pytest that name it."""
    endpoint = f"openai:m@http://127.0.0.1:{port}/v1"
    (folder / "bridge.py").write_text(textwrap.dedent(BRIDGE))
    if model == "stream":
        (folder / "conftest.py").write_text(STREAMING)
        return []
    if model == "openai":
        return ["--model", endpoint, "--model-option", f"in_flight={IN_FLIGHT}"]
    if model == "process":
        command = f"process:{sys.executable} {folder / 'bridge.py'}"
        return ["--model", command, "--model-option", f"batch_size={IN_FLIGHT}"]
    listener, llm = "--model-option=listener=listener", f"--model-option=llm={endpoint}"
    return ["--model", "cascade", listener, llm, "--model-option", f"llm.in_flight={IN_FLIGHT}"]


def read_log(path: Path) -> dict[str, Counter[str]]:
    """How often each key was asked and was given an answer."""
    counts: dict[str, Counter[str]] = {"asked": Counter(), "gave": Counter()}
    for line in path.read_text().splitlines() if path.exists() else ():
        word, _, key = line.partition(" ")
        counts[word][key] += 1
    return counts


def environment(folder: Path) -> dict[str, str]:
    """That of a run in ``folder``, whose cache and log are its own."""
    about = {"FAULTS_LOG": str(folder / "log"), "AUDIOTEST_CACHE_DIR": str(folder / "cache"), "OPENAI_API_KEY": "none"}
    places = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, **about, "PYTHONPATH": places, "CI": ""}  # in CI, endpoints are asked again
