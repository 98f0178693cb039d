"""Answers as servers give them, ordinary and odd: what each becomes, and whether it is asked for again."""

import json
from pathlib import Path

import msgspec
import pytest
from endpoint import ask, completion

from audiotest.models._openai.failures import handling_of, retry_after, table
from audiotest.models.protocol import Unavailable
from audiotest.types import Reply


def message(finish="stop", usage=None, top=None, choice=None, **fields):
    """(200, the JSON of a completion)."""
    data = {"choices": [{"message": {"role": "assistant", **fields}, "finish_reason": finish, **(choice or {})}]}
    return 200, json.dumps({**data, **({"usage": usage} if usage is not None else {}), **(top or {})}).encode()


BELL = [{"type": "text", "text": "a bell"}]
REPLIES = {
    "tokens as a list": (message(content="a bell", usage={"prompt_tokens": [1], "completion_tokens": 7}), "a bell", {"output_tokens": 7}),
    "usage as a list": (message(content="a bell", usage=[1]), "a bell", {}),
    "usage as text": (message(content="a bell", usage="many"), "a bell", {}),
    "tokens as text": (message(content="a bell", usage={"prompt_tokens": "12", "completion_tokens": True}), "a bell", {}),
    "tokens beyond all": (
        (200, completion("a bell").replace(b"120", b"1e999").replace(b": 7", b": 123456789012345678901234567890")), "a bell", {}),
    "tokens below none": (message(content="a bell", usage={"prompt_tokens": -1, "completion_tokens": 2.0}), "a bell", {"output_tokens": 2}),
    "no content": (message(finish="length"), "", {"empty": True}),
    "null content": (message(finish="length", content=None), "", {"empty": True}),
    "no parts": (message(content=[]), "", {"empty": True}),
    "parts": (message(content=[{"type": "text", "text": "a bell, "}, {"type": "text", "text": "twice"}]), "a bell, twice", {}),
    "thinking part": (message(content=[{"type": "thinking", "thinking": "It rings."}, *BELL]), "a bell", {"thinking": "It rings."}),
    "thinking part of parts": (
        message(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "It rings."}]}, *BELL]), "a bell", {"thinking": "It rings."}),
    "reasoning part": (message(content=[{"type": "reasoning", "text": "It rings."}, *BELL]), "a bell", {"thinking": "It rings."}),
    "a part of another kind": (message(content=[{"type": "audio", "data": {}}, *BELL, 7]), "a bell", {}),
    "thinking tag": (message(content="<think>It rings.</think>\n(B) a bell"), "(B) a bell", {"thinking": "It rings."}),
    "thinking that never ends": (message("length", content="<think>It rings, so (B)"), "", {"thinking": "It rings, so (B)", "empty": True}),
    "reasoning field": (message(content="a bell", reasoning_content="It rings."), "a bell", {"thinking": "It rings."}),
    "half a surrogate": (message(content="a \ud83d bell", reasoning="It \ud83d rings."), "a \ufffd bell", {"thinking": "It \ufffd rings."}),
    "reasoning as an object": (message(content="a bell", reasoning={"a": 1}), "a bell", {}),
    "refusal": (message(content=None, refusal="I cannot listen."), "I cannot listen.", {"refusal": True}),
    "refusal part": (message(content=[{"type": "refusal", "refusal": "I cannot listen."}]), "I cannot listen.", {"refusal": True}),
    "no refusal": (message(content="a bell", refusal=None), "a bell", {}),
    "filtered with text": (message("content_filter", content="a b"), "a b", {}),
    "which model it was": (
        message(content="a bell", top={"model": "m-2024", "system_fingerprint": "fp_1"}), "a bell", {"model": "m-2024", "system_fingerprint": "fp_1"}),
    "labels that are none": (message(content="a bell", top={"model": 7, "system_fingerprint": ["x"]}), "a bell", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_an_answer_is_a_reply_and_asked_for_once(server, name):
    server.odd, text, details = REPLIES[name]
    (reply,) = ask(server, "odd")
    assert isinstance(reply, Reply), reply
    assert (reply.text, reply.details) == (text, details)
    assert server.times["odd"] == 1
    msgspec.json.encode(reply)
    finish = json.loads(server.odd[1], strict=False)["choices"][0]["finish_reason"]
    assert reply.finish == finish


FAILURES = {
    "no content at all": ((204, b""), "no content"),
    "an empty body": ((200, b""), "no content"),
    "no JSON": ((200, b"<html>gateway</html>"), "no JSON"),
    "no UTF-8": ((200, b"\xff\xfe\xfa"), "no JSON"),
    "too deep": ((200, b"[" * 200_000 + b"]" * 200_000), "nested too deep"),
    "too many parts": ((200, b'{"choices": 0, "x": [' + b"[]," * 250_000 + b"0]}"), "JSON of more than 250,000 lists and objects"),
    "a list": ((200, b"[1]"), "JSON that is no object"),
    "empty choices": ((200, b'{"choices": []}'), "no `choices`"),
    "choices that are none": ((200, b'{"choices": {"a": 1}}'), "no `choices`"),
    "a choice without a message": ((200, b'{"choices": [{"text": "a bell"}]}'), "a choice without a message"),
    "content as an object": (message(content={"a": 1}), "content that is no text but an object"),
    "content as a number": (message(content=7), "content that is no text but a number"),
    "a part that is no text": (message(content=[{"type": "text", "text": {"a": [1]}}, {"type": "text", "text": 7}]), "a part whose text is a number"),
    "only parts of another kind": (message(content=[{"type": "image"}]), "without any part that is text"),
    "filtered": (message("content_filter", content=None), "a content filter took the answer away"),
    "an error in a choice": (message(choice={"error": {"message": "upstream died"}}, content=""), "an error: upstream died"),
    "an error as the reason": (message("error", content="a be"), "an error: without a word"),
    "an error with status 200": ((200, b'{"error": {"message": "overloaded", "code": 502}}'), "an error: overloaded"),
    "Retry-After beyond the calendar": ((500, b"", {"Retry-After": "Fri, 31 Dec 99999 23:59:59 GMT"}), "answered 500"),
    "Retry-After of no number": ((500, b"", {"Retry-After": "nan"}), "answered 500"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_what_is_no_answer_is_asked_for_again_and_then_an_error(server, name):
    server.odd, words = FAILURES[name]
    error, other = ask(server, "odd", "a", retries=1)
    assert words in str(error)
    assert server.times == {"odd": 2, "a": 1}
    assert other.text == "reply to a"
    server.odd_once = True
    server.times.clear()
    (reply,) = ask(server, "odd", retries=1)
    assert reply.text == "reply to odd"


FINAL = {
    "too much": ((200, b" " * (9 << 20)), "more than 8 MB"),
    "no quota left": ((429, b'{"error": {"message": "quota", "code": "insufficient_quota"}}'), "nothing left to pay with - quota"),
    "a redirect": ((307, b"", {"Location": "http://127.0.0.1/"}), "name the final URL"),
    "an error with a code of its own": ((200, b'{"error": {"message": "no such model", "code": "404"}}'), "no such model"),
    "an endless refusal": ((400, b"x" * (9 << 20)), "refuses the request as it is - xxx"),
}  # fmt: skip


@pytest.mark.parametrize("name", FINAL)
def test_what_does_not_change_by_asking_is_asked_once(server, name):
    server.odd, words = FINAL[name]
    error, other = ask(server, "odd", "a", timeout=10)
    assert words in str(error)
    assert len(str(error)) < 600
    assert server.times["odd"] == 1
    assert other.text == "reply to a"


def test_the_time_bounds_the_whole_answer(server):
    error, other = ask(server, "drip", "a", timeout=0.3, retries=0)
    assert "gave no whole answer within 0.3 s" in str(error)
    assert other.text == "reply to a"


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 408, 418, 422, 425, 500, 501, 502, 504, 529, 599])
def test_a_status_is_handled_as_the_table_says(server, status):
    server.odd = status, b'{"error": {"message": "no", "request_id": "req_0123456789abcdef"}}'
    (error,) = ask(server, "odd", retries=1)
    rule = handling_of(status)
    assert server.times["odd"] == (2 if rule.again else 1)
    assert isinstance(error, Unavailable) == rule.ends
    assert f"answered {status}" in str(error)


def test_the_docs_hold_the_table():
    assert table() in (Path(__file__).parents[2] / "docs" / "endpoints.md").read_text()


@pytest.mark.parametrize(
    "words",
    [
        "request {} failed",
        "see req_{}",
        '{{"message": "no", "id": "{}"}}',
        "at 2026-01-02T03:04:{}Z",
        "model overloaded",
    ],
)
def test_one_cause_has_one_text_whatever_ids_the_server_puts_into_it(server, words):
    server.odd, texts = None, set()
    for i in range(2):
        unique = f"{i}1" if "T03" in words else f"0f8fad5b-d9cb-469f-a165-7086772895{i}0"
        server.odd = 400, words.format(unique).encode()
        texts.add(str(ask(server, "odd")[0]))
    assert len(texts) == 1


@pytest.mark.parametrize(("text", "seconds"), [(None, None), ("", None), ("2", 2.0), ("-3", 0.0), ("1e400", 120.0),
                                                 ("nan", None), ("soon", None), ("Mon, 01 Jan 1990 00:00:00 GMT", 0.0),
                                                 ("Fri, 31 Dec 9999 23:59:59 GMT", 120.0)])  # fmt: skip
def test_how_long_a_server_asks_to_wait(text, seconds):
    assert retry_after(text) == seconds


def test_tokens_cost_what_they_cost(server):
    (reply,) = ask(server, "a", input_price=2.5, output_price=10)
    assert reply.details["cost"] == pytest.approx((120 * 2.5 + 7 * 10) / 1e6)
    assert reply.seconds > 0
