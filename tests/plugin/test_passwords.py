"""A password in a model's URL stands in nothing that a run writes or shows."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

PASSWORD = "pa55-word-very-secret"


class Chat(BaseHTTPRequestHandler):
    """A chat endpoint that says one thing."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"choices": [{"message": {"content": "(A) a kettle"}, "finish_reason": "stop"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def port():
    with HTTPServer(("127.0.0.1", 0), Chat) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("place", ["spec", "option", "wrong", "judge"])
def test_a_password_in_a_spec_is_in_no_file_and_on_no_screen(project, place, tmp_path, port):
    tester = project(ids=("one",))
    url = f"http://someone:{PASSWORD}@127.0.0.1:{port}/v1"
    options = {
        "spec": ["--model", f"openai:m@{url}", "--model-option", "retries=0"],
        "option": ["--model", "openai:m", "--model-option", f"url={url}"],
        "wrong": ["--model", f"openai:m@{url}?x", "--model-option", "retries=0"],
        "judge": ["--judge", f"openai:m@{url}"],
    }[place]
    if place in ("spec", "option"):
        (tester.path / "conftest.py").write_text("")
    out = tester.runpytest_inprocess(
        "suites", *options, "-l", "--results", "out", "--html", "page.html", "--junit-xml", "out.xml"
    )
    written = [path for path in tester.path.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    written += [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (tester.path / "out" / "summary.json").exists() == (place != "wrong")
    for path in written:
        assert PASSWORD.encode() not in path.read_bytes(), path
    assert PASSWORD not in out.stdout.str() + out.stderr.str()
    if place != "wrong":
        assert b"*****@127.0.0.1" in (tester.path / "out" / "summary.json").read_bytes()
