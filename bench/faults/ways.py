"""The ways in which a server answers a chat completion: the right one, and each odd one of docs/endpoints.md.

A way says what must become of it: a ``reply`` with a known text, a failure that is asked ``again``, or a ``final`` one
that is not. A question is ``q00017``, and the right reply to it is ``heard-q00017``.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol

KEY = "sk-faults-0123456789abcdefghij"
"""The marked key that the run is given; nothing that it writes may hold it."""
DRIP_S, DRIPS = 1.0, 60
"""A byte each so many seconds, so many times: longer than any timeout of the harness."""
BURST = 20
"""Requests that a burst of refusals lasts."""
_LARGE = 50_000_000


class Talk(Protocol):
    """One request as a way sees it."""

    question: str
    echoed: str
    """Its ``Authorization``."""

    async def raw(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Write bytes as they are, with ``pause`` seconds between the pieces."""

    async def send(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """An answer as it should be, of this status, with these headers besides or instead (None: left out)."""

    def hang_up(self, *, reset: bool = False) -> None:
        """End the connection."""

    def burst(self, status: int) -> None:
        """Refuse this and the next requests."""

    async def restart(self) -> None:
        """Take no connections for a moment."""


Answer = Callable[[Talk], Awaitable[None]]


@dataclass(frozen=True)
class Way:
    """``text``: the reply that it must become, of a question. ``slow``: it takes a second or more, so it is rarer."""

    name: str
    becomes: Literal["reply", "again", "final"]
    answer: Answer
    text: Callable[[str], str]
    slow: bool = False


def word(question: str) -> str:
    """The right reply."""
    return f"heard-{question}"


WAYS: dict[str, Way] = {}


def _way(
    name: str, becomes: Literal["reply", "again", "final"], *, text: Callable[[str], str] = word, slow: bool = False
) -> Callable[[Answer], Answer]:
    def add(answer: Answer) -> Answer:
        WAYS[name] = Way(name, becomes, answer, text, slow)
        return answer

    return add


def completion(text: Any, finish: str = "stop", **more: Any) -> dict[str, Any]:
    """A chat completion; ``more`` are fields of its message."""
    message = {"role": "assistant", "content": text, **more}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m", "system_fingerprint": "fp",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
    }  # fmt: skip


def right(question: str) -> bytes:
    """The body of the right answer."""
    return json.dumps(completion(word(question))).encode()


@_way("as it should be", "reply")
async def _right(talk: Talk) -> None:
    await talk.send(right(talk.question))


# Bodies: what stands in an answer whose HTTP is as it should be.

Body = Callable[[str], Any]


def _texts(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}]


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
    "escape sequences": (lambda q: completion(f"{word(q)} \x1b]0;t\x07\x00\u202e"), lambda q: f"{word(q)} \x1b]0;t\x07\x00\u202e"),
    "a refusal": (lambda q: completion(None, refusal=f"I do not hear {q}."), lambda q: f"I do not hear {q}."),
    "an empty reply": (lambda q: completion(None), lambda q: ""),
    "a reply that was cut": (lambda q: completion("heard-", "length"), lambda q: "heard-"),
    "a second choice": (lambda q: {**completion(word(q)), "choices": [*completion(word(q))["choices"], *completion("b")["choices"]]}, word),
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
    "an error inside a choice": lambda q: {"choices": [{**completion("hea")["choices"][0], "error": {"message": "died", "code": 500}}]},
    "an error as the reason": lambda q: completion("hea", "error"),
    "filtered": lambda q: completion(None, "content_filter"),
    "a list": lambda q: [completion(word(q))],
}  # fmt: skip


def _body(make: Body) -> Answer:
    async def answer(talk: Talk) -> None:
        await talk.send(json.dumps(make(talk.question)).encode())

    return answer


for _name, (_make, _text) in REPLIES.items():
    _way(_name, "reply", text=_text)(_body(_make))
for _name, _make in FAILURES.items():
    _way(_name, "again")(_body(_make))

BYTES: dict[str, tuple[bytes, dict[str, str]]] = {
    "an empty body": (b"", {}),
    "an HTML page": (b"<!doctype html><title>Sign in</title>", {"Content-Type": "text/html"}),
    "JSON 200,000 deep": (b'{"choices":' + b"[" * 200_000 + b"]" * 200_000 + b"}", {}),
    "an object 200,000 deep": (b'{"choices":' * 200_000 + b"1" + b"}" * 200_000, {}),
    "no UTF-8": (json.dumps(completion("gehört"), ensure_ascii=False).encode("latin-1"), {}),
    "events nobody asked for": (b'data: {"choices":[{"delta":{"content":"hea"}}]}\n\ndata: [DONE]\n\n', {"Content-Type": "text/event-stream"}),
    "half of the JSON": (b'{"choices": [{"message": {"content": "hea', {}),
    "an encoding of nobody's": (b"\x01\x02", {"Content-Encoding": "x-none"}),
    "gzip that is none": (b"\x01\x02\x03\x04", {"Content-Encoding": "gzip"}),
}  # fmt: skip


