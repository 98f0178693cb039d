"""A right answer, or the beginning of one, in an odd envelope of HTTP."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from functools import cache

from bench.faults.ways import Talk, right, way

DRIP_S, DRIPS = 1.0, 60
"""A byte each so many seconds, so many times: longer than any timeout of the harness."""
_LARGE, _BOMB_MB = 50_000_000, 64


def _head(length: int | str, version: str = "1.1", more: str = "") -> bytes:
    return f"HTTP/{version} 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n".encode()


def _chunked(data: bytes, size: int) -> bytes:
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


@way("in small chunks", "reply")
async def _chunks(talk: Talk) -> None:
    await talk.raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", _chunked(right(talk.question), 7), pause=0.01
    )


@way("in dribs and drabs", "reply")
async def _dribs(talk: Talk) -> None:
    data = right(talk.question)
    data = _head(len(data)) + data
    await talk.raw(*(data[i : i + 40] for i in range(0, len(data), 40)), pause=0.02)


@way("packed", "reply")
async def _packed(talk: Talk) -> None:
    await talk.send(gzip.compress(right(talk.question)), headers={"Content-Encoding": "gzip"})


@way("deflated", "reply")
async def _deflated(talk: Talk) -> None:
    await talk.send(zlib.compress(right(talk.question)), headers={"Content-Encoding": "deflate"})


@way("HTTP/1.0", "reply")
async def _old(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.0 200 OK\r\n\r\n" + right(talk.question))
    talk.hang_up()


@way("HTTP/1.0, cut", "again")
async def _old_cut(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.0 200 OK\r\n\r\n" + right(talk.question)[:-20])
    talk.hang_up()


@way("after others", "reply")
async def _late(talk: Talk) -> None:
    await asyncio.sleep(0.3)
    await talk.send(right(talk.question))


@way("closed afterwards without a word", "reply")
async def _closed(talk: Talk) -> None:
    await talk.send(right(talk.question))
    talk.hang_up()


@way("closed while it is idle", "reply")
async def _idle(talk: Talk) -> None:
    await talk.send(right(talk.question))
    await asyncio.sleep(0.005)
    await talk.raw(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    talk.hang_up()


@way("announced by 100 and 103", "reply")
async def _announced(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 9 + b"HTTP/1.1 103 Early Hints\r\n\r\n", _head(len(data)) + data)


@way("twice", "reply")
async def _twice(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw((_head(len(data)) + data) * 2)


@way("with something behind it", "reply")
async def _behind(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data)) + data + b"\r\nHTTP/1.1 200 OK\r\nContent-Le")


@way("with a large cookie", "reply")
async def _cookie(talk: Talk) -> None:
    await talk.send(right(talk.question), headers={"Set-Cookie": f"c{talk.question}={'x' * 4000}; Path=/"})


@way("a Content-Length that is too small", "again")
async def _small(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data) - 30) + data)


@way("a Content-Length that is too large", "again")
async def _larger(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data) + 30) + data)
    talk.hang_up()


@way("a Content-Length that never comes", "again", slow=True)
async def _never(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data) + 30) + data)
    await asyncio.sleep(DRIPS * DRIP_S)


@way("a Content-Length below none", "again")
async def _below(talk: Talk) -> None:
    await talk.raw(_head("-5") + right(talk.question))
    talk.hang_up()


@way("two lengths", "again")
async def _lengths(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data), more="Content-Length: 3\r\n") + data)
    talk.hang_up()


@way("broken chunks", "again")
async def _broken_chunks(talk: Talk) -> None:
    await talk.raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cho\r\nzz\r\n')
    talk.hang_up()


@way("chunks without an end", "again")
async def _endless_chunks(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + _chunked(right(talk.question), 9)[:-5])
    talk.hang_up()


@way("a reset before the answer", "again")
async def _reset(talk: Talk) -> None:
    talk.hang_up(reset=True)


@way("the end before the answer", "again")
async def _end(talk: Talk) -> None:
    talk.hang_up()


@way("a reset in the headers", "again")
async def _reset_headers(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\nContent-Ty", pause=0.01)
    talk.hang_up(reset=True)


@way("a reset in the body", "again")
async def _reset_body(talk: Talk) -> None:
    data = right(talk.question)
    await talk.raw(_head(len(data)), data[:50], pause=0.01)
    talk.hang_up(reset=True)


@way("no HTTP", "again")
async def _garbage(talk: Talk) -> None:
    await talk.raw(b"SSH-2.0-OpenSSH_9.6\r\n" + bytes(range(256)))
    talk.hang_up()


@way("headers without an end", "again")
async def _headers(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\n", *(b"X-%d: %s\r\n" % (i, b"x" * 4000) for i in range(200)))
    talk.hang_up()


@way("a byte a second", "again", slow=True)
async def _drip(talk: Talk) -> None:
    await talk.raw(_head(1000), *([b" "] * DRIPS), pause=DRIP_S)


@way("a header a second", "again", slow=True)
async def _drip_headers(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\n", *(b"X-%d: x\r\n" % i for i in range(DRIPS)), pause=DRIP_S)


@way("silence", "again", slow=True)
async def _silence(talk: Talk) -> None:
    await asyncio.sleep(DRIPS * DRIP_S)


@way("a restart", "again", slow=True)
async def _restart(talk: Talk) -> None:
    talk.hang_up(reset=True)
    await talk.restart()


@way("50 MB", "final", slow=True)
async def _large(talk: Talk) -> None:
    await talk.raw(_head(_LARGE), b'{"choices": "', *([b"x" * 100_000] * (_LARGE // 100_000)))


@way("500 with 50 MB", "again", slow=True)
async def _large_500(talk: Talk) -> None:
    head = b"HTTP/1.1 500 Oops\r\nContent-Length: %d\r\n\r\n" % _LARGE
    await talk.raw(head, *([b"x" * 100_000] * (_LARGE // 100_000)))


@cache
def _bomb(layers: int) -> bytes:
    """Megabytes of blanks, packed; and packed again."""
    if layers > 1:
        return gzip.compress(_bomb(layers - 1))
    packer = zlib.compressobj(6, wbits=31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(_BOMB_MB)) + packer.flush()


def prepare() -> None:
    """Make what takes time to make."""
    _bomb(1)
    _bomb(2)


@way("a gzip bomb", "final", slow=True)
async def _gzip_bomb(talk: Talk) -> None:
    await talk.send(_bomb(1), headers={"Content-Encoding": "gzip"})


@way("a gzip bomb in a gzip bomb", "again")
async def _gzip_bombs(talk: Talk) -> None:
    await talk.send(_bomb(2), headers={"Content-Encoding": "gzip, gzip"})
