"""Keys and passwords stay secret: in values, in errors, and in everything that a run writes."""

import base64
import pickle
import socket
import traceback

import pytest
from endpoint import KEY, ask, completion, request

from audiotest.masking import Secret, hidden, masked
from audiotest.models._openai.settings import settings
from audiotest.models.loading import open_model
from audiotest.models.openai import OpenAI

PASSWORD = "pa55/word+very~secret"
USER = "somebody"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def test_a_secret_is_stars_to_everyone():
    key = Secret(KEY)
    for shown in (
        repr(key),
        str(key),
        f"{key}",
        f"{key!r:>30}",
        repr([key]),
        repr({"key": key}),
        repr(key.basic()),
    ):
        assert KEY not in shown
        assert "*****" in shown
    assert key.reveal() == KEY
    assert pickle.loads(pickle.dumps(key)) == key
    assert (bool(key), bool(Secret())) == (True, False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b", "a b"),
        ("your key ab/cdefgh+1 is wrong", "your key [key] is wrong"),
        ('{"key": "ab\\/cdefgh+1"}', '{"key": "[key]"}'),
        ("?key=ab%2Fcdefgh%2B1", "?key=[key]"),
        ("EMPTY room", "EMPTY room"),
        ("Authorization: Bearer EMPTY, EMPTYING", "Authorization: Bearer [key], EMPTYING"),
    ],
)
def test_secrets_are_taken_out_of_texts_and_words_that_could_be_an_answer_are_not(text, shown):
    assert hidden(text, [Secret("ab/cdefgh+1"), Secret("EMPTY")]) == shown


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ("openai:m@http://u:p@host:8000/v1", "openai:m@http://*****@host:8000/v1"),
        ("openai:m@https://u:p@ss@host/v1?x=a@b", "openai:m@https://*****@host/v1?x=a@b"),
        ("url=http://token@host", "url=http://*****@host"),
        ("openai:m@http://u:p/q@host/v1", "openai:m@http://*****@host/v1"),
        ("openai:m@http://host:8000/v1/x@y", "openai:m@http://host:8000/v1/x@y"),
        ("hf:org/name@revision", "hf:org/name@revision"),
        ("openai:m@http://host/v1", "openai:m@http://host/v1"),
    ],
)
def test_a_spec_can_be_shown_without_the_password_in_it(spec, shown):
    assert masked(spec) == shown


@pytest.mark.parametrize("spec", ["openai:m@http://{login}@{host}/v1", "openai:m"])
def test_a_password_in_the_url_is_sent_and_shown_nowhere(server, monkeypatch, spec):
    host, login = f"127.0.0.1:{server.server_port}", f"{USER}:{PASSWORD.replace('/', '%2F')}"
    options = {} if "@" in spec else {"url": f"http://{login}@{host}/v1"}
    model = open_model(spec.format(login=login, host=host), options)
    replies = model.answer([request("a"), request("unauthorised"), request("echo 200 3")])
    assert server.keys == {f"Basic {BASIC}"}
    for shown in (model.name, model.identity, repr(model.settings), repr(vars(model)), *map(str, replies)):
        assert not [secret for secret in (PASSWORD, BASIC, login, USER) if secret in shown]
    assert "[key]" in str(replies[1])
    assert "[key]" in replies[2].text


@pytest.mark.parametrize("key", ["sk-broken\nover-two-lines-0123", "schlüssel-0123456789"])
def test_a_key_that_no_header_can_hold_is_an_error_without_it(server, monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    (error,) = ask(server, "a")
    assert "$OPENAI_API_KEY holds characters" in str(error)
    assert key[:6] not in str(error)
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")  # as `echo` writes it into a file
    assert ask(server, "b")[0].text == "reply to b"
    assert server.keys == {f"Bearer {KEY}"}


def test_a_url_that_cannot_be_is_an_error_without_the_password():
    with pytest.raises(ValueError) as caught:
        settings({"url": f"htp://{USER}:{PASSWORD}@host"})
    assert PASSWORD not in str(caught.value)


def test_errors_come_without_the_frames_in_which_something_secret_could_stand(server):
    server.odd = 200, completion(7)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = open_model(f"openai:m@http://127.0.0.1:{free.getsockname()[1]}/v1", {"wait": "0.01"})
    errors = [*ask(server, "unauthorised", "echo 500 3", "odd", retries=0), *dead.answer([request("a")])]
    for error in errors:
        assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert KEY not in text


SUITE = """\
suite: s
prompt: question
conditions: [original: recorded]
cases:
  - {id: normal, question: a, reference: x}
  - {id: refused, question: unauthorised, reference: x}
  - {id: echoed, question: echo 200 5, reference: x}
  - {id: broken, question: echo 500 5, reference: x}
"""


@pytest.mark.parametrize("login", ["", f"{USER}:{PASSWORD.replace('/', '%2F')}@"], ids=["key", "password"])
def test_nothing_that_a_run_writes_or_shows_holds_a_secret(server, pytester, monkeypatch, tmp_path_factory, login):
    cards = tmp_path_factory.mktemp("cards")  # where the person who runs it wrote the password
    (cards / "m.yaml").write_text(
        "model: marked\nadapter: openai\nstatus: untested\ncheckpoint: m\n"
        f"options: {{url: 'http://{login}127.0.0.1:{server.server_port}/v1', wait: 0.01, retries: 1}}\n"
    )
    monkeypatch.setenv("AUDIOTEST_CARDS", str(cards))
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    (pytester.path / "s.yaml").write_text(SUITE)
    wrote = ("--junitxml", "junit.xml", "--results", "out", "--audiotest-html", "run.html", "-o", "junit_logging=all")
    result = pytester.runpytest_subprocess("-l", "-vv", "s.yaml", "--model", "marked", *wrote, "--log-level", "DEBUG")
    result.assert_outcomes(passed=2, errors=2)
    assert server.keys == {f"Basic {BASIC}" if login else f"Bearer {KEY}"}
    shown = {"stdout": result.stdout.str(), "stderr": result.stderr.str()}
    shown |= {str(p): p.read_bytes().decode(errors="replace") for p in pytester.path.rglob("*") if p.is_file()}
    assert {"junit.xml", "run.html", "trials.jsonl"} <= {name.rpartition("/")[2] for name in shown}
    marks = (PASSWORD, PASSWORD.replace("/", "%2F"), BASIC) if login else (KEY,)
    assert not [(name, mark) for name, text in shown.items() for mark in marks if mark in text]
    assert "[key]" in shown[str(pytester.path / "out" / "trials.jsonl")]


def test_the_adapter_shows_nothing_of_itself():
    assert KEY not in repr(OpenAI("m", open_model("openai:m").settings, Secret(KEY)).__dict__)
