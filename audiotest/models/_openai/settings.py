"""What an ``openai`` model is opened with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from audiotest.models._options import read

DEFAULT_URL = "https://api.openai.com/v1"


class Settings(Struct, frozen=True):
    """See :mod:`audiotest.models.openai` for what each means."""

    url: str = DEFAULT_URL
    audio: str = "input_audio"
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


_CHOICES = {"audio": ("input_audio", "audio_url"), "max_tokens_as": ("max_tokens", "max_completion_tokens")}
_LEAST = {"in_flight": 1, "timeout": 0.001, "sample_rate": 1000, "channels": 1}


def settings(given: Mapping[str, Any]) -> Settings:
    """The settings; raises ValueError for an option that there is not, or with a value unfit for it."""
    made = read(Settings, "openai", given)
    for option, allowed in _CHOICES.items():
        if getattr(made, option) not in allowed:
            raise ValueError(f"`{option}` is one of {', '.join(allowed)}, not {getattr(made, option)!r}")
    for option, least in _LEAST.items():
        if getattr(made, option) < least:
            raise ValueError(f"`{option}` is at least {least}, not {getattr(made, option)!r}")
    if urlsplit(made.url).scheme not in ("http", "https") or not urlsplit(made.url).hostname:
        raise ValueError(f"`url` is such as http://localhost:8000/v1, not {made.url!r}")
    return made
