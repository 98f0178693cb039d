"""What a server puts into an answer whose HTTP is as it should be: bodies, right and odd, and statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bench.faults.ways import KEY, Answer, Talk, completion, right, way, word

RIGHT = "as it should be"


@way(RIGHT, "reply")
async def _right(talk: Talk) -> None:
    await talk.send(right(talk.question))


Body = Callable[[str], Any]


def _texts(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}]


_ESCAPES = " \x1b]0;t\x07\x00\u202e"
REPLIES: dict[str, tuple[Body, Callable[[str], str]]] = {
    "usage as a list": (lambda q: {**completion(word(q)), "usage": [1, 2]}, word),
    "usage as text": (lambda q: {**completion(word(q)), "usage": "many"}, word),
    "tokens of 1e999": (lambda q: {**completion(word(q)), "usage": {"prompt_tokens": float("inf")}}, word),
    "usage deep": (lambda q: {**completion(word(q)), "usage": {"prompt_tokens": {"a": [[]]}}}, word),
    "content in parts": (lambda q: completion([*_texts("heard-"), *_texts(q)]), word),
    "a thinking part": (lambda q: completion([{"type": "thinking", "thinking": f"not-{q}"}, *_texts(word(q))]), word),
    "a thinking field": (lambda q: completion(word(q), reasoning_content=f"not-{q}"), word),
    "a thinking tag": (lambda q: completion(f"<think>not-{q}</think>{word(q)}"), word),
    "thoughts with half a surrogate": (lambda q: completion(word(q), reasoning="\ud83d"), word),
    "half a surrogate": (lambda q: completion(f"{word(q)} \ud83d!"), lambda q: f"{word(q)} \ufffd!"),
    "escape sequences": (lambda q: completion(word(q) + _ESCAPES), lambda q: word(q) + _ESCAPES),
    "a refusal": (lambda q: completion(None, refusal=f"I do not hear {q}."), lambda q: f"I do not hear {q}."),
    "an empty reply": (lambda q: completion(None), lambda q: ""),
    "a reply that was cut": (lambda q: completion("heard-", "length"), lambda q: "heard-"),
    "a second choice": (lambda q: {"choices": [*completion(word(q))["choices"], *completion("b")["choices"]]}, word),
    "labels that are none": (lambda q: {**completion(word(q)), "model": {"a": 1}, "system_fingerprint": [2]}, word),
}  # fmt: skip
FAILURES: dict[str, Body] = {
    "empty choices": lambda q: {"choices": []},
    "no choices": lambda q: {"object": "chat.completion", "text": word(q)},
    "choices as a dict": lambda q: {"choices": {"0": completion(word(q))["choices"][0]}},
    "a choice of null": lambda q: {"choices": [None]},
    "no message": lambda q: {"choices": [{"text": word(q)}]},
    "content as a dict": lambda q: completion({"text": word(q)}),
    "content as a number": lambda q: completion(7),
    "content of other parts": lambda q: completion([{"type": "image_url"}]),
    "an error with status 200": lambda q: {"error": {"message": f"{q} overloaded", "code": 502}},
    "an error inside a choice": lambda q: {"choices": [{"message": {"content": "hea"}, "error": {"message": "died"}}]},
    "an error as the reason": lambda q: completion("hea", "error"),
    "filtered": lambda q: completion(None, "content_filter"),
    "a list": lambda q: [completion(word(q))],
}  # fmt: skip


def _body(make: Body) -> Answer:
    async def answer(talk: Talk) -> None:
        await talk.send(json.dumps(make(talk.question)).encode())

    return answer


for _name, (_make, _text) in REPLIES.items():
    way(_name, "reply", text=_text)(_body(_make))
for _name, _make in FAILURES.items():
    way(_name, "again")(_body(_make))

BYTES: dict[str, tuple[bytes, dict[str, str]]] = {
    "an empty body": (b"", {}),
    "an HTML page": (b"<!doctype html><title>Sign in</title>", {"Content-Type": "text/html"}),
    "JSON 200,000 deep": (b'{"choices":' + b"[" * 200_000 + b"]" * 200_000 + b"}", {}),
    "an object 200,000 deep": (b'{"choices":' * 200_000 + b"1" + b"}" * 200_000, {}),
    "no UTF-8": (json.dumps(completion("gehört"), ensure_ascii=False).encode("latin-1"), {}),
    "events nobody asked for": (b'data: {"choices": []}\n\ndata: [DONE]\n\n', {"Content-Type": "text/event-stream"}),
    "half of the JSON": (b'{"choices": [{"message": {"content": "hea', {}),
    "an encoding of nobody's": (b"\x01\x02", {"Content-Encoding": "x-none"}),
    "gzip that is none": (b"\x01\x02\x03\x04", {"Content-Encoding": "gzip"}),
}  # fmt: skip


def _bytes(data: bytes, headers: dict[str, str], status: int = 200) -> Answer:
    async def answer(talk: Talk) -> None:
        await talk.send(data, status, headers)

    return answer


for _name, (_data, _headers) in BYTES.items():
    way(_name, "again")(_bytes(_data, _headers))


@way("8 MB of small lists", "again", slow=True)
async def _lists(talk: Talk) -> None:
    await talk.send(b'{"choices": 0, "x": [' + b"[]," * 2_600_000 + b"0]}")


@way("an echo of the key", "reply", text=lambda q: f"{word(q)}: Bearer [key] [key]")
async def _echo(talk: Talk) -> None:
    await talk.send(json.dumps(completion(f"{word(talk.question)}: {talk.echoed} {KEY}")).encode())


@way("UTF-16", "reply")
async def _utf16(talk: Talk) -> None:
    await talk.send(right(talk.question).decode().encode("utf-16"))


@way("a byte order mark", "reply")
async def _mark(talk: Talk) -> None:
    await talk.send(b"\xef\xbb\xbf" + right(talk.question))


@way("a wrong content type", "reply")
async def _type(talk: Talk) -> None:
    await talk.send(right(talk.question), headers={"Content-Type": "image/png; charset=klingon"})


# Statuses.

AGAIN_LATER = {
    "500": (500, {}),
    "502 with a page": (502, {"Content-Type": "text/html"}),
    "503 and a Retry-After beyond any calendar": (503, {"Retry-After": "Fri, 31 Dec 99999 23:59:59 GMT"}),
    "429 and a Retry-After of digits": (429, {"Retry-After": "-" + "9" * 400}),
    "429 and a Retry-After of nan": (429, {"Retry-After": "nan"}),
    "429 and a Retry-After in words": (429, {"Retry-After": "soon"}),
    "429 and a short Retry-After": (429, {"Retry-After": "0.05"}),
    "408": (408, {"Connection": "close"}),
    "409": (409, {}),
    "425": (425, {}),
    "529": (529, {}),
    "599": (599, {}),
}
NO_MORE = {
    "400": (400, {}),
    "401 with the key": (401, {}),
    "402": (402, {}),
    "403": (403, {}),
    "404": (404, {}),
    "413": (413, {"Connection": "close"}),
    "422": (422, {}),
    "451": (451, {}),
    "501": (501, {}),
    "429 without quota": (429, {}),
    "a redirect elsewhere": (307, {"Location": "http://192.0.2.1/v1/chat/completions"}),
    "a redirect in a circle": (308, {"Location": "/v1/chat/completions"}),
    "a redirect to a file": (302, {"Location": "file:///etc/passwd"}),
}


def _status(name: str, status: int, headers: dict[str, str]) -> Answer:
    code = "insufficient_quota" if "quota" in name else status

    async def answer(talk: Talk) -> None:
        error = {"message": f"no: {talk.echoed} {KEY}", "code": code, "heard": word(talk.question)}
        await talk.send(json.dumps({"error": error}).encode(), status, headers)

    return answer


for _name, (_code, _headers) in AGAIN_LATER.items():
    way(_name, "again")(_status(_name, _code, _headers))
for _name, (_code, _headers) in NO_MORE.items():
    way(_name, "final")(_status(_name, _code, _headers))


@way("204", "again")
async def _nothing(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 204 No Content\r\n\r\n")


@way("101", "again")
async def _switch(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    talk.hang_up()


def _burst(status: int) -> Answer:
    async def answer(talk: Talk) -> None:
        talk.burst(status)
        await talk.send(b"", status)

    return answer


for _code in (429, 500, 503):
    way(f"a burst of {_code}", "again")(_burst(_code))
