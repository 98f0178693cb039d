"""The body of an answer: read within bounds, unpacked within bounds, and nothing of it left on its connection.

A server that answers twice, or sends more than it announced, leaves bytes behind an answer. On a connection that is
used again they would be the beginning of the next question's answer, so such a connection is closed.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from audiotest.errors import AudiotestError

if TYPE_CHECKING:
    import httpx

ACCEPTED = "gzip, deflate"
"""What a server may pack its answers with, as ``Accept-Encoding`` has it. Other ways are not unpacked: none of the
libraries for them bounds what comes out, and httpx offers those that happen to be installed."""
_KNOWN = ("gzip", "x-gzip", "deflate")
_EITHER = 32 + zlib.MAX_WBITS
"""Of zlib: a header of gzip or of zlib."""


class CannotUnpack(AudiotestError):
    """A body that is packed in a way that was not asked for, or is damaged."""


async def read_body(answer: httpx.Response, most: int) -> bytes:
    """The body of a streamed answer; ``most`` + 1 bytes of one that is longer. Raises :class:`CannotUnpack`, and what
    httpx raises where the connection breaks."""
    names = [name.strip().lower() for name in answer.headers.get_list("content-encoding", split_commas=True)]
    unpack = _Unpacking(names)
    data = bytearray()
    async for packed in answer.stream:  # type: ignore[union-attr]  # not `aiter_raw`, which gives the connection back
        data += unpack(packed, most + 1 - len(data))
        if len(data) > most:
            return bytes(data)
    _give_up_if_more_has_come(answer)
    return bytes(data)


class _Unpacking:
    """Unpacks the pieces of a body, never to more than is wanted: a few kB of gzip can hold gigabytes."""

    def __init__(self, names: list[str]) -> None:
        names = [name for name in names if name not in ("", "identity")]
        if len(names) > 1 or (names and names[0] not in _KNOWN):
            raise CannotUnpack(f"its Content-Encoding is {', '.join(names)[:80]!r}; {ACCEPTED} were asked for")
        self._packed = bool(names)
        self._zlib = zlib.decompressobj(_EITHER)
        self._begun = False

    def __call__(self, data: bytes, most: int) -> bytes:
        if not self._packed:
            return data[:most]
        try:
            try:
                return self._zlib.decompress(data, most)
            except zlib.error:
                if self._begun:
                    raise
                self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)  # deflate without a header, as some servers send it
                return self._zlib.decompress(data, most)
        except zlib.error as error:
            raise CannotUnpack(f"it cannot be unpacked ({error})") from None
        finally:
            self._begun = True


def _give_up_if_more_has_come(answer: httpx.Response) -> None:
    """Have the connection closed, and not used again, if bytes have come behind the answer.

    httpcore hands such bytes to the next request. No public name leads to its parser, so it is looked for by the
    private ones of httpx 0.28 and httpcore 1; ``test_openai_reading`` fails where they have moved.
    """
    parser = _parser(answer)
    if parser is not None and parser.trailing_data[0]:
        parser.send_failed()  # what is in this state is not used again


def _parser(answer: httpx.Response) -> Any:
    layer: Any = answer.stream
    while layer is not None:
        if hasattr(layer, "_h11_state"):
            return layer._h11_state
        names = ("_stream", "_httpcore_stream", "_connection")
        layer = next((getattr(layer, name) for name in names if hasattr(layer, name)), None)
    return None
