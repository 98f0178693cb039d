"""What can go wrong with one attempt, and what follows: the table of docs/endpoints.md is built from this module."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

from msgspec import Struct

from audiotest.errors import AudiotestError
from audiotest.models.protocol import Unavailable

LONGEST_WAIT_S = 120.0
LARGEST_REPLY = 8 << 20
"""Bytes of one answer that are read, after unpacking."""
_WORDS = 300
_SPENT = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")


class ServerError(AudiotestError):
    """What a server sent instead of a reply, and what to do about it; never holds a key."""


class Unreachable(ServerError, Unavailable):
    """There is no connection to the URL."""


class Denied(ServerError, Unavailable):
    """The server answers, but not to this key, or not for this model."""


class Handling(Struct, frozen=True):
    """``again``: it is asked again. ``slower``: fewer requests are under way from now on. ``busy``: the server asks for
    patience, so an attempt only counts if no other was answered meanwhile. ``ends``: no request can be answered."""

    title: str
    again: bool = True
    slower: bool = False
    busy: bool = False
    ends: bool = False
    advice: str = ""


STATUSES: dict[int, Handling] = {
    400: Handling("bad request", again=False, advice="the server refuses the request as it is"),
    401: Handling("no or a wrong key", again=False, ends=True, advice="the key is missing or wrong: set ${key}"),
    402: Handling("payment required", again=False, ends=True, advice="the account has nothing left to pay with"),
    403: Handling("not allowed", again=False, ends=True, advice="the key does not allow this: check ${key}"),
    404: Handling(
        "no such model or path", again=False, ends=True,
        advice="there is no such model or path: check the name and the URL",
    ),
    408: Handling("the server's own timeout"),
    409: Handling("conflict"),
    413: Handling("too large", again=False, advice="the sound is too long for this server"),
    422: Handling("bad request", again=False, advice="the server refuses the request as it is"),
    425: Handling("too early"),
    429: Handling("too many requests", slower=True, busy=True),
    501: Handling("not implemented", again=False),
    503: Handling("overloaded or starting", slower=True, busy=True),
    529: Handling("overloaded", slower=True, busy=True),
}  # fmt: skip
OTHERS: dict[str, Handling] = {
    "3xx": Handling("redirected", again=False, ends=True, advice="it redirects elsewhere; name the final URL"),
    "4xx": Handling("any other", again=False),
    "5xx": Handling("any other"),
}

SPENT = Handling("429 or 403 with the code `insufficient_quota`", again=False, ends=True, advice=STATUSES[402].advice)
UNREACHABLE = Handling("cannot connect to the URL", ends=True)
TIMEOUT = Handling("the whole answer took longer than `timeout`", slower=True)
BROKEN = Handling("the connection broke, or the answer cannot be unpacked")
TOO_LARGE = Handling("an answer of more than 8 MB is cut off", again=False)
UNUSABLE = Handling("no completion: no JSON, nested too deep, no choices, no text where text belongs, 204")
FILTERED = Handling("a content filter left nothing")
IN_CHOICE = Handling("an error in the place of an answer, with status 200 (by its own code, if it has one)")
ODD = (SPENT, UNREACHABLE, TIMEOUT, BROKEN, TOO_LARGE, UNUSABLE, FILTERED, IN_CHOICE)


class Failed(Exception):
    """One attempt gave no reply but ``error``; ``seconds`` is how long the server asked to wait."""

    def __init__(self, error: ServerError, handling: Handling, seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.handling, self.seconds = error, handling, seconds


class Refusal(Struct, frozen=True):
    """What a server refuses a request with: its status, its words without secrets, the code of the error, and its
    ``Retry-After``."""

    status: int
    words: str
    code: str = ""
    retry_after: str | None = None


def handling_of(status: int) -> Handling:
    """What follows from an HTTP status other than success."""
    return STATUSES.get(status) or OTHERS.get(f"{status // 100}xx", UNUSABLE)


def refused(url: str, answer: Refusal, key_env: str) -> Failed:
    """The failure that an answer with another status than success is."""
    status, words = answer.status, answer.words
    handling = SPENT if answer.code in _SPENT and status in (403, 429) else handling_of(status)
    advice = handling.advice.replace("${key}", f"${key_env}")
    text = f"{url} answered {status}" + (f": {advice}" if advice else "") + (f" - {words}" if words else "")
    error = Denied(text) if handling.ends else ServerError(text)
    return Failed(error, handling, retry_after(answer.retry_after))


_IDS = re.compile(
    r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|(?:req|request|trace|chatcmpl|cmpl|resp)[-_](?=\w*\d)[\w-]{6,}"
    r"|(?=[0-9a-z]*\d)(?=[0-9a-z]*[a-z])[0-9a-z]{16,}"  # any other long mixture of letters and digits
    r"|\d{10,}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)\b",
    re.IGNORECASE,
)


def code_of(data: Any) -> str:
    """The code of the ``error`` in a server's JSON, if it has one."""
    error = data.get("error") if isinstance(data, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else ""


def words_of(data: Any, text: str, clean: Callable[[str], str]) -> str:
    """The beginning of what a server says went wrong: the message of its ``error`` where its JSON has one, else the
    text. Secrets go first: of one that is cut through, a part would be left. What differs from one request to the next
    (ids, times) goes too, so that one cause has one text."""
    error = data.get("error", data.get("detail")) if isinstance(data, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    words = clean(message if isinstance(message, str) and message.strip() else text)
    return " ".join(_IDS.sub("[id]", " ".join(words.split())[: 4 * _WORDS]).split())[:_WORDS]


def retry_after(text: str | None) -> float | None:
    """Seconds to wait, from a number or a date; None for what is neither, or beyond any calendar."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, OverflowError, TypeError, OSError):
            return None
    return min(max(0.0, seconds), LONGEST_WAIT_S) if seconds == seconds else None


def table() -> str:
    """The table of docs/endpoints.md."""
    lines = ["| what comes | meaning | asked again | fewer at once |", "| --- | --- | --- | --- |"]
    for name, handling in [*((str(status), each) for status, each in STATUSES.items()), *OTHERS.items()]:
        lines.append(_row(name, handling))
    return "\n".join([*lines, *(_row("", handling) for handling in ODD)])


def _row(name: str, handling: Handling) -> str:
    again = "while others are answered, else `retries` times" if handling.busy else "`retries` times"
    if handling is UNREACHABLE:
        again = "once; `retries` times if it has answered before"
    return f"| {name} | {handling.title} | {again if handling.again else 'no'} | {'yes' if handling.slower else ''} |"
