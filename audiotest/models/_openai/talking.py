"""One request to a server: sent, read within its time and size, and asked again while that makes sense."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Generator, Sequence
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from audiotest.masking import Secret, hidden
from audiotest.models._openai.failures import (
    BROKEN,
    LARGEST_REPLY,
    LONGEST_WAIT_S,
    TIMEOUT,
    TOO_LARGE,
    UNREACHABLE,
    Denied,
    Failed,
    Refusal,
    ServerError,
    Unreachable,
    code_of,
    refused,
    words_of,
)
from audiotest.models._openai.pace import Pace, Turns
from audiotest.models._openai.reading import ACCEPTED, CannotUnpack, read_body
from audiotest.models._openai.settings import Settings
from audiotest.models._openai.sound import CannotEncode, Clips
from audiotest.models._openai.wire import NoReply, body, parsed, reply
from audiotest.types import Reply, Request, writable

if TYPE_CHECKING:
    import httpx

_CONNECTIONS = 8
_LARGEST_REFUSAL = 64 << 10
_MOST_TRIES = 5
"""While a busy server answers others, one request is tried at most so many times ``retries``."""


class Endpoint:
    """A model behind a URL: what does not change from request to request."""

    def __init__(self, model: str, settings: Settings, key: Secret, login: Secret) -> None:
        self.model, self.settings, self.key, self.login = model, settings, key, login
        self.url = f"{settings.url.rstrip('/')}/chat/completions"

    def clients(self) -> list[httpx.AsyncClient]:
        """The clients of a whole stream, each for a few connections: the pool of one looks at all of its connections
        for each request (256 at once: 19 ms of CPU a request, against 2). How long an answer may take is counted over
        all of it, not by a client."""
        import httpx

        most = min(_CONNECTIONS, self.settings.in_flight)
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
        auth = _authorisation(self.key, self.login)
        tls = _certificates(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        options: dict[str, Any] = {"auth": auth, "limits": limits, "verify": tls, "cookies": _no_cookies()}
        return [
            httpx.AsyncClient(timeout=None, mounts=dict.fromkeys(_DIRECT), **options)  # noqa: S113
            for _ in range(0, self.settings.in_flight, most)
        ]

    def clean(self, text: str) -> str:
        """``text`` without the key, the password, and what HTTP makes of them."""
        return hidden(text, [each for each in (self.key, self.login.basic(), self.login) if each])


_DIRECT = ("all://127.0.0.1", "all://localhost", "all://[::1]")
"""Servers of this machine are spoken to directly, whatever proxy the environment names."""


def _no_cookies() -> CookieJar:
    """A jar that takes none: what a server sets with one answer would be sent with all other requests."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@lru_cache(maxsize=1)
def _certificates(file: str | None, folder: str | None) -> Any:
    """What servers are trusted, by the variables that decide it; read once, since that takes 20 ms of CPU."""
    import httpx

    return httpx.create_ssl_context()


