"""``python -m bench.faults.server SEED LOG``: a chat endpoint that answers each request in one of the ways of
:mod:`bench.faults.ways`.

It prints its port. The ways are dealt like cards to every second question, shuffled by ``SEED`` when each has been
dealt once; the other questions, and most of those that are asked again, get the right answer. LOG gets a line when a
request has come, and another one when its answer has been sent to the end.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bench.faults import contents, envelopes
from bench.faults.ways import BURST, WAYS, Way

RIGHT = contents.RIGHT
_SLOW_EVERY = 4
"""Slow ways are dealt once in so many rounds."""
_RIGHT_LATER = 0.7
"""The share of right answers among those that are asked again."""
_AWAY_S = 0.1
_QUESTION = re.compile(rb"q\d{5}")
_SOUND = re.compile(rb'"data":"([^"]*)"')


class Deal:
    """Which way a question gets at which attempt."""

    def __init__(self, seed: int) -> None:
        self._seed, self._names = seed, sorted(WAYS)
        self._quick = [name for name in self._names if not WAYS[name].slow]

    def way(self, question: str, attempt: int) -> Way:
        """The same for the same seed."""
        number = int(question[1:])
        if attempt > 1:
            rng = random.Random(f"{self._seed} {question} {attempt}")
            return WAYS[RIGHT if rng.random() < _RIGHT_LATER else rng.choice(self._quick)]
        lap, place = divmod(number // 2, len(self._names))
        cards = list(self._names)
        random.Random(f"{self._seed} {lap}").shuffle(cards)
        way = WAYS[cards[place]]
        return WAYS[RIGHT] if number % 2 or (way.slow and lap % _SLOW_EVERY) else way


class Server:
    """The endpoint; one for all connections."""

    def __init__(self, seed: int, log: str) -> None:
        self.deal, self.attempts = Deal(seed), Counter[str]()
        self.bursting, self._status, self._count = 0, 0, 0
        self._log = open(log, "a")  # noqa: SIM115 - for as long as the process lives
        self._server: asyncio.Server | None = None
        self.port, self._begun = 0, time.monotonic()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def away(self) -> None:
        """Take no connections for a moment; those that are open stay."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(_AWAY_S)
            await self.listen()

    def note(self, **what: Any) -> None:
        self._log.write(json.dumps({**what, "at": round(time.monotonic() - self._begun, 3)}) + "\n")
        self._log.flush()

    def begin_burst(self, status: int) -> None:
        self._status, self.bursting = status, BURST

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])  # type: ignore[index]
                body = await reader.readexactly(length)
                await asyncio.sleep(0)
                if reader.at_eof():  # whoever asked has gone: this process was kept waiting for too long
                    break
                await self._answer(head, body, writer)
        writer.close()

    async def _answer(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        question = _QUESTION.findall(_SOUND.sub(b"", body))[-1].decode()
        sounds = [hashlib.sha256(sound).hexdigest() for sound in _SOUND.findall(body)]
        self.attempts[question] += 1
        self._count += 1
        number, way = self._count, self.deal.way(question, self.attempts[question])
        if burst := self.bursting > 0:
            self.bursting -= 1
            way = WAYS[f"a burst of {self._status}"]
        self.note(
            asked=question, number=number, way=way.name, becomes=way.becomes, text=way.text(question), sounds=sounds,
            head=len(head),
        )  # fmt: skip
        talk = _Talk(self, question, head, writer)
        await (talk.send(b"", self._status) if burst else way.answer(talk))
        if talk.whole:
            self.note(sent=question, number=number)


class _Talk:
    """See :class:`bench.faults.ways.Talk`. ``whole``: all that was to be written has been."""

    def __init__(self, server: Server, question: str, head: bytes, writer: asyncio.StreamWriter) -> None:
        self.question, self._server, self._writer = question, server, writer
        key = re.search(rb"\r\nauthorization: ([^\r]*)", head, re.IGNORECASE)
        self.echoed = key[1].decode() if key else ""
        self.burst = server.begin_burst
        self.restart = server.away
        self.whole = False

    async def raw(self, *pieces: bytes, pause: float = 0.0) -> None:
        self.whole = False
        for piece in pieces:
            if self._writer.is_closing():
                raise ConnectionResetError
            self._writer.write(piece)
            await self._writer.drain()
            if pause:
                await asyncio.sleep(pause)
        self.whole = True

    async def send(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        await self.raw(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body)
        if fields.get("Connection") == "close":
            self.hang_up()

    def hang_up(self, *, reset: bool = False) -> None:
        if reset:
            linger = struct.pack("ii", 1, 0)
            self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._writer.transport.abort()
        self._writer.close()


async def serve(seed: int, log: str) -> None:
    """Serve until the process is ended."""
    envelopes.prepare()  # it takes seconds, in which nobody would be answered
    server = Server(seed, log)
    await server.listen()
    print(server.port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