def _bytes(data: bytes, headers: dict[str, str], status: int = 200) -> Answer:
    async def answer(talk: Talk) -> None:
        await talk.send(data, status, headers)

    return answer


for _name, (_data, _headers) in BYTES.items():
    _way(_name, "again")(_bytes(_data, _headers))


@_way("8 MB of small lists", "again", slow=True)
async def _lists(talk: Talk) -> None:
    await talk.send(b'{"choices": 0, "x": [' + b"[]," * 2_600_000 + b"0]}")


@_way("an echo of the key", "reply", text=lambda q: f"{word(q)}: Bearer [key] [key]")
async def _echo(talk: Talk) -> None:
    await talk.send(json.dumps(completion(f"{word(talk.question)}: {talk.echoed} {KEY}")).encode())


@_way("UTF-16", "reply")
async def _utf16(talk: Talk) -> None:
    await talk.send(right(talk.question).decode().encode("utf-16"))


@_way("a byte order mark", "reply")
async def _mark(talk: Talk) -> None:
    await talk.send(b"\xef\xbb\xbf" + right(talk.question))


@_way("a wrong content type", "reply")
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
}
NO_MORE = {
    "400": (400, {}),
    "401 with the key": (401, {}),
    "404": (404, {}),
    "413": (413, {"Connection": "close"}),
    "422": (422, {}),
    "451": (451, {}),
    "a redirect elsewhere": (307, {"Location": "http://192.0.2.1/v1/chat/completions"}),
    "a redirect in a circle": (308, {"Location": "/v1/chat/completions"}),
    "a redirect to a file": (302, {"Location": "file:///etc/passwd"}),
}


def _status(status: int, headers: dict[str, str]) -> Answer:
    async def answer(talk: Talk) -> None:
        error = {"message": f"no: {talk.echoed} {KEY}", "code": status, "heard": word(talk.question)}
        await talk.send(json.dumps({"error": error}).encode(), status, headers)

    return answer


for _name, (_code, _headers) in AGAIN_LATER.items():
    _way(_name, "again")(_status(_code, _headers))
for _name, (_code, _headers) in NO_MORE.items():
    _way(_name, "final")(_status(_code, _headers))


@_way("204", "again")
async def _nothing(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 204 No Content\r\n\r\n")


@_way("101", "again")
async def _switch(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    talk.hang_up()


def _burst(status: int) -> Answer:
    async def answer(talk: Talk) -> None:
        talk.burst(status)
        await talk.send(b"", status)

    return answer


for _code in (429, 500, 503):
    _way(f"a burst of {_code}", "again")(_burst(_code))


# HTTP: a right body, or the beginning of one, in an odd envelope.


def _head(length: int | str, version: str = "1.1", more: str = "") -> bytes:
    return f"HTTP/{version} 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n".encode()


def _chunked(data: bytes, size: int) -> bytes:
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


@_way("in small chunks", "reply")
async def _chunks(talk: Talk) -> None:
    await talk.raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", _chunked(right(talk.question), 7), pause=0.01
    )


@_way("in dribs and drabs", "reply")
async def _dribs(talk: Talk) -> None:
    data = right(talk.question)
    data = _head(len(data)) + data
    await talk.raw(*(data[i : i + 40] for i in range(0, len(data), 40)), pause=0.02)


@_way("packed", "reply")
async def _packed(talk: Talk) -> None:
    await talk.send(gzip.compress(right(talk.question)), headers={"Content-Encoding": "gzip"})


@_way("deflated", "reply")
async def _deflated(talk: Talk) -> None:
    await talk.send(zlib.compress(right(talk.question)), headers={"Content-Encoding": "deflate"})


@_way("HTTP/1.0", "reply")
async def _old(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.0 200 OK\r\n\r\n" + right(talk.question))
    talk.hang_up()


@_way("HTTP/1.0, cut", "again")
async def _old_cut(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.0 200 OK\r\n\r\n" + right(talk.question)[:-20])
    talk.hang_up()


@_way("after others", "reply")
async def _late(talk: Talk) -> None:
    await asyncio.sleep(0.3)
    await talk.send(right(talk.question))


@_way("closed afterwards without a word", "reply")
async def _closed(talk: Talk) -> None:
    await talk.send(right(talk.question))
    talk.hang_up()


@_way("closed while it is idle", "reply")
async def _idle(talk: Talk) -> None:
    await talk.send(right(talk.question))
    await asyncio.sleep(0.005)
    await talk.raw(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    talk.hang_up()


@_way("announced by 100 and 103", "reply")
async def _announced(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 9 + b"HTTP/1.1 103 Early Hints\r\n\r\n", _head(len(data)) + data)


@_way("twice", "reply")
async def _twice(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw((_head(len(data)) + data) * 2)


@_way("with something behind it", "reply")
async def _behind(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data)) + data + b"\r\nHTTP/1.1 200 OK\r\nContent-Le")


@_way("with a large cookie", "reply")
async def _cookie(talk: Talk) -> None:
    await talk.send(right(talk.question), headers={"Set-Cookie": f"c{talk.question}={'x' * 4000}; Path=/"})


@_way("a Content-Length that is too small", "again")
async def _small(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data) - 30) + data)


@_way("a Content-Length that is too large", "again")
async def _larger(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data) + 30) + data)
    talk.hang_up()


