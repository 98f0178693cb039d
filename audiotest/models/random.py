"""``random``: an option drawn evenly from the trial's own seed, so the same on every worker: the chance level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from audiotest.models._prior import Prior, opened
from audiotest.types import Request


def _pick(request: Request) -> int:
    return int(np.random.default_rng(request.seed).integers(len(request.choices)))


def open_model(argument: str | None, options: Mapping[str, Any]) -> Prior:
    """``--model random``."""
    return opened("random", _pick, options)
