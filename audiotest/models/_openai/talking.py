"""A batch of requests to a server, many at once, each asked again while that makes sense."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from audiotest.errors import AudiotestError
from audiotest.models._openai.pace import Pace
from audiotest.models._openai.settings import Settings
from audiotest.models._openai.wire import Malformed, body, reply
from audiotest.types import Reply, Request

AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_LONGEST_WAIT = 120.0
_ADVICE = {
    400: "the server refuses the request as it is",
    401: "the key is missing or wrong: set ${key}",
    403: "the key does not allow this: check ${key}",
    404: "there is no such model or path: check the name and the URL",
    413: "the sound is too long for this server",
}


class ServerError(AudiotestError):
    """What a server said instead of a reply, and what to do about it; never holds the key."""


class Unreachable(ServerError):
    """Nobody answers at the URL."""


async def ask(
    model: str,
    requests: Sequence[Request],
    settings: Settings,
    key: str,
    pace: Pace,
    said: dict[int, Reply | Exception],
) -> None:
    """Put a reply, or the error in its place, for each of ``requests`` into ``said`` as it comes, at the ``pace`` of
    all batches."""
    import httpx

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    pace.begin()
    limits = httpx.Limits(max_connections=settings.in_flight, max_keepalive_connections=settings.in_flight)
    async with httpx.AsyncClient(headers=headers, timeout=settings.timeout, limits=limits) as client:

        async def one(i: int, request: Request) -> None:
            said[i] = await _one(client, pace, model, request, settings, key)

        await asyncio.gather(*(one(i, request) for i, request in enumerate(requests)))


async def _one(
    client: Any, pace: Pace, model: str, request: Request, settings: Settings, key: str
) -> Reply | Exception:
    failed: Exception = ServerError("never asked")
    for attempt in range(settings.retries + 1):
        wait = min(_LONGEST_WAIT, settings.wait * 2**attempt) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        async with pace.turn():
            try:
                return await _once(client, pace, model, request, settings, key)
            except _Later as later:
                failed, wait = later.error, later.seconds if later.seconds is not None else wait
            except Unreachable as error:
                failed = error
                if attempt >= 1:  # it may be starting; it does not come up by being asked often
                    return failed
            except ServerError as error:
                return error
        if attempt < settings.retries:
            await asyncio.sleep(min(wait, _LONGEST_WAIT))
    return failed


class _Later(Exception):
    """Worth asking again, after ``seconds`` if the server said so."""

    def __init__(self, error: Exception, seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.seconds = error, seconds


async def _once(client: Any, pace: Pace, model: str, request: Request, settings: Settings, key: str) -> Reply:
    import httpx

    started = time.perf_counter()
    url = f"{settings.url.rstrip('/')}/chat/completions"
    try:
        answer = await client.post(url, json=body(model, request, settings))
        if answer.status_code in AGAIN:
            if answer.status_code == 429:
                pace.slower()
            raise _Later(_refusal(answer, settings, key), _retry_after(answer.headers.get("retry-after")))
        if answer.status_code != 200:
            raise _refusal(answer, settings, key)
        found = reply(answer.json(), settings)
    except httpx.ConnectError as error:
        raise Unreachable(f"nobody answers at {settings.url} ({error}); is the server up?") from None
    except httpx.TimeoutException:
        raise _Later(ServerError(f"{settings.url} did not answer within {settings.timeout:g} s")) from None
    except httpx.RequestError as error:
        raise _Later(ServerError(f"the connection to {settings.url} broke ({type(error).__name__})")) from None
    except (ValueError, Malformed) as error:
        raise _Later(ServerError(f"{settings.url} sent no completion ({_told(str(error), key)})")) from None
    pace.faster()
    return Reply(found.text, found.raw, found.finish, time.perf_counter() - started, found.details)


def _refusal(answer: Any, settings: Settings, key: str) -> ServerError:
    said = _told(answer.text, key)
    advice = _ADVICE.get(answer.status_code, "").replace("${key}", f"${settings.key_env}")
    return ServerError(
        f"{settings.url} answered {answer.status_code}" + (f": {advice}" if advice else "") + f" - {said}"
    )


def _told(text: str, key: str) -> str:
    """The beginning of what a server said. The key goes first: of one that is cut through, a part would be left."""
    return " ".join((text.replace(key, "[key]") if key else text).split())[:300]


def _retry_after(text: str | None) -> float | None:
    """Seconds to wait, from a number or a date."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None
