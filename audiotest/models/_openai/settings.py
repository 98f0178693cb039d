"""What an ``openai`` model is opened with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from audiotest.masking import Secret, masked
from audiotest.models._openai.sound import FORMATS, MP3_RATES
from audiotest.models._options import read

DEFAULT_URL = "https://api.openai.com/v1"


class Settings(Struct, frozen=True):
    """See :mod:`audiotest.models.openai` for what each means. ``url`` holds no user and no password."""

    url: str = DEFAULT_URL
    audio: str = "input_audio"
    audio_format: str = "wav"
    key_env: str = "OPENAI_API_KEY"
    in_flight: int = 16
    timeout: float = 120.0
    retries: int = 6
    wait: float = 0.5
    per_minute: int = 0
    max_tokens_as: str = "max_tokens"
    input_price: float = 0.0
    output_price: float = 0.0
    sample_rate: int = 16000
    channels: int = 1
    clips: int = 0
    max_seconds: float = 0.0
    thinking_end: str = "</think>"


_CHOICES = {
    "audio": ("input_audio", "audio_url"),
    "audio_format": tuple(FORMATS),
    "max_tokens_as": ("max_tokens", "max_completion_tokens"),
}
_LEAST = {"in_flight": 1, "timeout": 0.001, "sample_rate": 1000, "channels": 1}
_MOST = {"in_flight": 4096}


def settings(given: Mapping[str, Any]) -> tuple[Settings, Secret]:
    """The settings, and the ``user:password`` that stood in the URL.

    Raises ValueError for an option that there is not, or with a value unfit for it; the text holds no password.
    """
    named = read(Settings, "openai", given)
    for option, allowed in _CHOICES.items():
        if getattr(named, option) not in allowed:
            raise ValueError(f"`{option}` is one of {', '.join(allowed)}, not {getattr(named, option)!r}")
    for option, least in _LEAST.items():
        if getattr(named, option) < least:
            raise ValueError(f"`{option}` is at least {least}, not {getattr(named, option)!r}")
    for option, most in _MOST.items():
        if getattr(named, option) > most:
            raise ValueError(f"`{option}` is at most {most}, not {getattr(named, option)!r}")
    if named.audio_format == "mp3" and (named.sample_rate not in MP3_RATES or named.channels > 2):
        rates = ", ".join(map(str, MP3_RATES))
        raise ValueError(f"mp3 holds one or two channels at {rates} Hz; set `sample_rate`, or audio_format=flac")
    url, login = _without_login(named.url)
    return replace(named, url=url), login


def _without_login(url: str) -> tuple[str, Secret]:
    try:
        place = urlsplit(url)
        usable = place.scheme in ("http", "https") and place.hostname and (place.port or 1)
    except ValueError:  # such as a port that is no number
        usable = False
    if not usable:
        raise ValueError(f"`url` is such as http://localhost:8000/v1, not {masked(url)!r}")
    if place.query or place.fragment:
        raise ValueError(
            f"`url` ends with its path, such as {place.scheme}://{place.hostname}/v1: it holds no `?...` or `#...`; "
            "a key belongs into the variable that `key_env` names"
        )
    login, at, host = place.netloc.rpartition("@")
    return place._replace(netloc=host).geturl(), Secret(unquote(login) if at else "")
