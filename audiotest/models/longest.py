"""``longest``: the option with most words (then characters, then the first), which real benchmarks reward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiotest.models._prior import Prior, opened
from audiotest.types import Request


def _pick(request: Request) -> int:
    sizes = [(len(choice.split()), len(choice)) for choice in request.choices]
    return sizes.index(max(sizes))


def open_model(argument: str | None, options: Mapping[str, Any]) -> Prior:
    """``--model longest``."""
    return opened("longest", _pick, options)
