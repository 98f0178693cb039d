"""A model that cannot be opened, loaded or reached ends the session once, with a sentence and exit status 4."""

import http.server
import json
import sys
import threading

import pytest

CASES = "".join(f"  - {{id: c{i}, question: Q{i}?, choices: [x, y], answer: x}}\n" for i in range(40))
SUITE = (
    "suite: s\npolicy: gates\nconditions: [original, shuffled]\ngates: [{metric: accuracy, min: 0.5}]\ncases:\n" + CASES
)
MODEL = """\
import pytest
from audiotest.models.protocol import Unavailable
from audiotest.types import Needs, Reply

class Model:
    name, identity, needs, batch_size = "ours", "ours/1", Needs(audio=False), 4
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [Reply("A") if int(r.case[1:]) < {works} else {error} for r in requests]

@pytest.fixture(scope="session")
def model():
    return Model()
"""


@pytest.fixture
def project(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (pytester.path / "s.yaml").write_text(SUITE)
    return pytester


@pytest.fixture
def refusing():
    """A server that refuses every key; its URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(401)
            self.end_headers()
            self.wfile.write(b'{"error": {"message": "Incorrect API key provided"}}')

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def ends_once(result, *said):
    """Exit status 4, under 15 lines in all, and the sentence in them once."""
    lines = [line for line in [*result.outlines, *result.errlines] if line.strip()]
    text = "\n".join(lines)
    assert result.ret == 4, text
    assert len(lines) < 15, text
    for part in said:
        assert text.count(part) == 1, text
    assert "Traceback" not in text


WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])


@WORKERS
@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("salmonn", ["lacks files: beats", "audiotest doctor --model salmonn"]),
        ("process:false", ["the process ended with status 1", "audiotest doctor --model process:false"]),
        ("hf:nobody/nothing", ["the model hf:nobody/nothing cannot be loaded", "audiotest doctor --model hf:nobody/nothing"]),
        ("openai:x@http://127.0.0.1:9/v1", ["cannot connect to http://127.0.0.1:9/v1"]),
    ],
    ids=["salmonn", "process", "hf", "endpoint"],
)  # fmt: skip
def test_a_model_that_cannot_answer_at_all_ends_the_session_with_one_sentence(
    project, spec, said, workers, request, monkeypatch
):
    if spec.startswith(("hf", "salmonn")):
        pytest.importorskip("transformers")
        monkeypatch.setattr(sys, "executable", str(request.getfixturevalue("forked_with_torch") / "python"))
    ends_once(project.runpytest_subprocess("s.yaml", "--model", spec, *workers), *said)


def test_a_model_that_is_not_known_is_one_sentence_too(project):
    ends_once(project.runpytest_subprocess("s.yaml", "--model", "salmon"), "did you mean 'salmonn'")


@WORKERS
def test_a_refused_key_ends_it(project, refusing, workers, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none-of-yours")
    result = project.runpytest_subprocess("s.yaml", "--model", f"openai:x@{refusing}", *workers)
    ends_once(result, "OPENAI_API_KEY")
    assert "sk-none-of-yours" not in result.stdout.str()


@pytest.mark.usefixtures("own_interpreter")
def test_with_ray_too(project):
    pytest.importorskip("ray")
    ends_once(
        project.runpytest_subprocess("s.yaml", "--model", "process:false", "--engine", "ray", "--ray-actors", "1"),
        "the process ended with status 1",
    )


def test_what_was_answered_is_kept_the_rest_is_not_run_and_gates_are_not_judged(project):
    (project.path / "conftest.py").write_text(MODEL.format(works=12, error='Unavailable("the server is gone")'))
    result = project.runpytest_subprocess("s.yaml", "--results", "out", "-q")
    assert result.ret == 4
    records = [json.loads(line) for line in (project.path / "out" / "trials.jsonl").read_text().splitlines()]
    assert {r["case"] for r in records if r["reply"]} == {f"c{i}" for i in range(12)}
    summary = json.loads((project.path / "out" / "summary.json").read_text())
    assert "the server is gone" in summary["stopped"]
    assert [gate["passed"] for gate in summary["suites"]["s"]["gates"]] == [None]
    result.stdout.fnmatch_lines(["*trials were not run: *the server is gone*"])
    again = project.runpytest_subprocess("s.yaml", "-q", "-k", "c1")
    again.stdout.fnmatch_lines(["*replies came from the cache*"])


def test_one_failure_that_is_always_the_same_ends_it_after_a_while(project):
    (project.path / "conftest.py").write_text(MODEL.format(works=0, error='RuntimeError("out of cheese")'))
    ends_once(
        project.runpytest_subprocess("s.yaml"), "the model ours fails every request alike: RuntimeError: out of cheese"
    )


def test_a_few_trials_that_all_fail_are_errors_with_their_tracebacks(project):
    (project.path / "conftest.py").write_text(MODEL.format(works=0, error='RuntimeError("out of cheese")'))
    result = project.runpytest_subprocess("s.yaml::original::c1", "s.yaml::original::c2")
    assert result.ret == 1
    result.assert_outcomes(errors=2, skipped=1)
    assert result.stdout.str().count("RuntimeError: out of cheese") >= 2


def test_a_fixture_that_cannot_make_its_model_is_shown_once(project):
    (project.path / "conftest.py").write_text(
        "import pytest\n@pytest.fixture(scope='session')\ndef model():\n    raise OSError('no weights at /there')\n"
    )
    result = project.runpytest_subprocess("s.yaml")
    assert result.ret == 4
    assert result.stdout.str().count("E       OSError: no weights at /there") == 1
    result.stdout.fnmatch_lines(["*the fixture `model` raised*"])
