"""What an ``hf`` model is opened with: options from the card or the command line, then the family, then defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from msgspec import Struct

from audiotest.declare.yaml import parse
from audiotest.models._hf.compiling import mode_of
from audiotest.models._options import read
from audiotest.models.hub import in_cache

_CONFIG = "config.json"
_PROCESSORS = ("preprocessor_config.json", "processor_config.json")
_LOOKED_AT = (_CONFIG, *_PROCESSORS)


class Settings(Struct, frozen=True):
    """See :mod:`audiotest.models.hf` for what each means."""

    revision: str = ""
    dtype: str = "auto"
    device: str = "auto"
    attention: str = "auto"
    quantization: str = ""
    device_map: str = ""
    trust_remote_code: bool = False
    sample_rate: int = 0
    max_seconds: float = 0.0
    clips: int = 0
    mixed: bool = True
    shared: bool = True
    padding_heard: bool = False
    several_alone: bool = False
    continuous: bool = True
    refill: int = 0
    compile: str = ""
    batch_size: int = 32
    memory: float = 0.0
    class_: str = ""
    part: str = ""
    audio_max_length: str = ""
    audio_as: str = ""
    chat_template: str = ""
    thinking_end: str = "</think>"


def settings(checkpoint: str, given: Mapping[str, Any]) -> Settings:
    """The settings for ``checkpoint``; ValueError for an option that there is not, or a value unfit for it."""
    revision = str(given.get("revision") or "")
    known = {"sample_rate": _sample_rate(checkpoint, revision), **_family(checkpoint, revision)}
    return read(Settings, "hf", {**known, **given, "compile": mode_of(given.get("compile", ""))})


def fetch(checkpoint: str, revision: str) -> None:
    """Download what :func:`settings` looks at, where it is not here; what the hub lacks is left to who loads it.

    Raises OSError where the hub cannot be reached and nothing of the checkpoint is here: the hub's library tries for
    half a minute, and whoever loads the checkpoint would ask for one file after the other.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    for name in _LOOKED_AT if not Path(checkpoint).exists() else ():
        unreachable = ""
        with suppress(Exception):  # of others, whoever loads it says why
            try:
                hf_hub_download(checkpoint, name, revision=revision or None)
            except LocalEntryNotFoundError as error:
                unreachable = " ".join(str(error.__cause__ or error).split())
        if unreachable:
            if not any(in_cache(checkpoint, revision, file) for file in _LOOKED_AT):
                raise OSError(f"the hub cannot be reached; nothing of {checkpoint} is in its cache: {unreachable}")
            return


@cache
def _families() -> dict[str, dict[str, Any]]:
    data = (files("audiotest.models._hf") / "families.yaml").read_bytes()
    families: dict[str, dict[str, Any]] = parse(data, "families.yaml").data
    return families


def _family(checkpoint: str, revision: str) -> dict[str, Any]:
    return _families().get(str(_json(checkpoint, revision, _CONFIG).get("model_type")), {})


def _sample_rate(checkpoint: str, revision: str) -> int:
    """The rate that the processor wants, in Hz; 16 kHz where it cannot be known before the checkpoint is there."""
    for name in _PROCESSORS:
        config = _json(checkpoint, revision, name)
        rate = config.get("sampling_rate") or config.get("feature_extractor", {}).get("sampling_rate")
        if rate:
            return int(rate)
    return 16000


def _json(checkpoint: str, revision: str, name: str) -> dict[str, Any]:
    path = Path(checkpoint) / name
    if not path.is_file():
        path = Path(in_cache(checkpoint, revision, name) or "")
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def commit(checkpoint: str, revision: str) -> str:
    """The commit of a hub checkpoint that is in the cache, which ``main`` or another branch stands for."""
    path = None if Path(checkpoint).exists() else in_cache(checkpoint, revision, _CONFIG)
    return Path(path).parent.name if path else ""