@_way("a Content-Length that never comes", "again", slow=True)
async def _never(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data) + 30) + data)
    await asyncio.sleep(DRIPS * DRIP_S)


@_way("a Content-Length below none", "again")
async def _below(talk: Talk) -> None:
    await talk.raw(_head("-5") + right(talk.question))
    talk.hang_up()


@_way("two lengths", "again")
async def _lengths(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data), more="Content-Length: 3\r\n") + data)
    talk.hang_up()


@_way("broken chunks", "again")
async def _broken_chunks(talk: Talk) -> None:
    await talk.raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cho\r\nzz\r\n')
    talk.hang_up()


@_way("chunks without an end", "again")
async def _endless_chunks(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + _chunked(right(talk.question), 9)[:-5])
    talk.hang_up()


@_way("a reset before the answer", "again")
async def _reset(talk: Talk) -> None:
    talk.hang_up(reset=True)


@_way("the end before the answer", "again")
async def _end(talk: Talk) -> None:
    talk.hang_up()


@_way("a reset in the headers", "again")
async def _reset_headers(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\nContent-Ty", pause=0.01)
    talk.hang_up(reset=True)


@_way("a reset in the body", "again")
async def _reset_body(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data)), data[:50], pause=0.01)
    talk.hang_up(reset=True)


@_way("no HTTP", "again")
async def _garbage(talk: Talk) -> None:
    await talk.raw(b"SSH-2.0-OpenSSH_9.6\r\n" + bytes(range(256)))
    talk.hang_up()


@_way("headers without an end", "again")
async def _headers(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\n", *(b"X-%d: %s\r\n" % (i, b"x" * 4000) for i in range(200)))
    talk.hang_up()


@_way("a byte a second", "again", slow=True)
async def _drip(talk: Talk) -> None:
    await talk.raw(_head(1000), *([b" "] * DRIPS), pause=DRIP_S)


@_way("a header a second", "again", slow=True)
async def _drip_headers(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\n", *(b"X-%d: x\r\n" % i for i in range(DRIPS)), pause=DRIP_S)


@_way("silence", "again", slow=True)
async def _silence(talk: Talk) -> None:
    await asyncio.sleep(DRIPS * DRIP_S)


@_way("a restart", "again", slow=True)
async def _restart(talk: Talk) -> None:
    talk.hang_up(reset=True)
    await talk.restart()


@_way("50 MB", "final", slow=True)
async def _large(talk: Talk) -> None:
    await talk.raw(_head(_LARGE), b'{"choices": "', *([b"x" * 100_000] * (_LARGE // 100_000)))


@_way("500 with 50 MB", "again", slow=True)
async def _large_500(talk: Talk) -> None:
    head = b"HTTP/1.1 500 Oops\r\nContent-Length: %d\r\n\r\n" % _LARGE
    await talk.raw(head, *([b"x" * 100_000] * (_LARGE // 100_000)))


@cache
def _bomb(layers: int) -> bytes:
    """200 MB of blanks, packed; and packed again."""
    packer = zlib.compressobj(9, wbits=31)
    data = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    return data if layers == 1 else gzip.compress(data)


@_way("a gzip bomb", "final", slow=True)
async def _gzip_bomb(talk: Talk) -> None:
    await talk.send(_bomb(1), headers={"Content-Encoding": "gzip"})


@_way("a gzip bomb in a gzip bomb", "again")
async def _gzip_bombs(talk: Talk) -> None:
    await talk.send(_bomb(2), headers={"Content-Encoding": "gzip, gzip"})
