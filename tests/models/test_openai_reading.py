"""How the body of an answer is read: unpacked within bounds, and nothing of it left for the next question."""

import gzip
import tracemalloc
import zlib

import pytest
from endpoint import ask, completion

from audiotest.types import Reply

BELL, HORN = completion("a bell"), completion("a horn")
ANOTHER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(HORN), HORN)


@pytest.mark.parametrize(
    "rest", [ANOTHER, ANOTHER[:30], b"\r\n", b"}"], ids=["an answer", "half of one", "a line end", "a byte"]
)
def test_what_comes_behind_an_answer_is_not_the_next_one(server, rest):
    server.odd = 200, BELL + rest, {"Content-Length": str(len(BELL))}
    replies = ask(server, "odd", "b", "c", in_flight=1)  # one connection
    assert [getattr(reply, "text", reply) for reply in replies] == ["a bell", "reply to b", "reply to c"]
    assert server.times == {"odd": 1, "b": 1, "c": 1}


def test_an_answer_that_is_longer_than_it_says_costs_no_other_one(server):
    server.odd, server.odd_once = (200, BELL, {"Content-Length": str(len(BELL) - 20)}), True
    replies = ask(server, "odd", "b", in_flight=1, retries=1)
    assert [getattr(reply, "text", reply) for reply in replies] == ["reply to odd", "reply to b"]
    assert server.times == {"odd": 2, "b": 1}


def _raw_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("X-GZIP", gzip.compress), ("deflate", zlib.compress), ("deflate", _raw_deflate), ("identity", bytes)],
)  # fmt: skip
def test_an_answer_may_be_packed(server, encoding, pack):
    server.odd = 200, pack(BELL), {"Content-Encoding": encoding}
    (reply,) = ask(server, "odd")
    assert isinstance(reply, Reply), reply
    assert reply.text == "a bell"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "\x1b[31m"])
def test_what_was_not_asked_for_is_not_unpacked(server, encoding):
    server.odd = 200, gzip.compress(gzip.compress(BELL)), {"Content-Encoding": encoding}
    error, other = ask(server, "odd", "a", retries=1)
    assert "were asked for" in str(error)
    assert str(error).isprintable()
    assert server.times["odd"] == 2
    assert other.text == "reply to a"


def test_a_bomb_is_unpacked_no_further_than_an_answer_may_be_long(server):
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(100)) + packer.flush()
    for status, words in ((200, "more than 8 MB"), (400, "refuses the request")):
        server.odd = status, bomb, {"Content-Encoding": "gzip"}
        tracemalloc.start()
        (error,) = ask(server, "odd", timeout=20)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert words in str(error)
        assert peak < 40e6


def test_no_answer_sets_what_other_requests_send(server):
    server.odd = 200, BELL, {"Set-Cookie": "session=1234; Path=/"}
    assert [reply.text for reply in ask(server, "odd", "b", "c", in_flight=1)] == ["a bell", "reply to b", "reply to c"]
    assert server.cookies == {None}