def _authorisation(key: Secret, login: Secret) -> Any:
    """The header with a secret, put in as a request is sent: it is in no variable that a traceback could show."""
    import httpx

    class Authorisation(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            if login:
                request.headers["Authorization"] = f"Basic {login.basic().reveal()}"
            elif key:
                request.headers["Authorization"] = f"Bearer {key.reveal()}"
            yield request

    return Authorisation()


class Talk:
    """The requests of one stream, in its event loop."""

    def __init__(self, endpoint: Endpoint, clients: Sequence[httpx.AsyncClient], pace: Pace, clips: Clips) -> None:
        self.endpoint, self.settings, self.clips = endpoint, endpoint.settings, clips
        self.pace, self.turns = pace, Turns(pace)
        self._free = [*clients] * min(_CONNECTIONS, endpoint.settings.in_flight)

    async def outcome(self, request: Request) -> Reply | Exception:
        """The reply to a request, or the error in its place. The error carries no traceback: local variables in one
        could show what a server echoed."""
        try:
            if not self.endpoint.key.fits_a_header:
                raise Denied(f"${self.settings.key_env} holds characters that no HTTP header may have: set it again")
            sounds = [await self.clips.get(clip) for clip in request.audio]
            return await self._asked(body(self.endpoint.model, request, self.settings, sounds))
        except (ServerError, CannotEncode) as error:
            return _bare(error)
        except Exception as error:
            words = self.endpoint.clean(f"{type(error).__name__}: {error}")
            return _bare(ServerError(f"the answer of {self.settings.url} could not be used ({words})"))

    async def _asked(self, pieces: Sequence[bytes]) -> Reply:
        """The reply after as many attempts as it takes; raises the last one's :class:`ServerError`."""
        tries = counted = 0
        while True:
            seen, started = self.pace.answers, time.monotonic()
            try:
                async with self.turns.turn():
                    started = time.monotonic()
                    answer = await self._once(pieces)
                self.pace.faster()
                return replace(answer, details={**answer.details, "attempts": tries + 1}) if tries else answer
            except Failed as failed:
                failure = failed
            if failure.handling.slower:
                self.pace.slower(started)
            tries += 1
            # A server that refuses one and answers another is at work; the refused one has only to wait its turn.
            counted += not (failure.handling.busy and self.pace.answers > seen)
            if not failure.handling.again or self._spent(failure, tries, counted):
                raise failure.error
            await asyncio.sleep(self._pause(failure, tries))

    def _spent(self, failure: Failed, tries: int, counted: int) -> bool:
        retries = self.settings.retries
        if failure.handling is UNREACHABLE and not self.pace.answers:
            retries = min(1, retries)  # it may be starting; it does not come up by being asked often
        return counted > retries or tries > _MOST_TRIES * retries

    def _pause(self, failure: Failed, tries: int) -> float:
        wait = failure.seconds
        if wait is None:
            wait = self.settings.wait * 2 ** min(tries - 1, 20) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        return min(wait, LONGEST_WAIT_S)

    async def _once(self, pieces: Sequence[bytes]) -> Reply:
        """One attempt. Raises :class:`Failed`."""
        import httpx

        settings, url, started = self.settings, self.settings.url, time.perf_counter()
        try:
            async with asyncio.timeout(settings.timeout):
                answer, data = await self._exchange(pieces)
        except (TimeoutError, httpx.TimeoutException):
            raise Failed(ServerError(f"{url} gave no whole answer within {settings.timeout:g} s"), TIMEOUT) from None
        except httpx.ConnectError as error:
            reason = self.endpoint.clean(str(error))
            raise Failed(Unreachable(f"cannot connect to {url} ({reason}); is the server up?"), UNREACHABLE) from None
        except httpx.RequestError as error:
            raise Failed(ServerError(f"the connection to {url} broke ({type(error).__name__})"), BROKEN) from None
        except CannotUnpack as error:
            words = self.endpoint.clean(writable(str(error)))
            raise Failed(ServerError(f"the answer of {url} cannot be used: {words}"), BROKEN) from None
        if not answer.is_success:
            raise refused(url, self._refusal(answer, data), settings.key_env)
        if len(data) > LARGEST_REPLY:
            raise Failed(ServerError(f"{url} sent an answer of more than {LARGEST_REPLY >> 20} MB"), TOO_LARGE)
        try:
            parts = reply(parsed(data), settings, self.endpoint.clean)
        except NoReply as error:
            kind = Denied if error.handling.ends else ServerError
            raise Failed(kind(f"{url} sent {writable(str(error))}"), error.handling) from None
        return replace(parts, seconds=time.perf_counter() - started)

    async def _exchange(self, pieces: Sequence[bytes]) -> tuple[httpx.Response, bytes]:
        """The head of an answer, and its body, of which no more is read than can be used."""
        headers = {"Content-Type": "application/json", "Content-Length": str(sum(map(len, pieces)))}
        headers["Accept-Encoding"] = ACCEPTED
        client = self._free.pop()  # the last one used, whose connections are open
        try:
            request = client.build_request("POST", self.endpoint.url, content=_sent(pieces), headers=headers)
            answer = await client.send(request, stream=True)
            try:
                return answer, await read_body(answer, LARGEST_REPLY if answer.is_success else _LARGEST_REFUSAL)
            finally:
                await answer.aclose()
        finally:
            self._free.append(client)

    def _refusal(self, answer: httpx.Response, data: bytes) -> Refusal:
        """What a server reports as its error."""
        text = data.decode(errors="replace")
        if len(data) > _LARGEST_REFUSAL:  # the end may be half a secret
            text = self.endpoint.clean(text)[: _LARGEST_REFUSAL // 2]
        try:
            known = parsed(data)
        except NoReply:
            known = None
        words = writable(words_of(known, text, self.endpoint.clean))
        return Refusal(answer.status_code, words, code_of(known), answer.headers.get("retry-after"))


async def _sent(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def _bare(error: Exception) -> Exception:
    """``error`` without the frames that it came through."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
