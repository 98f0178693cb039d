"""``first``: always the first option, which shows how the answers are spread over the positions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiotest.models._prior import Prior, opened


def open_model(argument: str | None, options: Mapping[str, Any]) -> Prior:
    """``--model first``."""
    return opened("first", lambda request: 0, options)
